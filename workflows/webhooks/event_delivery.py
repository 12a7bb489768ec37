"""Delivers events of a case, an enrollment or an appeal to a receiver (docs/rules.md, section 7).

Each receiver has a delivery of its own, so that a dead one delays neither the others nor the case.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

from temporalio import workflow

from activities.webhooks import WebhookActivities
from domain.shared.activity_inputs import DeliverInput
from domain.shared.announcements import Announcement
from domain.shared.deliveries import Deliveries, DeliveryInput, DeliveryStatus, HandOver
from domain.shared.names import DELIVERY_WORKFLOW, WEBHOOKS_QUEUE
from temporal_client.search_attributes import SINCE, STATUS
from workflows.shared.activity_options import (
    A_MESSAGE,
    DELIVERY,
    HEARTBEAT,
    RETRY_DELIVERY,
    or_failed,
)
from workflows.shared.markdown import time
from workflows.shared.search_attributes import show_in_search
from workflows.shared.versions import MOVES_ON


@workflow.defn(name=DELIVERY_WORKFLOW, versioning_behavior=MOVES_ON)
class EventDelivery:
    """The delivery to a receiver. It is started by the signal that hands over the first event."""

    @workflow.init
    def __init__(self, start: DeliveryInput) -> None:
        self._start = start
        self._deliveries = start.carried or Deliveries()

    @workflow.signal
    def hand_over(self, news: HandOver) -> None:
        """Take events over. Each has an id, so a repeat changes nothing."""
        self._deliveries.hand_over(news.events, again=news.again)

    @workflow.run
    async def run(self, start: DeliveryInput) -> None:
        """Deliver one event after another, until all are delivered.

        What was given up is kept, until somebody hands it over again. If a signal comes just as the
        workflow ends, Temporal does not let it end, and runs this task again with the signal.
        """
        found = self._deliveries
        while found.waiting or found.given_up:
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(self._start.model_copy(update={"carried": found}))
            self._show()
            await _until(lambda: bool(found.waiting))
            delivering = asyncio.create_task(or_failed(self._deliver(found.waiting[0]), False))
            await _until(delivering.done)
            found.end_first(delivered=delivering.result())

    async def _deliver(self, event: Announcement) -> bool:
        await workflow.execute_activity_method(
            WebhookActivities.deliver,
            DeliverInput(receiver=self._start.receiver, event=event),
            task_queue=WEBHOOKS_QUEUE,
            schedule_to_close_timeout=DELIVERY,
            start_to_close_timeout=A_MESSAGE,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=RETRY_DELIVERY,
            summary=f"{event.type} to {self._start.receiver}",
        )
        return True

    def _show(self) -> None:
        """Tell the audit, and whoever looks at the Web UI, what was given up."""
        found = self._deliveries
        lines = [*_listed("Waiting", found.waiting), *_listed("Given up", found.given_up)]
        workflow.set_current_details("\n".join([f"## Events for {self._start.receiver}", *lines]))
        status = DeliveryStatus.GIVEN_UP if found.given_up else DeliveryStatus.DELIVERING
        is_new = workflow.info().typed_search_attributes.get(STATUS) != status
        show_in_search(
            status,
            self._start.store,
            self._start.seller_id,
            ((SINCE, workflow.now()),) if is_new else (),
            leave_an_event=not found.waiting,  # each task that takes an outcome leaves one
        )


async def _until(holds: Callable[[], bool]) -> None:
    """Wait. A cancellation changes nothing: what was not delivered would be lost with it."""
    while not holds():
        with suppress(asyncio.CancelledError):
            await workflow.wait_condition(holds)


def _listed(heading: str, events: Iterable[Announcement]) -> list[str]:
    lines = [f"- {event.type} of {time(event.at)}, `{event.id}`" for event in events]
    return ["", f"### {heading}", "", *lines] if lines else []
