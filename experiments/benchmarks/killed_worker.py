"""How soon a case goes on after its worker was killed, beside its bare twin."""

import asyncio
import statistics
import time
from pathlib import Path
from typing import Any

from domain.case.status import Status
from experiments.benchmarks.bare import BARE_QUEUE, BareCase, bare_workflow_id
from experiments.benchmarks.report import Found, Row
from tests.engine import EVERYONE, account, issue
from tests.killable_server import kill
from tests.test_crashes import Host, opened, stage
from tests.workflows.events import ACCEPT, PLAN, WITHDRAW
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase

ABOUT = (
    "The worker is killed and replaced; then the case takes an update, sends an e-mail and ends. "
    "The bare twin does the same beside it, with a worker that is killed in the same moment."
)
_ROUNDS = 5


async def measure(folder: Path, found: Found) -> list[Row]:
    """Kill and replace a worker, several times."""
    rounds = [await _round(folder / str(number)) for number in range(_ROUNDS)]
    ours, bare, start = (statistics.median(spans) for spans in zip(*rounds, strict=True))
    return [
        Row(
            "a killed worker is replaced: until the next step is done, median",
            f"{ours:.2f} s",
            f"{bare:.2f} s",
            "under 2 s",
            ours < 2,
        ),
        Row("  before it, the start of the new workers, both at once", f"{start:.2f} s"),
    ]


async def _bare_worker(host: Host) -> asyncio.subprocess.Process:
    process = await host.start("-m", "experiments.benchmarks.bare_worker")
    assert process.stderr is not None
    while b"serving" not in await asyncio.wait_for(process.stderr.readline(), 20):
        pass
    return process


async def _round(folder: Path) -> tuple[float, float, float]:
    async with stage(folder) as (host, client):
        workers = [await host.start(), await _bare_worker(host)]
        case = await opened(client)
        twin = await client.start_workflow(
            BareCase.run,
            CaseInput(account=account("BARE"), issues=(issue(),), policy=EVERYONE),
            id=bare_workflow_id("BARE"),
            task_queue=BARE_QUEUE,
        )
        await twin.execute_update(BareCase.submit_plan, PLAN)
        await case.settled()
        await asyncio.gather(*(kill(worker) for worker in workers))
        gone = time.perf_counter()
        await asyncio.gather(host.start(), _bare_worker(host))
        replaced = time.perf_counter()

        async def took(update: Any, event: Any, handle: Any) -> float:  # Any: of two workflows
            await handle.execute_update(update, event)
            await handle.result()
            return time.perf_counter() - replaced

        ours, bare = await asyncio.gather(
            took(IssueCase.withdraw, WITHDRAW, case.handle),
            took(BareCase.review_plan, ACCEPT, twin),
        )
        assert (await case.view()).status is Status.WITHDRAWN
        return ours, bare, replaced - gone
