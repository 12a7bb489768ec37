"""Deactivations for silence that operations hold, as after a restore (section 6)."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.case.events import Decision
from domain.case.status import Reason, Status
from domain.case.view import CaseView
from domain.shared.account import Store
from domain.shared.result import Result
from tests.engine import HOUR, Engine, OpenCase, engine_in, issue
from tests.workflows.events import decided
from workflows.case.issue_case import IssueCase


@pytest.fixture
async def held(tmp_path: Path, server: str) -> AsyncIterator[Engine]:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    async with engine_in(tmp_path, silence_held_until=tomorrow, server=server) as engine:
        yield engine


async def silent(engine: Engine) -> OpenCase:
    case = await engine.open(email="owner@bluekettle.example")
    await case.play(73 * HOUR)
    return case


async def is_active(engine: Engine, view: CaseView) -> bool:
    return await engine.providers.accounts.is_active(Store.US, view.account.seller_id)


async def test_silence_is_escalated_and_a_person_may_still_deactivate(held: Engine) -> None:
    case = await silent(held)
    view = await case.reaches(Status.ESCALATED)
    assert view.reason == Reason.SILENCE_HELD
    assert await is_active(held, view)
    assert any(
        "deactivations for silence are held" in str(mail["Subject"]) for mail in held.mails("desk@")
    )

    await case.tell(IssueCase.decide, decided(Decision.DEACTIVATE))
    assert (await case.end()).status is Status.DEACTIVATED
    assert not await is_active(held, view)


async def test_a_seller_who_was_reached_after_all_goes_on_from_there(held: Engine) -> None:
    case = await silent(held)
    await case.reaches(Status.ESCALATED)
    assert (await case.tell(IssueCase.decide, decided(Decision.RESUME))).status is Status.CONTACTING


async def test_harm_is_not_held(held: Engine) -> None:
    case = await held.open(issues=(issue(harmful=True),), wait=False)
    assert (await case.end()).status is Status.DEACTIVATED


async def test_an_account_that_was_deactivated_before_is_not_held(held: Engine) -> None:
    case = await held.open()
    view = await case.view()
    await held.providers.accounts.deactivate(Store.US, view.account.seller_id, view.id)
    await case.play(73 * HOUR)
    assert (await case.end()).status is Status.DEACTIVATED


async def test_a_moment_that_is_past_holds_nobody(tmp_path: Path, server: str) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with engine_in(tmp_path, silence_held_until=past, server=server) as engine:
        case = await silent(engine)
        assert (await case.end()).status is Status.DEACTIVATED


async def test_a_call_of_the_time_that_a_restore_lost_is_not_dialled_again(held: Engine) -> None:
    case = await held.open(email="owner@bluekettle.example")
    view = await case.when(lambda view: view.attempts and view.attempts[-1].result)
    lost = f"{view.id}/{len(view.attempts) + 1}"
    with closing(sqlite3.connect(held.folder / "telephone.sqlite")) as ledger, ledger:
        ledger.execute(
            "INSERT INTO calls SELECT ?, case_id, phone, dialled_at, ends_at, 'connected', NULL, "
            "result_at FROM calls",
            (lost,),
        )
    await case.play(HOUR)
    view = await case.reaches(Status.WORKING)
    assert view.attempts[-1].result is Result.CONNECTED
    with closing(sqlite3.connect(held.folder / "telephone.sqlite")) as ledger:
        dialled = [key for (key,) in ledger.execute("SELECT key FROM dials")]
    assert len(dialled) == 1
    assert lost not in dialled
