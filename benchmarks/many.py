"""What many open cases cost: `python -m benchmarks.many [N]`, on Linux (it reads /proc).

The service (`worker.py`) and the bare twin's worker are processes of their own; this process is the
client. The rates are compared in short alternating batches, each on an idle server; the rest of the
cases is opened in bulk.
"""

import asyncio
import os
import sqlite3
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from temporalio.client import Client

from benchmarks.bare import BARE_QUEUE, BareCase
from benchmarks.table import Row, report
from domain.names import CASES_QUEUE, case_workflow_id_of
from runtime.connection import connect, register_search_attributes
from runtime.dev_server import dev_server
from tests.engine import EVERYONE, account, issue
from tests.test_whole import ROOT
from workflows.case_input import CaseInput
from workflows.issue_case import IssueCase
from workflows.search import at_start

CASES = 10_000
ROUNDS = 10
_AT_ONCE = 32
_RING_SECONDS = "0.05"
_SETTLES_WITHIN = 600
_MEGABYTE = 1_000_000

Start = Callable[[str], Awaitable[Any]]  # Any: handles of two workflows


async def measure(folder: Path, cases: int) -> list[Row]:
    """Open `cases` cases, a fifth of them beside as many bare twins."""
    batch = max(_AT_ONCE, cases // 5 // ROUNDS)
    bulk = max(0, cases // ROUNDS - batch)
    async with (
        dev_server(folder / "temporal", config=()) as server,
        _process(folder, server.address, "worker.py") as worker,
        _process(folder, server.address, "-m", "benchmarks.bare_worker"),
    ):
        client = await connect(server.address)
        await register_search_attributes(client)
        crowd = _Crowd(folder)
        case, bare = partial(_start_case, client), partial(_start_bare, client)
        for start in (case, bare):  # both workers are there, and warm
            await crowd.open(start, _AT_ONCE)
        rates: dict[Start, list[float]] = {case: [], bare: []}
        sustained: list[float] = []
        stored = 0
        for number in range(ROUNDS):
            for start in (case, bare) if number % 2 else (bare, case):
                rates[start].append((await crowd.open(start, batch))[0])
            before = _stored(folder)
            sustained.append((await crowd.open(case, bulk))[1])
            stored += _stored(folder) - before
            print(
                f"round {number + 1} of {ROUNDS}: opening {rates[case][-1]:.0f} /s, bare "
                f"{rates[bare][-1]:.0f} /s, in bulk {sustained[-1]:.0f} /s, "
                f"worker {_memory(worker)[0]:.0f} MB",
                file=sys.stderr,
            )
        opened = _AT_ONCE + ROUNDS * (batch + bulk)
        now, peak = _memory(worker)
    ratio = statistics.median(a / b for a, b in zip(rates[case], rates[bare], strict=True))
    return [
        ("open cases", f"{opened}", ""),
        ("opening, by one client, 32 at once", f"{statistics.median(rates[case]):.0f} /s", ""),
        ("  of the bare twin", f"{statistics.median(rates[bare]):.0f} /s", ""),
        ("  ratio", f"{ratio:.2f} x", "at least 0.90 x"),
        (
            "opened in bulk and first reached (call and e-mail)",
            f"{statistics.median(sustained):.0f} /s",
            "",
        ),
        ("memory of the worker", f"{now:.0f} MB", "under 250 MB"),
        ("  at its peak", f"{peak:.0f} MB", "under 250 MB"),
        ("disk for each case (SQLite)", f"{stored / (ROUNDS * bulk) / 1000:.1f} KB", ""),
    ]


class _Crowd:
    """Opens cases, and knows from the simulated world how far they are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened = 0

    async def open(self, start: Start, count: int) -> tuple[float, float]:
        """Open `count`, and wait until all have been reached; both rates, in cases a second."""
        numbers = iter(range(self._opened, self._opened + count))

        async def some() -> None:
            for number in numbers:
                await start(f"MANY{number}")

        begin = time.perf_counter()
        await asyncio.gather(*(some() for _ in range(_AT_ONCE)))
        opened = time.perf_counter()
        self._opened += count
        async with asyncio.timeout(_SETTLES_WITHIN):
            while self._reached() < self._opened:
                await asyncio.sleep(0.1)
        reached = time.perf_counter()
        await asyncio.sleep(1)  # the cases hear of it, and the server writes it all down
        return count / (opened - begin), count / (reached - begin)

    def _reached(self) -> int:
        if not (self._folder / "telephone.sqlite").exists():
            return 0
        with sqlite3.connect(self._folder / "telephone.sqlite") as db:
            rung = "SELECT count(DISTINCT case_id) FROM calls WHERE ends_at < ?"
            (calls,) = db.execute(rung, (time.time(),)).fetchone()
        return min(int(calls), len(os.listdir(self._folder / "mail" / "new")))


async def _start_case(client: Client, seller_id: str) -> None:
    # A number of its own: calls to one number wait for each other.
    who = account(seller_id, emergency_phone=f"+1206{2_000_010 + 100 * int(seller_id[4:])}")
    await client.start_workflow(
        IssueCase.run,
        CaseInput(account=who, issues=(issue(),), policy=EVERYONE),
        id=case_workflow_id_of(who),
        task_queue=CASES_QUEUE,
        search_attributes=at_start(who),
    )


async def _start_bare(client: Client, seller_id: str) -> None:
    await client.start_workflow(
        BareCase.run,
        CaseInput(account=account(seller_id), issues=(issue(),), policy=EVERYONE),
        id=f"bare/{seller_id}",
        task_queue=BARE_QUEUE,
    )


@asynccontextmanager
async def _process(folder: Path, address: str, *command: str) -> AsyncIterator[int]:
    """A process of this project, run in `folder` until it is killed: its id."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TEMPORAL_ADDRESS": address,
        "CASE72_STATE": str(folder),
        "CASE72_RING_SECONDS": _RING_SECONDS,
        "CASE72_LOG_LEVEL": "warning",
    }
    arguments = [str(ROOT / part) if part.endswith(".py") else part for part in command]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environment, cwd=folder
    )
    try:
        yield process.pid
    finally:
        process.kill()
        await process.wait()


def _memory(process: int) -> tuple[float, float]:
    """What a process has in memory now, and had at most, in megabytes."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    values = dict(line.split(":", 1) for line in lines)
    now, peak = (int(values[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))
    return now / _MEGABYTE, peak / _MEGABYTE


def _stored(folder: Path) -> int:
    """The size of the server's database, in bytes."""
    return sum(file.stat().st_size for file in (folder / "temporal").glob("temporal.db*"))


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    report(lambda folder: measure(folder, wanted))
