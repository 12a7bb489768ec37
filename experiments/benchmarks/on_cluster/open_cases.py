"""Ten thousand open cases on PostgreSQL: how long they take to open, and what they hold."""

import statistics
import sys
import time
from pathlib import Path

from experiments.benchmarks.crowd import AT_ONCE, RING_SECONDS
from experiments.benchmarks.machine import memory
from experiments.benchmarks.many_cases import CASES, ROUNDS
from experiments.benchmarks.on_cluster import postgres_statistics as database
from experiments.benchmarks.on_cluster.connections import watching
from experiments.benchmarks.on_cluster.stage import ABOUT_CLUSTER, Stage, stage
from experiments.benchmarks.report import Found, Row

_LOT = max(AT_ONCE, CASES // ROUNDS)

ABOUT = f"""{ABOUT_CLUSTER} One worker for each queue. The cases are opened in {ROUNDS} lots by one
client, {AT_ONCE} at once, and each lot is e-mailed and called once before the next. Nothing of them
ends, so they are all open at the end. `CASES=500` opens fewer."""


async def measure(folder: Path, found: Found) -> list[Row]:
    """Open the cases."""
    async with (
        stage(folder, CASE72_RING_SECONDS=str(RING_SECONDS)) as on,
        watching(on) as seen,
    ):
        postgres = on.cluster.primary
        await on.crowd.open(on.crowd.usual, AT_ONCE)  # the worker is there, and warm
        await database.pack(postgres)
        empty = await database.sizes(postgres)
        log = (await database.written(postgres))["log"]
        began, spent = time.monotonic(), on.processor_seconds()
        rates = [await _lot(on, number) for number in range(ROUNDS)]
        took = time.monotonic() - began
        count = len(rates) * _LOT
        used = {
            who: (now - spent[who]) / count * 1000 for who, now in on.processor_seconds().items()
        }
        log = (await database.written(postgres))["log"] - log
        held = _rows_of_memory(on)
        lies = (await database.sizes(postgres)).total() - empty.total()
        await database.pack(postgres)
        packed = await database.sizes(postgres)
    grown = packed.total() - empty.total()
    indexes = sum(packed[key] - empty[key] for key in packed if key.endswith(" indexes"))
    return [
        Row("open cases", f"{count + AT_ONCE}"),
        Row("opened and reached (call and e-mail), all of them", f"{took:.0f} s"),
        Row("  opening", f"{statistics.median(opened for opened, _ in rates):.0f} /s"),
        Row(
            "  opened and reached: median, first and last lot",
            f"{statistics.median(reached for _, reached in rates):.1f} /s; "
            f"{rates[0][1]:.1f} /s, {rates[-1][1]:.1f} /s",
        ),
        Row(
            "  processor time of each: workers, Temporal, PostgreSQL",
            ", ".join(f"{milliseconds:.0f} ms" for milliseconds in used.values()),
        ),
        Row("  write-ahead log of each", f"{log / count / 1000:.1f} KB"),
        Row("database: growth, as it lies", f"{lies / 1e6:.0f} MB"),
        Row("  packed; of it indexes", f"{grown / 1e6:.0f} MB; {indexes / 1e6:.0f} MB"),
        Row("  packed, for each case", f"{grown / count / 1000:.1f} KB"),
        *held,
        *seen.rows(),
    ]


async def _lot(on: Stage, number: int) -> tuple[float, float]:
    rates = await on.crowd.open(on.crowd.usual, _LOT)
    print(
        f"lot {number + 1} of {ROUNDS}: opening {rates[0]:.0f} /s, reached {rates[1]:.1f} /s",
        file=sys.stderr,
    )
    return rates


def _rows_of_memory(on: Stage) -> list[Row]:
    pids = {node.name: node.process.pid for node in on.servers if node.process}
    ours = {name: pid for name, pid in on.workers.items() if name.startswith("case72-")}
    found = []
    for what, processes in (("our workers", ours), ("Temporal's nodes", pids)):
        said = [
            f"{_short(name)} {now:.0f} ({most:.0f})"
            for name, (now, most) in ((name, memory(pid)) for name, pid in processes.items())
        ]
        found.append(Row(f"memory of {what}, in MB (at most)", ", ".join(said)))
    return found


def _short(name: str) -> str:
    return name.removeprefix("case72-").rpartition("-")[0]
