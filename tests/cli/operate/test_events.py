"""`events replay` sends a receiver again what it missed, and `audit` finds what was given up."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from domain.shared.names import DELIVERY_WORKFLOW
from providers.webhooks.receivers import Receiver
from providers.webhooks.sender import Webhooks
from temporal_client.search import OPEN, count, query_of
from tests.cli.conftest import Cli, Written, cli_of
from tests.engine import Engine, engine_in
from tests.patience import PATIENCE, looks
from tests.receiver import ListeningReceiver, a_receiver
from tests.workflows.enrollment_events import changed
from tests.workflows.events import CONTACT, WITHDRAW
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment

REPLAY = ("events", "replay", "--receiver", "crm", "--since")


@pytest_asyncio.fixture(loop_scope="session")
async def crm() -> AsyncIterator[ListeningReceiver]:
    async with a_receiver() as receiver:
        yield receiver


@pytest_asyncio.fixture(loop_scope="session")
async def engine(tmp_path: Path, server: str, crm: ListeningReceiver) -> AsyncIterator[Engine]:
    receivers: dict[str, Receiver] = {"crm": crm.settings()}
    async with engine_in(tmp_path, server=server, receivers=receivers) as running:
        yield running


@pytest.fixture
def told(
    engine: Engine, crm: ListeningReceiver, written: Written, monkeypatch: pytest.MonkeyPatch
) -> Cli:
    """The client, which has the workers' file of receivers."""
    monkeypatch.setenv("CASE72_WEBHOOKS_FILE", written("webhooks.toml", crm.file()))
    return cli_of(engine)


async def nothing_waits(engine: Engine) -> None:
    """Wait until every delivery has ended. What still waits is not sent twice."""
    query = query_of(DELIVERY_WORKFLOW, OPEN)
    async with asyncio.timeout(PATIENCE):
        async for _ in looks():
            if not await count(engine.client, query):
                return


async def test_what_happened_since_comes_again_with_the_same_ids(
    engine: Engine, crm: ListeningReceiver, told: Cli
) -> None:
    open_case, closed = await engine.open(), await engine.open()
    await open_case.tell(IssueCase.report_contact, CONTACT)
    await closed.tell(IssueCase.withdraw, WITHDRAW)
    await closed.end()
    await engine.know("KNOWN")
    await crm.when(5)
    await nothing_waits(engine)
    first = sorted(crm.ids)
    answer = await told(*REPLAY, "1h")
    assert (answer.code, answer.err) == (0, "")
    assert "events: 5, of cases, enrollments and appeals: 3" in answer.out
    await crm.when(10)
    assert sorted(crm.ids[5:]) == first
    again = [e["type"] for e in crm.got[5:] if e["id"] in {e["id"] for e in crm.got[:5]}]
    assert again.index("case.opened") < again.index("case.reached")
    only = await told(*REPLAY, "1h", "--only", "enrollments")
    assert "events: 1, of cases, enrollments and appeals: 1" in only.out
    nothing = await told(*REPLAY, (datetime.now(UTC) + timedelta(days=9)).isoformat())
    assert "events: 0, of cases, enrollments and appeals: 0" in nothing.out


async def test_what_was_given_up_is_found_until_it_is_sent_again(
    engine: Engine, crm: ListeningReceiver, told: Cli
) -> None:
    crm.answer = 410
    case = await engine.open()
    await crm.tried(1)
    own_id = (await case.view()).id
    async with asyncio.timeout(PATIENCE):
        while (answer := await told("audit")).code == 0:
            await asyncio.sleep(0.1)
    assert answer.code == 1
    assert f"events/crm/{own_id}: events were given up" in answer.out
    assert "docs/runbook/events-given-up.md" in answer.out
    crm.answer = 200
    assert (await told(*REPLAY, "1d")).code == 0
    await crm.when(1)
    await nothing_waits(engine)
    answer = await told("audit")
    assert (answer.code, "nothing is wrong" in answer.out) == (0, True)


async def test_an_enrollment_from_before_the_first_receiver_announces_from_a_replay_on(
    engine: Engine, crm: ListeningReceiver, told: Cli, tmp_path: Path
) -> None:
    webhooks: Webhooks = engine.providers.webhooks
    known, webhooks.receivers = webhooks.receivers, {}
    seller = await engine.know("EARLIER", emergency_phone=None)
    await seller.idle()
    webhooks.receivers = known
    await seller.tell(SellerEnrollment.change_account, changed(emergency_phone="+12065550112"))
    await seller.idle()
    assert crm.got == []
    assert (await told(*REPLAY, "1d")).code == 0
    await crm.when(2)
    await seller.tell(SellerEnrollment.change_account, changed(emergency_phone=None))
    await crm.when(3)
    assert [event["data"]["status"] for event in crm.got] == ["invited", "enrolled", "invited"]
    assert [int(i.split("_")[2]) for i in crm.ids] == sorted(int(i.split("_")[2]) for i in crm.ids)


async def test_bad_input_names_the_field_and_sends_nothing(
    told: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await told("events", "replay", "--receiver", "shop", "--since", "3d")
    assert (answer.code, answer.out) == (2, "")
    assert "--receiver: CASE72_WEBHOOKS_FILE does not name it; it names crm" in answer.err
    answer = await told(*REPLAY, "lately")
    assert answer.code == 2
    assert "give a moment" in answer.err
    monkeypatch.delenv("CASE72_WEBHOOKS_FILE")
    answer = await told(*REPLAY, "3d")
    assert (answer.code, "CASE72_WEBHOOKS_FILE: is not set" in answer.err) == (2, True)
