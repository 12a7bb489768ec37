"""An update that a worker dropped is sent again, and nobody who sent it hears of that."""

from dataclasses import replace
from typing import Any

import pytest
from temporalio.api.failure.v1 import ApplicationFailureInfo, Failure
from temporalio.api.update.v1 import Outcome
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowUpdateInput,
    StartWorkflowUpdateWithStartInput,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy

from domain.enrollment.events import RecordRatings
from domain.enrollment.ratings import Rating
from domain.shared.account import SellerAccount, Store
from domain.shared.names import CASES_QUEUE, enrollment_workflow_id
from runtime import sent_again
from tests.engine import Engine
from tests.workflows.enrollment_events import days_ago
from tests.workflows.events import CALL_ME, PLAN
from workflows.case.issue_case import IssueCase
from workflows.enrollment.input import EnrollmentInput
from workflows.enrollment.seller_enrollment import SellerEnrollment

DROPPED = Outcome(
    failure=Failure(
        message="Workflow Update is rejected because it wasn't processed by worker.",
        application_failure_info=ApplicationFailureInfo(type="UnprocessedUpdate"),
    )
)
"""As Temporal 1.32 answers."""


class Dropping(Interceptor):
    """Below our client: drops the first updates, as a worker with a full cache did."""

    def __init__(self, drops: int) -> None:
        self.left = drops
        self.ids: list[str | None] = []

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return _Dropping(next, self)


class _Dropping(OutboundInterceptor):
    def __init__(self, below: OutboundInterceptor, drops: Dropping) -> None:
        super().__init__(below)
        self._drops = drops

    def _dropped(
        self, update_id: str | None, workflow_id: str
    ) -> WorkflowUpdateHandle[Any] | None:  # Any: whatever it would have answered
        self._drops.ids.append(update_id)
        if not self._drops.left:
            return None
        self._drops.left -= 1
        return WorkflowUpdateHandle(
            CLIENT[0], update_id or "made-by-the-sdk", workflow_id, known_outcome=DROPPED
        )

    async def start_workflow_update(
        self,
        input: StartWorkflowUpdateInput,
    ) -> WorkflowUpdateHandle[Any]:
        dropped = self._dropped(input.update_id, input.id)
        return dropped or await super().start_workflow_update(input)

    async def start_update_with_start_workflow(
        self,
        input: StartWorkflowUpdateWithStartInput,
    ) -> WorkflowUpdateHandle[Any]:
        update, start = input.update_workflow_input, input.start_workflow_input
        sent = await super().start_update_with_start_workflow(
            replace(input, update_workflow_input=replace(update, update_id="lost"))
            if self._drops.left
            else input
        )
        return self._dropped(update.update_id, start.id) or sent


CLIENT: list[Client] = []
"""The client that handles of dropped updates belong to."""


def dropping(engine: Engine, drops: int) -> tuple[Client, Dropping]:
    """Our client, above a worker that drops so many."""
    below = Dropping(drops)
    config = engine.client.config()
    config["interceptors"] = [sent_again.SendAgain(), below]
    client = Client(**config)
    CLIENT[:] = [client]
    return client, below


async def test_a_plan_that_was_dropped_twice_is_taken_once(engine: Engine) -> None:
    case = await engine.open()
    client, below = dropping(engine, 2)
    handle = client.get_workflow_handle_for(IssueCase.run, case.handle.id)
    await handle.execute_update(IssueCase.submit_plan, PLAN, id="plan-1")
    assert len((await case.view()).plans) == 1
    assert below.ids == ["plan-1"] * 3


async def test_one_without_an_id_keeps_the_one_it_was_given(engine: Engine) -> None:
    case = await engine.open()
    client, below = dropping(engine, 1)
    handle = client.get_workflow_handle_for(IssueCase.run, case.handle.id)
    await handle.execute_update(IssueCase.submit_plan, PLAN)
    assert below.ids == [None, "made-by-the-sdk"]


async def test_a_refusal_of_the_case_is_the_answer(engine: Engine) -> None:
    case = await engine.open()
    await case.tell(IssueCase.request_call, CALL_ME)
    client, below = dropping(engine, 0)
    handle = client.get_workflow_handle_for(IssueCase.run, case.handle.id)
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update(IssueCase.request_call, CALL_ME)
    assert len(below.ids) == 1


async def test_what_is_dropped_for_ever_is_no_refusal(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent_again, "_PAUSES", (0.01, 0.01))
    case = await engine.open()
    client, _ = dropping(engine, 100)
    handle = client.get_workflow_handle_for(IssueCase.run, case.handle.id)
    with pytest.raises(WorkflowUpdateRPCTimeoutOrCancelledError):
        await handle.execute_update(IssueCase.submit_plan, PLAN)
    assert (await case.view()).plans == ()


async def test_a_rating_sent_with_a_start_is_recorded_though_it_was_dropped(
    engine: Engine,
) -> None:
    client, below = dropping(engine, 1)
    start: WithStartWorkflowOperation[Any, None] = WithStartWorkflowOperation(
        SellerEnrollment.run,
        EnrollmentInput(account=SellerAccount(store=Store.US, seller_id="DROPPED")),
        id=enrollment_workflow_id(Store.US, "DROPPED"),
        task_queue=CASES_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    today = Rating(date=days_ago(0, 1).date, rating=310)
    await client.execute_update_with_start_workflow(
        SellerEnrollment.record_ratings,
        RecordRatings(by="feed", ratings=(today,)),
        id="rating-1",
        start_workflow_operation=start,
    )
    seller = await start.workflow_handle()
    assert seller.id == "enrollment/US/DROPPED"
    assert (await seller.query(SellerEnrollment.enrollment)).rating == 310
    assert below.ids == ["rating-1", "rating-1"]
