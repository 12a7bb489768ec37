"""Several cases of one number keep a distance between their calls (docs/rules.md, section 4)."""

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

from domain.case.attempt import Channel, Purpose
from domain.case.status import Reason, Status
from domain.case.view import CaseView
from domain.shared.result import Result
from providers.simulated.telephone import SimulatedTelephone
from providers.spacing import DEFAULT_SPACING, Spacing
from providers.temporal.calls_under_way import NothingPlaced, PerhapsPlaced, known_before
from providers.temporal.phone_lock import TemporalPhoneLock
from tests.engine import HOUR, RING_SECONDS, Engine, OpenCase, engine_in
from tests.test_crashes import something
from tests.workflows.events import CALL_ME
from workflows.case.issue_case import IssueCase

NUMBER, ANSWERS = "+12065550110", "+12065550101"
MINUTE = timedelta(minutes=1)


def telephone(folder: Path, spacing: Spacing = DEFAULT_SPACING) -> SimulatedTelephone:
    return SimulatedTelephone(folder, RING_SECONDS, spacing=spacing)


def dialled(folder: Path) -> list[float]:
    """When calls were dialled, by the clocks of their cases; the earliest first."""
    with sqlite3.connect(folder / "telephone.sqlite") as db:
        query = "SELECT result_at - ends_at + dialled_at FROM calls ORDER BY 1"
        return [at for (at,) in db.execute(query)]


def called(view: CaseView) -> list[Result]:
    """What came of the calls."""
    return [a.result for a in view.attempts if a.channel is Channel.CALL and a.result]


async def agency(engine: Engine, count: int, number: str = NUMBER) -> list[OpenCase]:
    """Cases of accounts that have one number, opened at once."""
    return list(
        await asyncio.gather(
            *(engine.open(emergency_phone=number, wait=False) for _ in range(count))
        )
    )


async def waiting(engine: Engine, number: str = NUMBER) -> OpenCase:
    """A case whose first call waits, since another case has just called the number."""
    (first,) = await agency(engine, 1, number)
    await first.settled()
    (second,) = await agency(engine, 1, number)
    await second.failing()
    assert called(await second.view()) == []
    return second


async def test_fifteen_accounts_with_one_number_are_called_once_and_nobody_pays_for_it(
    tmp_path: Path, server: str
) -> None:
    wide = telephone(tmp_path, Spacing(distance=HOUR))
    async with engine_in(tmp_path, telephone=wide, server=server) as engine:
        cases = await agency(engine, 15)
        views = [await case.when(called) for case in cases]
        results = [called(view)[0] for view in views]
        assert sorted(results) == [Result.NO_ANSWER, *[Result.SKIPPED] * 14]
        assert len(dialled(tmp_path)) == 1
        skipped = [case for case, result in zip(cases, results, strict=True) if result == "skipped"]
        for case in skipped[:2]:
            await case.settled()
            await case.play(73 * HOUR)
            view = await case.view()
            assert (view.status, view.reason) == (Status.ESCALATED, Reason.NOT_REALLY_TRIED)


async def test_a_call_that_waits_is_placed_five_minutes_after_the_one_before(
    tmp_path: Path, server: str
) -> None:
    async with engine_in(tmp_path, telephone=telephone(tmp_path), server=server) as engine:
        case = await waiting(engine)
        assert len(dialled(tmp_path)) == 1
        await case.play(6 * MINUTE)
        assert called(await case.settled())[0] is Result.NO_ANSWER
        first, second, *_ = dialled(tmp_path)
        assert 300 <= second - first < 360


async def test_fifteen_calls_at_once_are_one_call_and_fourteen_that_wait(
    tmp_path: Path, server: str
) -> None:
    async with engine_in(tmp_path, telephone=telephone(tmp_path), server=server) as engine:
        cases = await agency(engine, 15)
        await something(lambda: dialled(tmp_path))
        for case in cases:
            await case.when(lambda v: v.attempts)
        await asyncio.sleep(6)  # those that found the number locked have asked again
        results = [called(await case.view()) for case in cases]
        assert sorted(results) == [*[[]] * 14, [Result.NO_ANSWER]]
        assert len(dialled(tmp_path)) == 1


async def test_after_a_connected_call_the_other_cases_skip_theirs(
    tmp_path: Path, server: str
) -> None:
    async with engine_in(tmp_path, telephone=telephone(tmp_path), server=server) as engine:
        (first,) = await agency(engine, 1, ANSWERS)
        assert called(await first.settled()) == [Result.CONNECTED]
        (second,) = await agency(engine, 1, ANSWERS)
        assert called(await second.when(called)) == [Result.SKIPPED]
        assert len(dialled(tmp_path)) == 1


async def test_a_call_that_the_seller_asked_for_waits_for_nothing(
    tmp_path: Path, server: str
) -> None:
    async with engine_in(tmp_path, telephone=telephone(tmp_path), server=server) as engine:
        case = await waiting(engine)
        await case.tell(IssueCase.request_call, CALL_ME)
        view = await case.when(lambda v: len(called(v)) == 2)
        calls = [(a.about, a.result) for a in view.attempts if a.channel is Channel.CALL]
        assert (Purpose.REQUESTED, Result.NO_ANSWER) in calls
        assert len(dialled(tmp_path)) == 2


def test_a_try_knows_whether_those_before_it_only_waited() -> None:
    for known in (NothingPlaced(has_only_waited=True), NothingPlaced(instead_of="a:1")):
        assert known_before(3, known.details(2)) == known
        # Try 3 ended before it could tell.
        assert known_before(4, known.details(2)) == PerhapsPlaced(known.instead_of)
    assert known_before(1, ()) == NothingPlaced()


async def test_a_call_that_has_waited_is_skipped_once_its_latest_moment_is_too_near(
    tmp_path: Path, server: str
) -> None:
    """A window of 10 s: the deadline is the latest moment of the call."""
    soon = {
        "window": "PT10S",
        "email_hours": [0, 0.001],
        "call_hours": [0, 0.002],
        "call_spacing": "PT1S",
        "minimum_rung_calls": 1,
    }
    async with engine_in(tmp_path, telephone=telephone(tmp_path), server=server) as engine:
        lock = TemporalPhoneLock(engine.client)
        assert await lock.acquire(NUMBER, "case/US/OTHER/run/2", MINUTE)
        case = await engine.open(emergency_phone=NUMBER, wait=False, rules=soon)
        await case.failing()
        assert called(await case.when(called))[0] is Result.SKIPPED
        assert not dialled(tmp_path)
