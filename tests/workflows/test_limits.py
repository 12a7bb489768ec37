"""Calls queue up under a limit, and never meet at one number (docs/rules.md, section 4)."""

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.case.attempt import Channel
from domain.case.view import CaseView
from domain.shared.account import Store
from domain.shared.result import Result
from providers.protocols import Dial, GoesOn
from providers.simulated.telephone import SimulatedTelephone
from providers.temporal.phone_lock import TemporalPhoneLock
from tests.engine import Engine, OpenCase, engine_in
from tests.test_crashes import something
from tests.workflows.events import WITHDRAW
from workflows.case.issue_case import IssueCase

SHORT = {"window": "PT12H", "email_hours": [0, 6], "call_hours": [0, 1, 5, 10]}


def rung(folder: Path) -> list[tuple[str, float, float]]:
    """The calls placed: whose, from when, until when; the first dialled first."""
    with sqlite3.connect(folder / "telephone.sqlite") as db:
        return db.execute(
            "SELECT case_id, dialled_at, ends_at FROM calls ORDER BY dialled_at"
        ).fetchall()


def called(view: CaseView) -> bool:
    return any(a.channel is Channel.CALL and a.result for a in view.attempts)


async def test_two_cases_that_share_a_number_never_ring_it_at_once(
    tmp_path: Path, server: str
) -> None:
    async with engine_in(tmp_path, ring_seconds=0.5, server=server) as engine:
        cases = [
            await engine.open(
                seller_id="SHARED", store=store, emergency_phone="+12065550110", wait=False
            )
            for store in (Store.US, Store.CA)
        ]
        views = [await case.when(called) for case in cases]
        assert [v.attempts[1].result for v in views] == [Result.NO_ANSWER] * 2
        (first, _, ends), (second, begins, _) = rung(tmp_path)
        assert first != second
        assert begins >= ends


async def test_a_line_that_a_dead_worker_held_is_free_again_when_its_lease_ends(
    engine: Engine,
) -> None:
    lock = TemporalPhoneLock(engine.client)
    number = "+12065550117"
    line = await lock.acquire(number, "case/US/DEAD/run/2", timedelta(seconds=2))
    assert line
    assert await lock.acquire(number, "case/US/DEAD/run/2", timedelta(seconds=2)) == line
    assert await lock.acquire(number, "case/US/OTHER/run/2", timedelta(seconds=2)) is None
    case = await engine.open(emergency_phone=number, wait=False)
    view = await case.when(called)
    assert view.attempts[1].result is Result.NO_ANSWER
    await case.tell(IssueCase.withdraw, WITHDRAW)
    await lock.release(number, line)  # of the one that has timed out, nothing happens


async def test_a_line_is_let_go_when_the_call_has_ended(engine: Engine) -> None:
    number = "+12065550118"
    case = await engine.open(emergency_phone=number)
    lock = TemporalPhoneLock(engine.client)
    line = await lock.acquire(number, "case/US/OTHER/run/2", timedelta(seconds=2))
    assert line
    await lock.release(number, line)
    await case.tell(IssueCase.withdraw, WITHDRAW)


class Held(SimulatedTelephone):
    """A telephone that takes for ever to dial while it is held, so that calls queue up."""

    held = False

    async def dial(self, dial: Dial, instead_of: str | None = None) -> GoesOn:
        placed = await super().dial(dial, instead_of)
        while self.held:
            await asyncio.sleep(0.02)
        return placed


async def test_a_case_close_to_its_deadline_goes_before_fresh_ones(
    tmp_path: Path, server: str
) -> None:
    telephone = Held(tmp_path, ring_seconds=0.1)
    async with engine_in(
        tmp_path, telephone=telephone, concurrent_calls=1, server=server
    ) as engine:
        close = await engine.open(seller_id="CLOSE", emergency_phone="+12065550120", rules=SHORT)
        view = await close.view()
        last_call = view.agenda[-1].due - timedelta(minutes=1)
        await close.play(last_call - view.opened_at)
        await close.settled()
        before = len(rung(tmp_path))
        telephone.held = True
        fresh = await asyncio.gather(
            *(engine.open(emergency_phone=f"+12065550{n}", wait=False) for n in range(130, 145))
        )
        await something(lambda: len(rung(tmp_path)) > before)
        playing = asyncio.create_task(close.play(timedelta(minutes=2)))  # until the call has ended
        await close.when(lambda v: v.attempts[-1].result is None)
        await close.pending(lambda found: found)
        telephone.held = False
        await asyncio.gather(playing, *(case.when(called) for case in fresh))
        _, *order = [case_id.split("/")[2] for case_id, _, _ in rung(tmp_path)[before:]]
        assert len(order) == len(fresh)
        assert order.index("CLOSE") <= 1  # one had been handed out already


@pytest.mark.parametrize(
    ("limits", "channel"), [("calls", Channel.CALL), ("emails", Channel.EMAIL)]
)
async def test_no_more_go_out_in_a_second_than_is_set(
    tmp_path: Path, limits: str, channel: Channel, server: str
) -> None:
    settings: dict[str, Any] = {f"{limits}_per_second": 2}
    async with engine_in(tmp_path, **settings, server=server) as engine:
        cases = [await engine.open(emergency_phone=f"+1206555013{n}", wait=False) for n in range(8)]

        async def ended(case: OpenCase) -> None:
            await case.when(lambda v: any(a.channel is channel and a.result for a in v.attempts))

        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(ended(case) for case in cases))
        assert asyncio.get_running_loop().time() - began > 2
