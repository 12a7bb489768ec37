"""How soon a case goes on whose worker was killed: `python -m benchmarks.killed_worker`."""

import statistics
import time
from pathlib import Path

from benchmarks.table import Row, report
from domain.record import Status
from tests.killable_server import kill
from tests.test_crashes import opened, stage
from tests.workflows.events import WITHDRAW
from workflows.issue_case import IssueCase

ROUNDS = 5


async def measure(folder: Path) -> list[Row]:
    """A worker is killed and replaced; the case takes an update, performs it and ends."""
    serving: list[float] = []
    killed: list[float] = []
    for number in range(ROUNDS):
        async with stage(folder / str(number)) as (host, client):
            worker = await host.start()
            case = await opened(client)
            await case.settled()
            await kill(worker)
            gone = time.perf_counter()
            await host.start()
            replaced = time.perf_counter()
            await case.tell(IssueCase.withdraw, WITHDRAW)
            assert (await case.end()).status is Status.WITHDRAWN
            now = time.perf_counter()
            serving.append(now - replaced)
            killed.append(now - gone)
    return [
        (
            "a killed worker is replaced: until the next step is done",
            f"{statistics.median(serving):.2f} s",
            "median under 2 s",
        ),
        (
            "  since the kill, the new one's start included",
            f"{statistics.median(killed):.2f} s",
            "",
        ),
    ]


if __name__ == "__main__":
    report(measure)
