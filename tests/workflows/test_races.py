"""Two things at once: whatever the order, the case is one that the rules allow."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from domain.case.status import Reason, Status
from domain.case.view import CaseView
from tests.engine import Engine, OpenCase
from tests.workflows.events import CALL_ME, CONTACT, PLAN, WITHDRAW
from workflows.case.issue_case import IssueCase

SECONDS = 1 / 3600

BRIEF = {
    "window": "PT3S",
    "email_hours": [0, 2.3 * SECONDS],
    "call_hours": [0, 1 * SECONDS, 2.4 * SECONDS],
    "call_spacing": "PT0.2S",
    "late_notice": "PT0.3S",
}
"""A case whose 72 hours are three seconds, all of them real."""


async def taken(case: OpenCase, update: Any, event: Any, **options: Any) -> CaseView | None:
    """The view, if the case took the event; None if it refused or was closed."""
    try:
        return await case.tell(update, event, **options)
    except (WorkflowUpdateFailedError, RPCError):
        return None


async def test_two_openings_at_once_open_one_case(engine: Engine) -> None:
    opened = await asyncio.gather(
        *(engine.open(seller_id="TWICE", wait=False) for _ in range(2)), return_exceptions=True
    )
    (case,) = [o for o in opened if isinstance(o, OpenCase)]
    assert [type(o) for o in opened if o is not case] == [WorkflowAlreadyStartedError]
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_an_update_repeated_with_the_same_id_is_taken_once(engine: Engine) -> None:
    case = await engine.open()
    views = await asyncio.gather(
        *(case.tell(IssueCase.submit_plan, PLAN, id="the-button") for _ in range(3))
    )
    assert {len(view.plans) for view in views} == {1}
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_two_updates_of_one_seller_at_once_are_both_taken(engine: Engine) -> None:
    case = await engine.open()
    await asyncio.gather(
        case.tell(IssueCase.request_call, CALL_ME), case.tell(IssueCase.submit_plan, PLAN)
    )
    view = await case.settled()
    assert view.status is Status.PLAN_REVIEW
    assert len(view.plans) == 1
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_contact_and_the_deadline_in_the_same_instant_never_contradict_each_other(
    engine: Engine,
) -> None:
    async def race(offset: float) -> None:
        case = await engine.open(rules=BRIEF, wait=False)
        view = await case.when(lambda v: v.deadline and any(a.result for a in v.attempts))
        await case.when(lambda v: len([a for a in v.attempts if a.result]) >= 5 or not v.agenda)
        assert view.deadline is not None
        now = await engine.skipper.get_current_time(case.handle)
        await asyncio.sleep(max(0.0, (view.deadline - now).total_seconds() + offset))
        won = await taken(case, IssueCase.report_contact, CONTACT)
        if won is None:
            # All of its time is real, so that whoever is answered before it ends is in time.
            assert datetime.now(UTC) >= view.deadline
            ended = await case.end()
            assert (ended.status, ended.reason) == (Status.DEACTIVATED, Reason.NOT_REACHED)
        else:
            # Escalated, if on a slow machine an attempt came too late for having really tried.
            assert won.status in {Status.WORKING, Status.ESCALATED}
            await case.tell(IssueCase.withdraw, WITHDRAW)
            assert (await case.end()).status is Status.WITHDRAWN
        active = await engine.providers.accounts.is_active("US", view.account.seller_id)
        assert active == (won is not None)

    offsets = [n * 0.02 - 0.1 for n in range(12)]
    await asyncio.gather(*(race(offset) for offset in offsets))


@pytest.mark.parametrize("number", range(5))
async def test_an_update_right_before_the_close_is_taken_or_refused(
    engine: Engine, number: int
) -> None:
    case = await engine.open()
    _, contact = await asyncio.gather(
        case.tell(IssueCase.withdraw, WITHDRAW), taken(case, IssueCase.report_contact, CONTACT)
    )
    view = await case.end()
    assert view.status is Status.WITHDRAWN
    assert any(entry.what == "contact" for entry in view.timeline) == (contact is not None)
