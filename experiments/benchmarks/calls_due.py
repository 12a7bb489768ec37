"""Calls that fall due at the same second, on a worker without a limit and on one with its limit.

Some calls of the second lot are urgent.
"""

import asyncio
import math
import statistics
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle

from domain.case.view import CaseView
from domain.shared.result import Result
from experiments.benchmarks.bursts import (
    Burst,
    MemoryWatch,
    burst,
    called_from,
    calling_hours_begin,
    night_owl,
    require_before,
    rows_of_bursts,
)
from experiments.benchmarks.crowd import Crowd
from experiments.benchmarks.report import Row
from tests.workflows.events import CALL_ME
from workflows.case.issue_case import IssueCase

NO_LIMIT = {"CASE72_CONCURRENT_CALLS": "2000"}
RING_SECONDS = 25
_URGENT, _REQUESTED = 1 / 20, 1 / 50
_HOURS_LAST = 30
"""The length of the short calling hours in seconds."""
_REQUESTED_AFTER = 8
CONCURRENT = 100

Handles = dict[str, WorkflowHandle[Any, Any]]


async def as_fast_as_possible(crowd: Crowd, worker: int, count: int) -> list[Row]:
    """Measure calls that end at once and never wait for each other: the engine's own speed."""
    ours = await burst(crowd, [worker], count, bare=False)
    twins = await burst(crowd, [worker], count, bare=True)
    return [
        *rows_of_bursts(
            f"{count} first calls due at the same second, {crowd.opened} workflows open, any "
            "number at once, over at once: dialled",
            ours,
            twins,
        ),
        Row(
            "  memory of the worker before, and at most",
            f"{ours.memory.before:.0f} MB, {ours.memory.most:.0f} MB",
            f"{twins.memory.before:.0f} MB, {twins.memory.most:.0f} MB",
        ),
    ]


async def most_urgent_first(crowd: Crowd, worker: int, count: int) -> list[Row]:
    """Measure calls that queue up for the usual limit, some of them urgent."""
    due, first, before = calling_hours_begin(crowd, count), crowd.opened, crowd.calls()
    urgent_count, requested = math.ceil(count * _URGENT), math.ceil(count * _REQUESTED)
    handles: Handles = {}

    async def start(seller_id: str) -> None:
        place = int(seller_id[4:]) - first
        rules = called_from(due)
        if place < urgent_count:
            rules = called_from(due) | _near_its_end(due)
        elif place < 2 * urgent_count:
            rules = called_from(due, due + timedelta(seconds=_HOURS_LAST))
        workflow_id = f"case/US/{seller_id}"
        handles[workflow_id] = await crowd.case(night_owl(seller_id), rules)

    await crowd.open(start, count, calls=0)
    require_before(due)
    watch = MemoryWatch([worker])
    watching = asyncio.create_task(watch.watch())
    await asyncio.sleep((due - datetime.now(UTC)).total_seconds() + _REQUESTED_AFTER)
    in_order = sorted(handles, key=lambda key: int(key.rsplit("MANY")[1]))
    requesting = in_order[-requested:]
    times = await asyncio.gather(*(_request_call(handles[k]) for k in requesting))
    requested_at = dict(zip(requesting, times, strict=True))
    await _wait_until_quiet(crowd, due)
    watching.cancel()
    views: dict[str, CaseView] = {k: await handles[k].query(IssueCase.case) for k in in_order}
    dialled: dict[str, list[float]] = defaultdict(list)
    for key, (at, _) in sorted(crowd.calls().items(), key=lambda call: call[1]):
        if key not in before:
            dialled[key.rsplit("/", 2)[0]].append(at)
    twins = await burst(crowd, [worker], count, bare=True)
    rows = _rows(views, dialled, requested_at, due, urgent_count, twins=twins)
    return [*rows, _memory_row(watch)]


