"""Appeals where a further case came in between, or one of the workflows is gone (section 9)."""

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.appeal.events import Verdict
from domain.appeal.letters import AppealPurpose
from domain.appeal.status import AppealReason, AppealStatus
from domain.case.events import Decision
from domain.case.status import Reason, Status
from domain.enrollment.status import EnrollmentStatus
from domain.shared.errors import Refusal
from domain.shared.events import BY_CASE, RecordDeactivation
from domain.shared.names import CASES_QUEUE, case_workflow_id, own_id
from tests.engine import Engine, issue
from tests.workflows import test_rows as rows
from tests.workflows.appeals import deactivated, submit, was_sent
from tests.workflows.events import FRAUD
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment


async def test_what_a_case_of_harm_found_deactivated_its_own_appeal_takes_back(
    engine: Engine,
) -> None:
    """The account service has the first case's key. The first appeal is no way back any more."""
    await deactivated(engine, "BOTH")
    appeal = await submit(engine, "BOTH")
    case = await engine.open(seller_id="BOTH", issues=(issue("ISS-2", harmful=True),), wait=False)
    assert (await case.end()).reason == Reason.HARM
    await appeal.decide(Verdict.REINSTATE)
    held = await appeal.when(lambda v: v.reason)
    assert held.reason is AppealReason.REINSTATEMENT_HELD
    assert not was_sent(held, AppealPurpose.REINSTATED)
    await appeal.decide(Verdict.UPHOLD)
    await appeal.when(lambda v: was_sent(v, AppealPurpose.UPHELD))
    again = await submit(engine, "BOTH")
    await again.decide(Verdict.REINSTATE)
    assert (await again.end()).status is AppealStatus.REINSTATED
    assert await engine.providers.accounts.is_active("US", "BOTH")
    known = await (await engine.know("BOTH")).view()
    assert (known.status, known.deactivated) == (EnrollmentStatus.EXPELLED, False)


async def test_who_reports_harm_in_a_case_that_is_still_closing_does_not_judge_its_appeal(
    engine: Engine,
) -> None:
    # The closing e-mail cannot be delivered for now, so the case still runs.
    await engine.know("CLOSING")
    case = await engine.open(seller_id="CLOSING", email="outage@seller.example", wait=False)
    await rows.decide(Decision.DEACTIVATE)(case)
    await case.reaches(Status.DEACTIVATED)
    await case.when(lambda v: [a.result for a in v.attempts].count(None) == 1)
    await (await engine.know("CLOSING")).when(lambda v: v.deactivated)
    appeal = await submit(engine, "CLOSING")
    await case.tell(IssueCase.report_harm, FRAUD)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await appeal.decide(Verdict.UPHOLD, FRAUD.by)
    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.details[0]["code"] == Refusal.HAD_PART_IN_CASE
    view = await appeal.decide(Verdict.UPHOLD)
    assert view.status is AppealStatus.UPHELD
    assert view.deactivation is not None
    assert FRAUD.by in (view.deactivation.part or ())


async def test_the_appeal_of_a_case_that_broke_off_and_that_nobody_answers_for_is_taken(
    engine: Engine,
) -> None:
    seller = await engine.know("BROKE")
    # No worker knows this workflow, so none can answer with its record.
    handle = await engine.client.start_workflow(
        "Forgotten", id=case_workflow_id("US", "BROKE"), task_queue=CASES_QUEUE
    )
    await handle.terminate()
    case_id = own_id(handle.id, handle.first_execution_run_id or "")
    await engine.providers.accounts.deactivate("US", "BROKE", case_id)
    told = RecordDeactivation(by=BY_CASE, case_id=case_id)
    await seller.tell(SellerEnrollment.record_deactivation, told)
    appeal = await submit(engine, "BROKE")
    found = (await appeal.view()).deactivation
    assert found is not None
    assert (found.case_id, found.part) == (case_id, None)
    await appeal.decide(Verdict.REINSTATE)
    await appeal.end()
    assert await engine.providers.accounts.is_active("US", "BROKE")


async def test_the_seller_is_told_of_the_answer_though_the_enrollment_broke_off(
    engine: Engine,
) -> None:
    await deactivated(engine, "NOBODY")
    appeal = await submit(engine, "NOBODY")
    await (await engine.know("NOBODY")).handle.terminate()
    await appeal.decide(Verdict.REINSTATE)
    ended = await appeal.end()
    assert ended.status is AppealStatus.REINSTATED
    assert was_sent(ended, AppealPurpose.REINSTATED)
    assert await engine.providers.accounts.is_active("US", "NOBODY")
