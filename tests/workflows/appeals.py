"""Appeals on a server, and the sellers who make them."""

import asyncio
from dataclasses import dataclass
from typing import Any

from temporalio.client import WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from domain.appeal.events import (
    AddInformation,
    Appeal,
    ChangeAddress,
    DecideAppeal,
    ReportOutage,
    Verdict,
)
from domain.appeal.letters import AppealPurpose
from domain.appeal.status import AppealStatus
from domain.appeal.view import AppealView
from domain.case.events import Decision, ReceiveReply
from domain.case.status import Status
from domain.shared.account import SellerAccount, Store
from domain.shared.names import CASES_QUEUE, appeal_workflow_id
from domain.shared.result import Result
from tests.engine import Engine, Running
from tests.patience import PATIENCE
from tests.workflows import test_rows as rows
from workflows.appeal.input import AppealInput
from workflows.appeal.seller_appeal import SellerAppeal

FIRST = Appeal(by="seller", what_happened="We were abroad", grounds="The listing is gone")
AGAIN = FIRST.model_copy(update={"evidence": "Invoice INV-77 of the supplier"})
ADDED = AddInformation(by="seller", text="The supplier is Kettle Works")
REPLY = ReceiveReply(by="seller", text="It was Kettle Works")
MOVED = ChangeAddress(by="enrollment", email="new@bluekettle.example")
OUTAGE = ReportOutage(by="operations", note="The mail server lost messages that week")


def answer(verdict: Verdict, by: str = "reviewer.novak", seen: int | None = None) -> DecideAppeal:
    """What a person answers to an appeal."""
    return DecideAppeal(by=by, verdict=verdict, note=f"{by} says: {verdict}", seen=seen)


def was_sent(view: AppealView, about: AppealPurpose) -> bool:
    """Whether an e-mail was accepted."""
    sent = ((entry.about, entry.result) for entry in view.timeline)
    return (about, Result.ACCEPTED) in sent


@dataclass
class OpenAppeal(Running[AppealView]):
    """An appeal on the server."""

    async def view(self) -> AppealView:
        """The appeal as it stands."""
        return await self.handle.query(SellerAppeal.view)

    async def reaches(self, status: AppealStatus) -> AppealView:
        """The view once the appeal is in `status`."""
        return await self.when(lambda v: v.status is status)

    async def decide(self, verdict: Verdict, by: str = "reviewer.novak") -> AppealView:
        """Answer it. Before one is upheld, the account is looked at."""
        await self.tell(SellerAppeal.decide_appeal, answer(verdict, by))
        return await self.when(lambda v: v.status is not AppealStatus.UPHOLDING)

    async def end(self) -> AppealView:
        """The view with which it ended."""
        view: AppealView = await asyncio.wait_for(self.handle.result(), PATIENCE)
        return view


async def submit(
    engine: Engine, seller_id: str, event: Appeal = FIRST, **options: Any
) -> OpenAppeal:
    """Appeal, as the page does: the appeal starts if there is none."""
    start: WithStartWorkflowOperation[Any, AppealView] = WithStartWorkflowOperation(
        SellerAppeal.run,
        AppealInput(account=SellerAccount(store=Store.US, seller_id=seller_id)),
        id=appeal_workflow_id("US", seller_id),
        task_queue=CASES_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    update = engine.client.execute_update_with_start_workflow(
        SellerAppeal.appeal, event, start_workflow_operation=start, **options
    )
    try:
        await asyncio.wait_for(update, PATIENCE)
    except BaseException:
        # Nobody else hears of the start's failure, and asyncio would say so.
        await asyncio.gather(start.workflow_handle(), return_exceptions=True)
        raise
    return OpenAppeal(await start.workflow_handle(), engine.skipper)


def appeal_of(engine: Engine, seller_id: str) -> OpenAppeal:
    """The newest appeal of an account."""
    handle = engine.client.get_workflow_handle_for(
        SellerAppeal.run, appeal_workflow_id("US", seller_id)
    )
    return OpenAppeal(handle, engine.skipper)


async def deactivated(engine: Engine, seller_id: str, **options: Any) -> None:
    """Have a case deactivate an account that was enrolled: the lead decides so."""
    await engine.know(seller_id)
    case = await engine.open(seller_id=seller_id, **options)
    await rows.decide(Decision.DEACTIVATE)(case)
    await case.reaches(Status.DEACTIVATED)
    await case.end()
