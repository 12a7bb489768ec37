"""What many open cases cost, and a thousand calls that fall due at the same moment.

The service (`worker.py`) and the bare twins' worker are processes of their own; this process is the
client. The rates are compared in short alternating batches, each on an idle server; the rest of the
cases is opened in bulk. With all these cases open, the calls of calls_due.py fall due.
"""

import os
import statistics
import sys
from collections import defaultdict
from pathlib import Path

from experiments.benchmarks import calls_due
from experiments.benchmarks.crowd import AT_ONCE, RING_SECONDS, Crowd, Start
from experiments.benchmarks.machine import memory, process, stored
from experiments.benchmarks.report import Found, Row
from runtime.connection import connect, register_search_attributes
from runtime.dev_server import dev_server

ABOUT = """One worker, all on the same cores; `CASES=500 make bench` opens fewer. Disk is the growth
of the database by cases that have been e-mailed and called once.

Calls fall due at the same second in real time: their cases open in quiet hours. Of the second lot a
worker makes as many at once as it does by default. So they queue up, and the more urgent are to go
first (`domain/case/urgency.py`).

The second ratio is to a twin that has the same search attributes and memo: the difference of the
two is what it costs that lists and searches find the case."""
CASES = int(os.environ.get("CASES") or 10_000)
ROUNDS = 10
CALLS = min(1_000, CASES // 5)


async def measure(folder: Path, found: Found) -> list[Row]:
    """Open the cases, a fifth of them beside as many twins of each kind. Then calls fall due."""
    async with dev_server(folder / "temporal", config=()) as server:
        ring = {"CASE72_RING_SECONDS": str(RING_SECONDS)}
        slow = {"CASE72_RING_SECONDS": str(calls_due.RING_SECONDS)}
        async with process(
            folder, server.address, "-m", "experiments.benchmarks.bare_worker"
        ) as twins:
            async with process(
                folder, server.address, "worker.py", **ring, **calls_due.NO_LIMIT
            ) as worker:
                client = await connect(server.address)
                await register_search_attributes(client)
                crowd = Crowd(client, folder)
                rows = await _opening(crowd, folder, (worker, twins))
                rows += await calls_due.as_fast_as_possible(crowd, worker, CALLS)
            async with process(folder, server.address, "worker.py", **slow) as worker:
                return rows + await calls_due.most_urgent_first(crowd, worker, CALLS)


async def _opening(crowd: Crowd, folder: Path, pids: tuple[int, int]) -> list[Row]:
    worker, twins = pids
    batch = max(AT_ONCE, CASES // 5 // ROUNDS)
    bulk = max(0, CASES // ROUNDS - batch)
    kinds: tuple[Start, ...] = (crowd.usual, crowd.bare, crowd.listed)
    for start in kinds:  # both workers are there, and warm
        await crowd.open(start, AT_ONCE)
    rates: dict[Start, list[float]] = defaultdict(list)
    grown: dict[Start, int] = defaultdict(int)
    sustained: list[float] = []
    for number in range(ROUNDS):
        for start in kinds if number % 2 else reversed(kinds):
            before = stored(folder / "temporal")
            rates[start].append((await crowd.open(start, batch))[0])
            grown[start] += stored(folder / "temporal") - before
        sustained.append((await crowd.open(crowd.usual, bulk))[1] if bulk else 0)
        print(
            f"round {number + 1} of {ROUNDS}: opening {rates[crowd.usual][-1]:.0f} /s, bare "
            f"{rates[crowd.bare][-1]:.0f} /s, in bulk {sustained[-1]:.0f} /s, "
            f"worker {memory(worker)[0]:.0f} MB",
            file=sys.stderr,
        )
    cases = ROUNDS * (batch + bulk)
    now, peak = memory(worker)
    bare_now, bare_peak = memory(twins)
    kilobytes = {start: grown[start] / (ROUNDS * batch) / 1000 for start in kinds}
    ratio, listed_ratio = (
        statistics.median(a / b for a, b in zip(rates[crowd.usual], rates[twin], strict=True))
        for twin in (crowd.bare, crowd.listed)
    )
    return [
        Row("open cases", f"{cases + AT_ONCE}", f"{2 * (ROUNDS * batch + AT_ONCE)}"),
        Row(
            f"opening, by one client, {AT_ONCE} at once, median of {ROUNDS} rounds of {batch}",
            f"{statistics.median(rates[crowd.usual]):.0f} /s",
            f"{statistics.median(rates[crowd.bare]):.0f} /s",
        ),
        Row("  ratio", f"{ratio:.2f} x", "", "at least 0.95 x", ratio >= 0.95),
        Row(
            "  ratio to a twin that shows itself in lists and searches as a case does",
            f"{listed_ratio:.2f} x",
            f"{statistics.median(rates[crowd.listed]):.0f} /s",
        ),
        Row(
            "opened in bulk and first reached (call and e-mail)",
            f"{statistics.median(sustained):.0f} /s",
        ),
        Row(
            "memory of the worker (of a twin's: its workflows only)",
            f"{now:.0f} MB",
            f"{bare_now:.0f} MB",
            "under 250 MB",
            now < 250,
        ),
        Row("  at its peak", f"{peak:.0f} MB", f"{bare_peak:.0f} MB", "under 250 MB", peak < 250),
        Row(
            "disk for a case just opened (SQLite)",
            f"{kilobytes[crowd.usual]:.1f} KB",
            f"{kilobytes[crowd.bare]:.1f} KB",
        ),
    ]
