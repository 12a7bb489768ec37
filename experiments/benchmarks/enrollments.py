"""What an enrollment costs, beside a workflow that polls once a day."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from temporalio.worker import Worker

from domain.enrollment.status import EnrollmentStatus
from experiments.benchmarks.machine import actions, stored
from experiments.benchmarks.polling_twin import DAY, PollingTwin, rating_today
from experiments.benchmarks.report import Found, Row
from tests.engine import Engine, KnownSeller, engine_in, know
from tests.workflows.enrollment_events import days_ago, recorded
from workflows.enrollment.seller_enrollment import SellerEnrollment

ABOUT = """What a seller costs who has no case. *Bare* asks for the rating once a day, a timer and
an activity each."""

HALF_A_YEAR = 183
_SETTLES = 0.7
_QUEUE = "polling"
_SELLERS = 1_000
_AT_ONCE = 16


class _Book:
    """Returns the new events of a history, and the new actions, since the last call."""

    def __init__(self, engine: Engine) -> None:
        self._client, self._server = engine.client, engine.folder / "temporal"
        self._events: Counter[str] = Counter()
        self._actions = 0

    async def cost(self, workflow_id: str) -> tuple[int, int]:
        """Return new events of this workflow, without skips of time, and new actions of all."""
        await asyncio.sleep(_SETTLES)
        history = await self._client.get_workflow_handle(workflow_id).fetch_history()
        names = (event.WhichOneof("attributes") or "" for event in history.events)
        skips = ("time_skipping", "options_updated")
        events = sum(not any(skip in name for skip in skips) for name in names)
        counted = (await actions(self._server)).total()
        before = self._events[workflow_id], self._actions
        self._events[workflow_id], self._actions = events, counted
        return events - before[0], counted - before[1]


def _said(cost: tuple[int, int]) -> str:
    return f"{cost[0]} events, {cost[1]} actions"


async def measure(folder: Path, found: Found) -> list[Row]:
    """Measure what each event of a seller adds to the history; then many sellers."""
    folder.joinpath("one").mkdir()
    async with engine_in(folder / "one") as engine:
        rows = await _one(engine)
    async with engine_in(folder / "many", config=()) as engine:
        return rows + await _many(engine)


async def _one(engine: Engine) -> list[Row]:
    client, book = engine.client, _Book(engine)
    nobody = dict.fromkeys(("emergency_phone", "email", "name", "language", "time_zone"))
    days = [days_ago(age, 300 + age) for age in range(180)]
    seller = await know(client, "IMPORTED", days_ago(400, 300), *days, **nobody)
    imported = await book.cost(seller.handle.id)
    await seller.handle.execute_update(SellerEnrollment.record_ratings, recorded(days_ago(0, 350)))
    rated = await book.cost(seller.handle.id)

    seller = await know(client, "ENROLLED")
    enrolled = await book.cost(seller.handle.id)
    await seller.play(HALF_A_YEAR * DAY)
    same = await book.cost(seller.handle.id)
    # Only now, since a query is an action too.
    assert (await seller.view()).status is EnrollmentStatus.ENROLLED

    seller = await know(client, "WAITS", days_ago(30, 300))
    await book.cost(seller.handle.id)
    await seller.play(HALF_A_YEAR * DAY)
    qualified = await book.cost(seller.handle.id)

    async with Worker(
        client, task_queue=_QUEUE, workflows=[PollingTwin], activities=[rating_today]
    ):
        twin = await client.start_workflow(
            PollingTwin.run, HALF_A_YEAR, id="polling", task_queue=_QUEUE
        )
        await asyncio.sleep(_SETTLES)
        await engine.skipper.fast_forward(twin, (HALF_A_YEAR + 1) * DAY)
        polled = await book.cost("polling")
    return [
        Row("first import, 180 days in one message; no number, no address", _said(imported)),
        Row("a seller who enrols at once: number looked up, e-mail", _said(enrolled)),
        Row("a rating that changes nothing else", _said(rated)),
        Row(
            "half a year in which the rating stays as it is",
            _said(same),
            _said(polled),
            "0 events",
            same[0] == 0,
        ),
        Row("  in which a seller qualifies on one day, e-mail", _said(qualified)),
    ]


async def _many(engine: Engine) -> list[Row]:
    """Enrol sellers; then send each a rating that changes nothing else. All in one process."""
    server = engine.folder / "temporal"
    sellers: list[KnownSeller] = []

    async def enrol(number: int) -> None:
        sellers.append(await engine.know(f"S{number}"))

    async def rate(number: int) -> None:
        seller = sellers[number].handle
        await seller.execute_update(SellerEnrollment.record_ratings, recorded(days_ago(0, 300)))

    rows = []
    for what, one in (
        (f"{_SELLERS} sellers enrol", enrol),
        ("  and then a rating each, as it was before", rate),
    ):
        numbers = iter(range(_SELLERS))
        await asyncio.sleep(2)
        before, begin, spent = stored(server), time.perf_counter(), time.process_time()

        await asyncio.gather(*(_each(one, numbers) for _ in range(_AT_ONCE)))
        rate_a_second = _SELLERS / (time.perf_counter() - begin)
        await asyncio.sleep(5)  # for the letters, and for the server's own writes
        took = (time.process_time() - spent) / _SELLERS * 1000
        disk = (stored(server) - before) / _SELLERS / 1000
        figure = (
            f"{rate_a_second:.0f} /s, {took:.1f} ms of worker and client, "
            f"{disk:.1f} KB of disk (SQLite)"
        )
        rows.append(Row(what, figure))
    return rows


async def _each(one: Callable[[int], Awaitable[None]], numbers: Iterator[int]) -> None:
    for number in numbers:
        await one(number)