def _near_its_end(due: datetime) -> dict[str, Any]:
    """Return a policy by which less than a twelfth of the window is left when the call is due."""
    window = round((due - datetime.now(UTC)).total_seconds() * 12 / 11) - 1
    return {
        "window": f"PT{window}S",
        "email_hours": [0, window / 2 / 3600],
        "call_hours": [0, window * 0.7 / 3600],
        "call_spacing": "PT1S",
        "minimum_rung_calls": 1,
    }


async def _request_call(handle: WorkflowHandle[Any, Any]) -> float:
    at = time.time()
    await handle.execute_update(IssueCase.request_call, CALL_ME)
    return at


async def _wait_until_quiet(crowd: Crowd, due: datetime) -> None:
    """Wait until no call has been dialled for a while."""
    last = due.timestamp() + _HOURS_LAST
    while time.time() < last + 3 * RING_SECONDS:
        await asyncio.sleep(1)
        last = max([last, *(at for at, _ in crowd.calls().values())])


def _rows(
    views: dict[str, CaseView],
    dialled: dict[str, list[float]],
    requested_at: dict[str, float],
    due: datetime,
    urgent_count: int,
    *,
    twins: Burst,
) -> list[Row]:
    cases = list(views)
    urgent, closing = cases[:urgent_count], cases[urgent_count : 2 * urgent_count]
    usual = [case for case in cases[2 * urgent_count :] if case not in requested_at]
    closes = due.timestamp() + _HOURS_LAST
    after = sum(at >= closes for case in closing for at in dialled[case])
    for case in urgent:
        deadline = views[case].deadline
        assert deadline
        after += sum(at >= deadline.timestamp() for at in dialled[case])
    answered = [
        min(at for at in dialled[c] if at > requested_at[c]) - requested_at[c] for c in requested_at
    ]
    skipped = sum(a.result is Result.SKIPPED for v in views.values() for a in v.attempts)
    twice = sum(len(at) > 1 for case, at in dialled.items() if case not in requested_at)

    def late(some: list[str]) -> str:
        times = [dialled[case][0] - due.timestamp() for case in some if dialled[case]]
        middle, last = (statistics.median(times), max(times)) if times else (0, 0)
        return f"{len(times)} of {len(some)}; {middle:.1f} s, {last:.1f} s"

    firsts = [at[0] for at in dialled.values()]
    within, twins_within = max(firsts) - min(firsts), twins.late[-1] - twins.late[0]
    return [
        Row(
            f"{len(cases)} calls due at the same second, a worker that dials {CONCURRENT} at once, "
            f"ringing for {RING_SECONDS} s each: all dialled after the first within",
            f"{within:.1f} s",
            f"{twins_within:.1f} s",
            "at most 1.15 of the twin's",
            within <= 1.15 * twins_within,
        ),
        Row("  usual ones: dialled; late in the median, the last", late(usual)),
        Row(
            f"  near their deadline (some {(due.timestamp() - _opened(views, urgent)) / 11:.0f} s "
            "left): dialled; late in the median, the last",
            late(urgent),
        ),
        Row(
            f"  whose calling hours end after {_HOURS_LAST} s: dialled; late in the median, the "
            "last",
            late(closing),
        ),
        Row(
            f'  {len(requested_at)} sellers who press "contact me now" {_REQUESTED_AFTER} s into '
            "it: called after, median, the last",
            f"{statistics.median(answered):.1f} s, {max(answered):.1f} s",
        ),
        Row("  skipped, as their latest moment had passed", f"{skipped}"),
        Row("  dialled after the latest moment", f"{after}", "", "0", after == 0),
        Row("  cases dialled twice", f"{twice}", "", "0", twice == 0),
    ]


def _opened(views: dict[str, CaseView], some: list[str]) -> float:
    return statistics.median(views[case].opened_at.timestamp() for case in some)


def _memory_row(watch: MemoryWatch) -> Row:
    return Row(
        "  memory of the worker before, and at most",
        f"{watch.before:.0f} MB, {watch.most:.0f} MB",
        "",
        "under 250 MB",
        watch.most < 250,
    )
