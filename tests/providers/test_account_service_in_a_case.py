"""A case whose account service is asked over HTTP, and does not always tell the truth."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from domain.case.events import Decision
from domain.case.status import Reason, Status
from tests.engine import HOUR, Engine, OpenCase, engine_in
from tests.providers.disturbed_account_service import (
    BROKEN,
    AfterActing,
    Disturbed,
    disturbed,
    dropped,
    said,
)
from tests.workflows.events import FRAUD, decided
from workflows.case.issue_case import IssueCase


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def both(
    tmp_path_factory: pytest.TempPathFactory, server: str
) -> AsyncIterator[tuple[Engine, Disturbed]]:
    """An engine, and the service that it asks."""
    async with disturbed() as service:
        folder, accounts = tmp_path_factory.mktemp("engine"), service.client(timeout_seconds=2)
        async with engine_in(folder, accounts=accounts, server=server) as engine:
            yield engine, service


@pytest.fixture
def engine(both: tuple[Engine, Disturbed]) -> Engine:
    return both[0]


@pytest.fixture
def service(both: tuple[Engine, Disturbed]) -> Disturbed:
    both[1].asked.clear()
    return both[1]


async def silent(engine: Engine, seller: str, **rules: str) -> OpenCase:
    """A case whose account is to be deactivated for silence."""
    case = await engine.open(seller_id=seller, rules=rules)
    await case.play(73 * HOUR)
    return case


async def test_a_silent_sellers_account_is_deactivated(engine: Engine, service: Disturbed) -> None:
    case = await silent(engine, "SILENT")
    view = await case.end()
    assert (view.status, view.reason) == (Status.DEACTIVATED, Reason.NOT_REACHED)
    assert service.accounts.deactivated["US:SILENT"] == view.id
    assert service.changes() == [("deactivate", view.id)]


async def test_a_deactivation_that_did_not_happen_is_never_believed(
    engine: Engine, service: Disturbed
) -> None:
    service.instead["POST", "US:LIED"] = said("deactivated", "US:LIED")
    case = await silent(engine, "LIED", deactivation_timeout="PT3H")
    await case.reaches(Status.DEACTIVATING)
    await case.failing()
    assert not service.accounts.deactivated.keys() & {"US:LIED"}

    await case.play(3 * HOUR)
    view = await case.reaches(Status.ESCALATED)
    assert view.reason == Reason.DEACTIVATION_FAILED
    assert {key for _, key in service.changes()} == {view.id}
    assert len(service.changes()) > 1

    del service.instead["POST", "US:LIED"]
    await case.tell(IssueCase.decide, decided(Decision.DEACTIVATE))
    assert (await case.end()).status is Status.DEACTIVATED
    assert service.accounts.deactivated["US:LIED"] == view.id


@pytest.mark.parametrize(("name", "answer"), [("BROKEN", BROKEN), ("DROPPED", dropped)])
async def test_a_deactivation_whose_answer_is_lost_is_made_once(
    engine: Engine, service: Disturbed, name: str, answer: object
) -> None:
    assert callable(answer)
    service.instead["POST", f"US:{name}"] = AfterActing(answer)
    case = await engine.open(seller_id=name)
    await case.tell(IssueCase.report_harm, FRAUD)
    view = await case.end()
    assert view.status is Status.DEACTIVATED
    assert service.accounts.deactivated[f"US:{name}"] == view.id
    assert service.changes() == [("deactivate", view.id)]


async def test_a_case_of_an_account_deactivated_by_others_reaches_out_to_nobody(
    engine: Engine, service: Disturbed
) -> None:
    service.accounts.deactivate("US:TAKEN", "by hand")
    case = await engine.open(seller_id="TAKEN", wait=False)
    view = await case.end()
    assert view.status is Status.NOT_COVERED
    assert view.attempts == ()
    assert service.changes() == []


async def test_an_account_deactivated_by_others_meanwhile_counts_as_done(
    engine: Engine, service: Disturbed
) -> None:
    case = await engine.open(seller_id="MEANWHILE")
    service.accounts.deactivate("US:MEANWHILE", "by hand")
    await case.play(73 * HOUR)
    assert (await case.end()).status is Status.DEACTIVATED
    assert service.changes() == []
    assert service.accounts.deactivated["US:MEANWHILE"] == "by hand"


async def test_a_case_of_an_unknown_account_waits_and_decides_nothing(
    engine: Engine, service: Disturbed
) -> None:
    case = await engine.open(seller_id="UNKNOWN", wait=False)
    await case.failing()
    view = await case.view()
    assert (view.status, view.attempts) == (Status.CONTACTING, ())
    await case.handle.terminate()
