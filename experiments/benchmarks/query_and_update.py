"""A query and, milliseconds later, an update, to more workflows than any cache holds.

A page that is loaded anew while its seller sends a plan does the same. With a full cache the SDK
loses the query or the update (docs/architecture.md, "What the platform gets wrong"). Here nobody
sends an update again, so that the lost ones are counted.
"""

import asyncio
import os
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.service import RPCError

from domain.enrollment.events import RecordRatings
from domain.enrollment.ratings import Rating
from domain.shared.names import CASES_QUEUE, case_workflow_id, enrollment_workflow_id
from experiments.benchmarks.crowd import POLICY, RING_SECONDS, Crowd, seller
from experiments.benchmarks.machine import memory, process, processor_seconds
from experiments.benchmarks.report import Found, Row
from runtime.connection import connect, register_search_attributes
from runtime.dev_server import dev_server
from runtime.encryption import data_converter
from temporal_client.queues import describe_queue
from tests.engine import know
from tests.workflows.enrollment_events import days_ago
from tests.workflows.events import PLAN
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment

ABOUT = """As many open cases as enrollments, far more than a worker keeps in memory. Each is
queried and, 5 ms later, sent an update, four at once, as a page does that is loaded anew while
its seller sends a plan. `WORKFLOWS=500` opens fewer of each."""

EACH = int(os.environ.get("WORKFLOWS") or 5_000)
MEASURED = min(EACH, int(os.environ.get("MEASURED") or 1_000))
RATED = RecordRatings(by="feed", ratings=(Rating(date=days_ago(0, 1).date, rating=310),))
NOT_CALLED = POLICY | {"call_hours": [24, 32, 48, 56, 64, 70]}
"""Cases that are e-mailed only open in half the time."""
_AT_ONCE = 4
_OPENED_AT_ONCE = 32
_UPDATE_FOLLOWS = 0.005
_ANSWERS_WITHIN = 15
_CAUGHT_UP_WITHIN = 600
_STUCK_FROM = 3
"""A workflow task that is tried so often is stuck."""


class _Answers:
    """The answers so far, and how soon they came."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self.seconds: list[float] = []

    async def query_and_update(
        self, handle: WorkflowHandle[Any, Any], query: Any, update: Any, event: Any
    ) -> None:  # Any: of either kind of workflow
        answer = asyncio.ensure_future(handle.query(query))
        await asyncio.sleep(_UPDATE_FOLLOWS)
        begin = time.perf_counter()
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN):
                await handle.execute_update(update, event)
            self.seconds.append(time.perf_counter() - begin)
            self.counted["taken"] += 1
        except WorkflowUpdateFailedError as error:
            lost = getattr(error.cause, "type", None) == "UnprocessedUpdate"
            self.counted["unprocessed" if lost else "refused"] += 1
        except (TimeoutError, RPCError):
            self.counted["no answer"] += 1
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN):
                await answer
        except (TimeoutError, RPCError):
            self.counted["query without answer"] += 1


async def measure(folder: Path, found: Found) -> list[Row]:
    """Open all workflows, then query and update some."""
    async with dev_server(folder / "temporal", config=()) as server:
        ring = {"CASE72_RING_SECONDS": str(RING_SECONDS)}
        async with process(folder, server.address, "worker.py", **ring) as worker:
            client = await connect(server.address)
            await register_search_attributes(client)
            crowd = Crowd(client, folder)
            await crowd.open(lambda who: crowd.case(seller(who, int(who[4:])), NOT_CALLED), EACH, 0)
            await _wait_for_empty_queue(client)
            await _each(EACH, lambda number: know(client, f"MANY{number}"), _OPENED_AT_ONCE)
            await _wait_for_empty_queue(client)
            spent = processor_seconds(worker)
            # A client of ours would send lost updates again.
            bare = await Client.connect(server.address, data_converter=data_converter())
            answers = _Answers()
            await _each(MEASURED, lambda number: _both_workflows(bare, answers, number), _AT_ONCE)
            seconds = (processor_seconds(worker) - spent) / (2 * MEASURED)
            now, peak = memory(worker)
            stuck = await _stuck(client)
    lost = {kind: answers.counted[kind] for kind in ("unprocessed", "refused", "no answer")}
    return [
        Row("open cases, and as many enrollments", f"{EACH}"),
        Row("queried, and updated 5 ms later", f"{2 * MEASURED}"),
        Row("  updates taken", f"{answers.counted['taken']}", "", f"{2 * MEASURED}"),
        Row("  updates lost", f"{sum(lost.values())}", "", "0", not sum(lost.values())),
        Row("  queries without an answer", f"{answers.counted['query without answer']}", "", "0"),
        Row("  workflows stuck", f"{stuck}", "", "0", not stuck),
        Row(
            "  an update is answered, median", f"{statistics.median(answers.seconds) * 1000:.0f} ms"
        ),
        Row("  processor time of the worker for both", f"{seconds * 1000:.0f} ms"),
        Row("memory of the worker", f"{now:.0f} MB", "", "under 250 MB", now < 250),
        Row("  at its peak", f"{peak:.0f} MB", "", "under 250 MB", peak < 250),
    ]


async def _both_workflows(client: Client, answers: _Answers, number: int) -> None:
    case = client.get_workflow_handle(case_workflow_id("US", f"MANY{number}"))
    seller = client.get_workflow_handle(enrollment_workflow_id("US", f"MANY{number}"))
    await answers.query_and_update(case, IssueCase.case, IssueCase.submit_plan, PLAN)
    await answers.query_and_update(
        seller, SellerEnrollment.standing, SellerEnrollment.record_ratings, RATED
    )


async def _each(count: int, work: Callable[[int], Awaitable[object]], at_once: int) -> None:
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            await work(number)

    await asyncio.gather(*(worker() for _ in range(at_once)))


async def _wait_for_empty_queue(client: Client) -> None:
    """Wait until the workers have caught up. The client opens faster than they work."""
    async with asyncio.timeout(_CAUGHT_UP_WITHIN):
        while (
            await describe_queue(client, CASES_QUEUE, report_stats=True)
        ).stats.approximate_backlog_count:
            await asyncio.sleep(1)


async def _stuck(client: Client) -> int:
    """Count the workflow tasks that are tried again and again. Those under way are waited for."""
    await asyncio.sleep(35)
    stuck = 0
    async for execution in client.list_workflows("ExecutionStatus = 'Running'"):
        described = await client.get_workflow_handle(execution.id).describe()
        stuck += described.raw_description.pending_workflow_task.attempt >= _STUCK_FROM
    return stuck
