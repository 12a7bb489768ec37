"""What a silent case costs on PostgreSQL: `python -m experiments.benchmarks.on_cluster`.

Writes `postgresql.md` beside itself. The server runs in parts behind pgbouncer, as in
`make cluster`. `CASES=50` measures fewer cases.
"""

import argparse
import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client

from domain.case.attempt import Channel
from domain.case.view import CaseView
from experiments.benchmarks.machine import process
from experiments.benchmarks.postgres_stats import (
    DATABASES,
    Totals,
    connections,
    server_connections,
    totals,
)
from experiments.benchmarks.postgresql_page import ABOUT, ABOUT_CONNECTIONS, Section, page
from experiments.benchmarks.postgresql_sizing import ABOUT as ABOUT_SIZING
from experiments.benchmarks.postgresql_sizing import CaseOnPostgres
from experiments.benchmarks.postgresql_sizing import rows as sizing_rows
from experiments.benchmarks.report import Row
from experiments.benchmarks.silent_cases import RING_SECONDS, History, bare_silent, silent_case
from experiments.cluster.__main__ import INSTALLED
from experiments.cluster.cluster import Cluster, composed, running
from experiments.cluster.hosts import Loopback
from experiments.cluster.programs import are_here, installed
from runtime.connection import connect
from runtime.logs import configure_logs
from runtime.program import end

PAGE = Path(__file__).with_name("postgresql.md")
CASES = int(os.environ.get("CASES") or 200)
_AT_ONCE = 20
_WARMS_UP = 5
_IDLE_SECONDS = 20
_SETTLES_SECONDS = 10
"""Until tasks of the server that follow the end of a case are done."""
_TABLES = 6
"""Of each database, those that grow most have a row."""
_KINDS = ("inserted", "updated", "deleted")
_SETTINGS = {"CASE72_MAIL": "simulated", "CASE72_RING_SECONDS": str(RING_SECONDS)}

One = Callable[[str], Awaitable[History]]


@dataclass(frozen=True)
class Cost:
    """What a workflow costs on average."""

    calls: int
    events: float
    history: float
    """Bytes."""
    transitions: float
    log: float
    """Bytes of the write-ahead log."""
    transactions: Counter[str]
    sizes: Counter[str]
    """By database and table, such as `temporal.executions`."""
    rows: Counter[str]

    def stored(self, database: str) -> float:
        """Return the bytes in a database."""
        return sum(size for table, size in self.sizes.items() if table.startswith(f"{database}."))


async def _cost(
    cluster: Cluster, one: One, name: str, like: CaseView, idle: tuple[Totals, Totals]
) -> Cost:
    """Run workflows, and return what each took. What an idle server writes is subtracted."""
    before = await totals(cluster, vacuumed=True)
    numbers = iter(range(CASES))
    histories: list[History] = []

    async def some() -> None:
        for number in numbers:
            histories.append(await one(f"{name}{number}"))

    await asyncio.gather(*(some() for _ in range(_AT_ONCE)))
    await asyncio.sleep(_SETTLES_SECONDS)
    after = await totals(cluster, vacuumed=True)
    part = (after.at - before.at) / (idle[1].at - idle[0].at)
    return Cost(
        calls=sum(attempt.channel is Channel.CALL for attempt in like.attempts),
        events=sum(h.events for h in histories) / CASES,
        history=sum(h.size for h in histories) / CASES,
        transitions=sum(h.transitions for h in histories) / CASES,
        log=(after.log - before.log - part * (idle[1].log - idle[0].log)) / CASES,
        transactions=_each(
            before.transactions,
            after.transactions,
            (idle[0].transactions, idle[1].transactions),
            part,
        ),
        sizes=_each(before.sizes, after.sizes, (Counter(), Counter()), part),
        rows=_each(before.rows, after.rows, (idle[0].rows, idle[1].rows), part),
    )


def _each(
    before: Counter[str], after: Counter[str], idle: tuple[Counter[str], Counter[str]], part: float
) -> Counter[str]:
    grown: Counter[str] = Counter()
    for key in after:
        alone = part * (idle[1][key] - idle[0][key])
        grown[key] = round((after[key] - before[key] - alone) / CASES)
    return grown


