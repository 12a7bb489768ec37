"""An update sent again after its workflow continued as new is not taken twice (docs/api.md)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.case.events import ChangeContact
from domain.enrollment.events import Readmit
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.shared.taken import Taken
from runtime.dev_server import TIME_SKIPPING
from tests.engine import HOUR, Engine, KnownSeller, OpenCase, engine_in, issue
from tests.workflows.enrollment_events import changed, found_harm
from tests.workflows.events import CALL_ME, PLAN, WITHDRAW, joins
from tests.workflows.test_case_and_enrollment import busy
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment as Programme

OFTEN = (*TIME_SKIPPING, "limit.historyCount.suggestContinueAsNew=25")


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    async with engine_in(tmp_path, config=OFTEN) as engine:
        yield engine


async def run_of(running: OpenCase | KnownSeller) -> str:
    return (await running.handle.describe()).run_id


async def until_it_continues_as_new(case: OpenCase, run: str) -> None:
    for _ in range(20):
        if await run_of(case) != run:
            return
        await case.play(timedelta(minutes=30))
        await case.settled()
    raise AssertionError("it did not continue as new")


@pytest.mark.parametrize(
    ("update", "event"),
    [
        (IssueCase.submit_plan, PLAN),
        (IssueCase.request_call, CALL_ME),  # which would be refused: it asked just now
        (IssueCase.add_issue, joins(issue("ISS-2"))),
        (IssueCase.change_contact, ChangeContact(by="seller", email="new@seller.example")),
    ],
    ids=["plan", "call", "issue", "address"],
)
async def test_a_case_answers_a_repeat_and_takes_it_once(
    engine: Engine, update: Any, event: Any
) -> None:
    case = await engine.open(rules={"request_spacing": "P3D"})
    run = await run_of(case)
    await case.tell(update, event, id="sent-twice")
    await until_it_continues_as_new(case, run)
    before = await case.view()
    again = await case.handle.execute_update(update, event, id="sent-twice")
    assert again == Taken(id=before.id, status=before.status, reason=before.reason)
    view, by = await case.view(), event.by
    assert [e.what for e in view.timeline if e.by == by] == [
        e.what for e in before.timeline if e.by == by
    ]
    assert len(view.plans) == len(before.plans)
    await case.play(HOUR)
    assert (await case.view()).attempts[-1].result is not None
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_an_enrollment_answers_a_repeat_and_takes_it_once(engine: Engine) -> None:
    seller = await engine.know("TWICE")
    await seller.tell(Programme.expel, found_harm())
    pardon = Readmit(by="lead", note="Mistaken identity")
    await seller.tell(Programme.readmit, pardon, id="sent-twice")
    run = await run_of(seller)
    for number in range(20):
        change = changed(email=f"a{number}@seller.example").model_copy(update={"by": "feed"})
        await seller.tell(Programme.change_account, change)
        while await busy(seller):  # a case would be told of it: nothing else may be under way
            await asyncio.sleep(0.1)
        if await run_of(seller) != run:
            break
    else:
        raise AssertionError("it did not continue as new")
    await seller.tell(Programme.expel, found_harm())
    # A repeat of the pardon, whose answer was lost, does not take back the second expulsion.
    again = await seller.handle.execute_update(Programme.readmit, pardon, id="sent-twice")
    assert (again.status, again.reason) == (EnrollmentStatus.EXPELLED, EnrollmentReason.HARM)
    assert again.id.startswith("enrollment/US/TWICE/")
    assert (await seller.view()).status is EnrollmentStatus.EXPELLED
