"""The deliveries of events to receivers: events are handed over to them."""

from collections.abc import Sequence

from temporalio.client import Client

from domain.shared.account import SellerAccount
from domain.shared.announcements import Announcement
from domain.shared.deliveries import DeliveryInput, HandOver
from domain.shared.names import CASES_QUEUE, DELIVERY_WORKFLOW, delivery_workflow_id
from temporal_client.failures import translated
from temporal_client.names import SellerName
from temporal_client.workflows import ANSWERS_WITHIN


async def hand_over(
    client: Client,
    receiver: str,
    own_id: str,
    account: SellerAccount,
    events: Sequence[Announcement],
    *,
    again: bool = False,
) -> None:
    """Hand events over to a delivery, which is started if need be.

    Raises:
        TemporalFailure: Temporal did not take them.
    """
    start = DeliveryInput(receiver=receiver, store=account.store, seller_id=account.seller_id)
    with translated():
        await client.start_workflow(
            DELIVERY_WORKFLOW,
            start,
            id=delivery_workflow_id(receiver, own_id),
            task_queue=CASES_QUEUE,
            start_signal="hand_over",
            start_signal_args=[HandOver(events=tuple(events), again=again)],
            static_summary=f"{account.store}/{account.seller_id} to {receiver}",
            rpc_timeout=ANSWERS_WITHIN,
        )


async def announce_from_now(client: Client, name: SellerName) -> None:
    """Let an enrollment announce its changes, if nobody wanted to know when it looked.

    Raises:
        TemporalFailure: Temporal did not take it.
    """
    with translated():
        handle = client.get_workflow_handle(name.workflow_id)
        await handle.signal("announce", rpc_timeout=ANSWERS_WITHIN)
