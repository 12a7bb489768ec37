"""What one of many workflows costs on average: the growth of every counter, and of the disk."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from experiments.benchmarks.on_cluster import postgres_statistics as statistics
from experiments.benchmarks.on_cluster.server_metrics import counted, scraped
from experiments.benchmarks.on_cluster.stage import Stage
from experiments.benchmarks.report import Row

AT_ONCE = 20
_SETTLES_SECONDS = 40
"""Until the server has deleted the tasks that are done, which it does about every 30 s."""

Counters = dict[str, float]


@dataclass(frozen=True)
class Cost:
    """The average of one workflow."""

    each: Counters
    """By the names of the counters."""
    disk: Counter[str] = field(default_factory=Counter)
    """Bytes without any room between rows, by database, tables and indexes apart."""
    lies: float = 0
    """Bytes as they lie after a VACUUM, with the room that deleted rows have left."""
    full_pages: float = 0
    """Bytes of whole pages in the log."""


def average(
    before: Counters, after: Counters, idle: Counters, seconds: float, count: float
) -> Counters:
    """Return what each of `count` workflows, or seconds, added to every counter.

    Args:
        before: the counters before.
        after: the counters after.
        idle: what a server that has nothing to do adds in a second.
        seconds: the time between the two.
        count: how many workflows there were.
    """
    return {
        name: (after[name] - before[name] - seconds * idle.get(name, 0)) / count for name in after
    }


async def counters(stage: Stage) -> Counters:
    """Return every counter as it stands."""
    exported = await scraped(stage.servers)
    written = await statistics.written(stage.cluster.primary)
    return counted(exported) | written | stage.processor_seconds()


async def idle_costs(stage: Stage, seconds: float) -> Counters:
    """Return what the cluster costs in a second in which it has nothing to do."""
    await asyncio.sleep(_SETTLES_SECONDS)
    before, began = await counters(stage), time.monotonic()
    await asyncio.sleep(seconds)
    after = await counters(stage)
    return average(before, after, {}, 0, time.monotonic() - began)


async def cost(
    stage: Stage, what: str, count: int, run: Callable[[], Awaitable[object]], idle: Counters
) -> Cost:
    """Run `count` workflows, and return what each of them cost. What is idle is subtracted."""
    postgres = stage.cluster.primary
    print(f"{what}, {count} of them ...", file=sys.stderr, flush=True)
    await statistics.pack(postgres)
    empty = await statistics.sizes(postgres)
    before, began, since = (
        await counters(stage),
        time.monotonic(),
        await statistics.end_of_log(postgres),
    )
    await run()
    print(f"  took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    await asyncio.sleep(_SETTLES_SECONDS)
    after, took, until = (
        await counters(stage),
        time.monotonic() - began,
        await statistics.end_of_log(postgres),
    )
    full_pages = await statistics.full_pages(postgres, since, until)
    await statistics.vacuum(postgres)
    lies = (await statistics.sizes(postgres)).total() - empty.total()
    await statistics.pack(postgres)
    packed = await statistics.sizes(postgres)
    return Cost(
        each=average(before, after, idle, took, count),
        disk=Counter({key: (packed[key] - empty[key]) // count for key in packed}),
        lies=lies / count,
        full_pages=full_pages / count,
    )


async def every(one: Callable[[str], Awaitable[object]], names: Iterable[str]) -> None:
    """Run one workflow for each name, some at once."""
    left = iter(names)

    async def some() -> None:
        for name in left:
            await one(name)

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


def rows(ours: Cost, twins: Cost | None = None) -> list[Row]:
    """Return a row for each figure."""

    def row(what: str, figure: Callable[[Cost], str]) -> Row:
        return Row(f"  {what}", figure(ours), figure(twins) if twins else "")

    return [
        row("disk, packed", lambda cost: _kilobytes(cost.disk.total())),
        row("of it indexes", lambda cost: _kilobytes(_part(cost.disk, "indexes"))),
        row(
            "of it for lists and searches (visibility)",
            lambda cost: _kilobytes(_part(cost.disk, statistics.VISIBILITY)),
        ),
        row("disk, as it lies after a `VACUUM`", lambda cost: _kilobytes(cost.lies)),
        row(
            "rows inserted, updated, deleted",
            lambda cost: _numbers(cost, "inserted", "updated", "deleted"),
        ),
        row("transactions, those that only read too", lambda cost: _numbers(cost, "transactions")),
        row(
            "requests of Temporal to the database; of them writes of a shard",
            lambda cost: _numbers(cost, "requests", "writes"),
        ),
        row("write-ahead log", lambda cost: _kilobytes(cost.each["log"])),
        row("of it whole pages", lambda cost: _kilobytes(cost.full_pages)),
        row(
            "processor time: workers, Temporal, PostgreSQL",
            lambda cost: ", ".join(
                f"{cost.each[f'{kind} seconds'] * 1000:.0f} ms"
                for kind in ("worker", "server", "database")
            ),
        ),
        row("billable actions", lambda cost: f"{cost.each['actions']:.1f}"),
    ]


def _part(disk: Counter[str], word: str) -> int:
    return sum(size for key, size in disk.items() if word in key.split())


def _numbers(cost: Cost, *names: str) -> str:
    return ", ".join(f"{cost.each[name]:.0f}" for name in names)


def _kilobytes(size: float) -> str:
    return f"{size / 1000:.1f} KB"
