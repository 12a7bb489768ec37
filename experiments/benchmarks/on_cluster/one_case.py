"""What a case, a call that rings and a seller cost on PostgreSQL."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from domain.case.attempt import Channel
from domain.case.view import CaseView
from experiments.benchmarks.bare import bare_workflow_id
from experiments.benchmarks.million_sellers import RING_SECONDS, WRITE_SECONDS
from experiments.benchmarks.on_cluster import postgres_statistics as statistics
from experiments.benchmarks.on_cluster.connections import watching
from experiments.benchmarks.on_cluster.cost import (
    AT_ONCE,
    Cost,
    Counters,
    cost,
    every,
    idle_costs,
    rows,
)
from experiments.benchmarks.on_cluster.stage import ABOUT_CLUSTER, Stage, stage
from experiments.benchmarks.one_case import bare_case, whole_case
from experiments.benchmarks.report import Found, Row
from experiments.benchmarks.silent_cases import (
    RING_SECONDS as SHORT_SECONDS,
)
from experiments.benchmarks.silent_cases import (
    History,
    bare_silent,
    history_of,
    silent_case,
)
from tests.engine import KnownSeller, know
from tests.workflows.enrollment_events import days_ago, recorded
from workflows.enrollment.seller_enrollment import SellerEnrollment

EACH = int(os.environ.get("EACH") or 300)
_IDLE_SECONDS = 60
_WARM = 4

ABOUT = f"""{ABOUT_CLUSTER} One worker for each queue; averages of {EACH} of each, {AT_ONCE} at
once; `EACH=30` measures fewer. What the same cluster does when it has nothing to do is subtracted.

