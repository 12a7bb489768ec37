"""The demo's appeal: a seller who was silent comes back, and another person reinstates them."""

import asyncio
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from domain.appeal.events import AddInformation, Appeal, DecideAppeal, Verdict
from domain.appeal.view import AppealView
from domain.shared.account import SellerAccount, Store
from domain.shared.names import CASES_QUEUE, appeal_workflow_id
from workflows.appeal.input import AppealInput
from workflows.appeal.seller_appeal import SellerAppeal

SELLER = "A3LANTERN"
"""The seller of examples/silent.json."""
TOLD = "silent for 72 hours, then appeals; a question, an answer, reinstated"


async def play_appeal(client: Client) -> AppealView:
    """Play the appeal to its end, and return its view."""
    start: WithStartWorkflowOperation[Any, AppealView] = WithStartWorkflowOperation(
        SellerAppeal.run,
        AppealInput(account=SellerAccount(store=Store.US, seller_id=SELLER)),
        id=appeal_workflow_id(Store.US, SELLER),
        task_queue=CASES_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary=f"{SELLER} appeals",
    )
    appeal = Appeal(
        by="seller",
        what_happened="Our office was closed by a flood, and nobody could answer",
        grounds="The listing was removed on the day we came back",
        evidence="The fire brigade's report of 12 March",
    )
    await client.execute_update_with_start_workflow(
        SellerAppeal.appeal, appeal, start_workflow_operation=start
    )
    handle = await start.workflow_handle()
    ask = DecideAppeal(
        by="reviewer.novak",
        verdict=Verdict.MORE_INFORMATION,
        note="Since when can your emergency number be reached again?",
    )
    await handle.execute_update(SellerAppeal.decide_appeal, ask)
    while True:  # until the question has arrived
        if (await handle.query(SellerAppeal.view)).seller_by:
            break
        await asyncio.sleep(0.05)
    said = AddInformation(by="seller", text="Since the 14th; we have tried it")
    await handle.execute_update(SellerAppeal.add_information, said)
    granted = DecideAppeal(
        by="lead.diaz",
        verdict=Verdict.REINSTATE,
        note="Nobody could have answered, and the listing is gone",
    )
    await handle.execute_update(SellerAppeal.decide_appeal, granted)
    return await handle.result()
