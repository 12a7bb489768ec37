"""Exit codes and times of commands, in every situation."""

import asyncio
import itertools
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from experiments.benchmarks.report import Found, Row
from tests.cli.conftest import Answer, Cli
from tests.cli.test_exit_codes import Situation, prepare, situations
from tests.engine import engine_in
from tests.test_crashes import opened, stage
from tests.test_whole import ROOT, run

ABOUT = (
    "`client.py` as a process of its own, in every situation by turns (`tests/cli`). Most of a "
    "command is the start of Python with the SDK: `client.py --version` takes 1.5 s in an hour "
    "twice as slow as that of the goal."
)
_COMMANDS = 120
_AT_ONCE = 2
_NO_SERVER = "127.0.0.1:1"


@dataclass(frozen=True)
class _Run:
    situation: Situation
    seconds: float
    wrong: str
    """What was wrong; empty if nothing was."""


Request = tuple[str, Situation]
"""The address of a server, and a situation."""


async def measure(folder: Path, found: Found) -> list[Row]:
    """Run each command as a process, in every situation by turns."""
    async with engine_in(folder / "served") as engine, stage(folder / "unserved") as (_, nobody):
        served = engine.client.service_client.config.target_host
        await prepare(Cli(served), engine.client)
        await opened(nobody, "WAITS")
        unserved = nobody.service_client.config.target_host
        every = list(itertools.islice(_by_turns(served, unserved), _COMMANDS))
        answered = [await _run(request) for request in every if request[0] == served]
        at_once = asyncio.Semaphore(_AT_ONCE)

        async def one_of_several(request: Request) -> _Run:
            async with at_once:
                return await _run(request)

        waiting = (one_of_several(request) for request in every if request[0] != served)
        unanswered = await asyncio.gather(*waiting)
    return _rows(answered, unanswered)


def _by_turns(served: str, unserved: str) -> Iterator[Request]:
    no_server = f"no Temporal server answers at {_NO_SERVER}"
    for number in itertools.count():
        for situation in situations(number):
            yield served, situation
        yield _NO_SERVER, Situation(["show", "US/KEPT"], 1, no_server)
        yield unserved, Situation(["show", "US/WAITS"], 1, "no worker is listening on queue cases")


async def _run(request: Request) -> _Run:
    address, situation = request
    command = [sys.executable, str(ROOT / "client.py"), *situation.arguments]
    begin = time.perf_counter()
    # Not `Cli`, which raises. Here failures are counted.
    answer = Answer(*await run(*command, cwd=ROOT, TEMPORAL_ADDRESS=address))
    seconds = time.perf_counter() - begin
    right = situation.is_right(answer) and "Traceback" not in answer.err
    said = f"{answer.code}: {answer.out[-300:]}{answer.err[-300:]}"
    return _Run(situation, seconds, "" if right else said)


def _rows(answered: list[_Run], unanswered: list[_Run]) -> list[Row]:
    every = answered + unanswered
    wrong = [run for run in every if run.wrong]
    right = f"{len(every) - len(wrong)} of {len(every)}"
    rows = [Row("exit codes right", right, "", "all", not wrong)]
    rows += [Row(f"  {' '.join(run.situation.arguments)}", run.wrong) for run in wrong]
    soon = statistics.median(run.seconds for run in answered) < 1
    return [
        *rows,
        Row("a command that somebody answers", _times(answered), "", "median under 1 s", soon),
        Row("  that no server or no worker answers", _times(unanswered), "", "patience: about 5 s"),
    ]


def _times(runs: list[_Run]) -> str:
    seconds = [run.seconds for run in runs]
    return f"median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s"