*Packed* is what tables and indexes grow by once `VACUUM FULL` has taken all room out; room that
deleted rows leave is used again by later cases. *Whole pages* are in the log since PostgreSQL
writes a page as a whole when it first changes after a checkpoint, and one is made before each
measurement: the fewer cases there are between two checkpoints, the more of a case's log are whole
pages. A silent case's clock is played forward, and the writes of that are in its figures. *Writes
of a shard* are those of which a history shard makes one at a time. Reading histories is no part of
the figures."""


async def measure(folder: Path, found: Found) -> list[Row]:
    """Measure cases and their twins, then calls that ring longer, then sellers."""
    async with stage(folder, CASE72_RING_SECONDS=str(SHORT_SECONDS)) as on, watching(on) as seen:
        postgres = on.cluster.primary
        await statistics.prepare(postgres)
        like = await _warmed_up(on)
        idle = await idle_costs(on, _IDLE_SECONDS)
        measured = await _cases(on, like, idle, found)
        measured += await _ringing(on, idle, found)
        measured += await _sellers(on, idle, found)
        latency = found["seconds of a write"] * 1000
        return [
            *measured,
            Row(
                "a write of a shard takes, on average",
                f"{latency:.1f} ms",
                "",
                f"{WRITE_SECONDS * 1000:.0f} ms, as assumed below",
                latency <= WRITE_SECONDS * 1000,
            ),
            *seen.rows(),
            Row("of the server's settings", await statistics.settings(postgres)),
        ]


async def _warmed_up(on: Stage) -> CaseView:
    """Run some of each. Return the view of a silent case."""
    names = [f"WARM{number}" for number in range(_WARM)]
    ended = await asyncio.gather(*(silent_case(on.client, name) for name in names))
    _, like = ended[0]
    assert isinstance(like, CaseView)
    await every(lambda name: bare_silent(on.client, like, name), names)
    return like


async def _cases(on: Stage, like: CaseView, idle: Counters, found: Found) -> list[Row]:
    client = on.client
    calls = sum(attempt.channel is Channel.CALL for attempt in like.attempts)
    emails = len(like.attempts) - calls
    found["silent calls"], found["accepted calls"] = calls, 1
    measured = []
    for kind, what, ours, twins in (
        (
            "silent",
            f"silent case ({calls} calls, {emails} e-mails)",
            lambda name: silent_case(client, name),
            lambda name: bare_silent(client, like, name),
        ),
        (
            "accepted",
            "case whose plan is accepted after its first call",
            lambda name: whole_case(client, name),
            lambda name: bare_case(client, name),
        ),
    ):
        one = await _cost_of(on, kind, kind, ours, idle)
        twin = await _cost_of(on, f"{kind}, bare", kind, twins, idle)
        _keep(found, kind, one)
        found["seconds of a write"] = one.each["write seconds"] / one.each["timed writes"]
        histories = [
            await history_of(client.get_workflow_handle(workflow_id))
            for workflow_id in (f"case/US/{kind}0", bare_workflow_id(f"{kind}0"))
        ]
        measured += [*_history_rows(what, *histories), *rows(one, twin)]
    return measured


async def _cost_of(
    on: Stage, what: str, kind: str, one: Callable[[str], Awaitable[Any]], idle: Counters
) -> Cost:  # Any: what a workflow of either kind returns
    names = [f"{kind}{number}" for number in range(EACH)]
    return await cost(on, what, EACH, lambda: every(one, names), idle)


def _history_rows(what: str, ours: History, twin: History) -> list[Row]:
    found = [
        Row(f"{what}: events", f"{ours.events}", f"{twin.events}"),
        Row("  bytes of its history", f"{ours.size / 1000:.1f} KB", f"{twin.size / 1000:.1f} KB"),
        Row("  state transitions", f"{ours.transitions}", f"{twin.transitions}"),
    ]
    if ours.skips:
        found.append(Row("  besides, for its clock", f"{ours.skips}", f"{twin.skips}"))
    return found


async def _ringing(on: Stage, idle: Counters, found: Found) -> list[Row]:
    """Measure cases that are called once, first briefly, then for long."""

    async def opened(what: str) -> Cost:
        return await cost(on, what, EACH, lambda: on.crowd.open(on.crowd.usual, EACH), idle)

    short = await opened("short calls")
    await on.restart("case72-telephony-", CASE72_RING_SECONDS=str(RING_SECONDS))
    long = await opened("long calls")
    writes, actions = (long.each[name] - short.each[name] for name in ("writes", "actions"))
    found["looks' writes"], found["looks' actions"] = writes, actions
    what = f"a call that rings for {RING_SECONDS} s instead of {SHORT_SECONDS} s"
    return [
        Row(f"{what}: more writes of a shard", f"{writes:.1f}"),
        Row("  more billable actions", f"{actions:.1f}"),
    ]


async def _sellers(on: Stage, idle: Counters, found: Found) -> list[Row]:
    """Measure sellers who enrol, and then a rating of each that changes nothing else."""
    sellers: list[KnownSeller] = []

    async def enrol(seller_id: str) -> None:
        sellers.append(await know(on.client, seller_id))

    async def rate(number: str) -> None:
        seller = sellers[int(number)]
        await seller.tell(SellerEnrollment.record_ratings, recorded(days_ago(0, 300)))

    await on.restart("case72-telephony-", CASE72_RING_SECONDS=str(SHORT_SECONDS))
    names = [f"SELLER{number}" for number in range(EACH)]
    enrolled = await cost(on, "sellers", EACH, lambda: every(enrol, names), idle)
    rated = await cost(on, "ratings", EACH, lambda: every(rate, map(str, range(EACH))), idle)
    _keep(found, "seller", enrolled)
    _keep(found, "rating", rated)
    return [
        Row("a seller enrols", ""),
        *rows(enrolled),
        Row("a rating that changes nothing else", ""),
        *rows(rated),
    ]


def _keep(found: Found, kind: str, one: Cost) -> None:
    for name, value in one.each.items():
        found[f"{kind} {name}"] = value
    found[f"{kind} disk"] = one.disk.total()
