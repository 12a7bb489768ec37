"""Which numbers a case and an enrollment call, on a real server (docs/rules.md, section 2)."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from domain.case.attempt import Channel
from domain.case.events import ChangeContact, EventKind
from domain.case.status import Reason, Status
from domain.case.view import CaseView
from domain.enrollment.status import EnrollmentStatus
from domain.shared.account import Store
from domain.shared.result import Result
from reference.contact_check import call_only
from tests.engine import HOUR, Engine, engine_in
from tests.workflows.refusing import refused
from tests.workflows.test_shell import ledger
from workflows.case.issue_case import IssueCase

UNKNOWN_TO_US = "+18615550110"
"""Of Illinois, in service since 2023, and not in our data; never answered, as it ends in 10."""


def results(view: CaseView) -> set[Result | None]:
    return {a.result for a in view.attempts if a.channel is Channel.CALL}


@pytest.fixture
def every_country_again() -> Iterator[None]:
    """The setting is one of the process, which the tests' other engines are in as well."""
    yield
    call_only(())


@pytest.fixture
async def abroad(tmp_path: Path, every_country_again: None, server: str) -> AsyncIterator[Engine]:
    async with engine_in(tmp_path, called_regions=("GB", "+33"), server=server) as engine:
        yield engine


async def test_a_number_that_our_data_does_not_know_is_dialled(engine: Engine) -> None:
    case = await engine.open(emergency_phone=UNKNOWN_TO_US)
    await case.play(73 * HOUR)
    view = await case.end()
    assert (view.status, view.reason) == (Status.DEACTIVATED, Reason.NOT_REACHED)
    assert results(view) == {Result.NO_ANSWER}
    assert len(ledger(engine.folder, view.id)) >= 8


async def test_it_can_be_named_in_a_case_and_enrolls(engine: Engine) -> None:
    case = await engine.open(emergency_phone="+881612345610")
    changed = ChangeContact(by="seller", emergency_phone=UNKNOWN_TO_US)
    await case.tell(IssueCase.change_contact, changed)
    assert results(await case.settled()) == {Result.NO_ANSWER}
    seller = await engine.know("ILLINOIS", emergency_phone=UNKNOWN_TO_US)
    assert (await seller.view()).status is EnrollmentStatus.ENROLLED


async def test_a_case_with_a_number_of_a_country_not_called_is_escalated_and_never_calls(
    abroad: Engine,
) -> None:
    case = await abroad.open(emergency_phone="+12065550110")
    await case.play(73 * HOUR)
    view = await case.reaches(Status.ESCALATED)
    assert (view.reason, results(view)) == (Reason.NOT_REALLY_TRIED, set())
    (why,) = [e.note for e in view.timeline if e.what is EventKind.NUMBER_NOT_CALLED]
    assert why == "is of a country that is not called from here"
    assert await abroad.providers.accounts.is_active(Store.US, view.account.seller_id)
    assert why in await refused(
        case,
        IssueCase.change_contact,
        ChangeContact(by="seller", emergency_phone="+12065550101"),
    )


async def test_a_country_left_out_while_a_case_is_open_is_not_called_and_that_is_our_failure(
    abroad: Engine,
) -> None:
    case = await abroad.open(emergency_phone="+442071838710")
    assert results(await case.settled()) == {Result.NO_ANSWER}
    dialled = len(ledger(abroad.folder, (await case.view()).id))
    call_only({"US"})  # a worker that was started with another setting
    await case.play(73 * HOUR)
    view = await case.reaches(Status.ESCALATED)
    assert view.reason == Reason.NOT_REALLY_TRIED
    assert results(view) == {Result.NO_ANSWER, Result.PROVIDER_FAILED}
    assert len(ledger(abroad.folder, view.id)) == dialled