async def _costs(cluster: Cluster, client: Client) -> tuple[Cost, Cost]:
    """Return what a silent case costs, and its bare twin."""
    warm = await asyncio.gather(
        *(silent_case(client, f"WARM{number}") for number in range(_WARMS_UP))
    )
    like, _ = warm[0]

    async def ours(seller_id: str) -> History:
        return (await silent_case(client, seller_id))[1]

    async def twin(seller_id: str) -> History:
        return await bare_silent(client, like, seller_id)

    await asyncio.sleep(_SETTLES_SECONDS)
    before = await totals(cluster)
    await asyncio.sleep(_IDLE_SECONDS)
    idle = before, await totals(cluster)
    case = await _cost(cluster, ours, "SILENT", like, idle)
    return case, await _cost(cluster, twin, "BARE", like, idle)


def _rows(case: Cost, bare: Cost) -> list[Row]:
    """Return a row for each figure, the tables that grew most with their own."""

    def row(what: str, of: Callable[[Cost], float], form: str = "{:.0f}") -> Row:
        return Row(what, form.format(of(case)), form.format(of(bare)))

    kilobytes = "{:.1f} KB"
    rows = [
        row("events", lambda c: c.events),
        row("bytes of its history, as a client reads it", lambda c: c.history / 1000, kilobytes),
        row("state transitions", lambda c: c.transitions),
    ]
    for database in DATABASES:

        def stored(cost: Cost, name: str = database) -> float:
            return cost.stored(name) / 1000

        rows.append(row(f"disk with indexes, `{database}`", stored, kilobytes))
        tables = [key for key in case.sizes if key.startswith(f"{database}.")]
        for key in sorted(tables, key=lambda key: -case.sizes[key])[:_TABLES]:
            if case.sizes[key] or bare.sizes[key]:

                def of_table(cost: Cost, key: str = key) -> float:
                    return cost.sizes[key] / 1000

                rows.append(row(f"  {key.partition('.')[2]}", of_table, kilobytes))
    for kind in _KINDS:

        def changed(cost: Cost, kind: str = kind) -> float:
            return cost.rows[kind]

        rows.append(row(f"rows {kind}", changed))
    rows += [
        row("transactions", lambda c: c.transactions.total()),
        row("write-ahead log", lambda c: c.log / 1000, kilobytes),
    ]
    return rows


def _in_short(case: Cost) -> CaseOnPostgres:
    temporal, visibility = DATABASES
    return CaseOnPostgres(
        calls=case.calls,
        transitions=case.transitions,
        transactions=case.transactions.total(),
        log=case.log,
        stored=case.stored(temporal),
        visible=case.stored(visibility),
    )


async def _connected(cluster: Cluster) -> list[Row]:
    nodes = await connections(cluster)
    in_use = await server_connections(cluster)
    rows = [Row("connections of PostgreSQL in use", f"{in_use}")]
    rows += [Row(f"  of {name}", f"{count}") for name, count in sorted(nodes.items())]
    return rows


async def measure(folder: Path) -> list[Section]:
    """Measure everything."""
    compose = composed()
    cluster = Cluster(
        folder, Loopback(), compose, installed(compose, INSTALLED), settings=_SETTINGS
    )
    async with running(cluster), AsyncExitStack() as stack:
        os.environ.update(cluster.places.client_environment())
        await cluster.knows_search_attributes()
        client = await connect()
        twins = process(
            cluster.places.state,
            cluster.balancer.temporal,
            *("-m", "experiments.benchmarks.bare_worker"),
            **_SETTINGS,
        )
        await stack.enter_async_context(twins)
        case, bare = await _costs(cluster, client)
        return [
            Section("A silent case", ABOUT.format(cases=CASES), _rows(case, bare)),
            Section("Connections", ABOUT_CONNECTIONS, await _connected(cluster)),
            Section("A million sellers", ABOUT_SIZING, sizing_rows(_in_short(case))),
        ]


def main() -> int:
    """Measure, and write the page. Return 2 if a program is missing."""
    parser = argparse.ArgumentParser(prog="python -m experiments.benchmarks.on_cluster")
    parser.add_argument("--keep", type=Path, help="a folder that keeps data and logs")
    arguments = parser.parse_args()
    configure_logs("console", "error")
    if not are_here(composed(), INSTALLED):
        print("not measured: a cluster's programs are missing; `make cluster` names them")
        return 2
    with tempfile.TemporaryDirectory(prefix="case72-cluster-") as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)
        sections = asyncio.run(measure(folder))
    PAGE.write_text(page(sections))
    return 0


if __name__ == "__main__":
    end(main())
