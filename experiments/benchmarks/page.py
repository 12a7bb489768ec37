"""What the sellers' page costs.

The page shares an event loop with the worker and the client, so the times are those of a machine
that does everything. The requests to Temporal are counted.
"""

import asyncio
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
from temporalio.client import (
    Client,
    DescribeWorkflowInput,
    Interceptor,
    OutboundInterceptor,
    QueryWorkflowInput,
    StartWorkflowUpdateInput,
    WorkflowExecutionDescription,
)

from domain.shared.names import case_workflow_id
from experiments.benchmarks.report import Found, Row
from page.app import build
from runtime.connection import connect
from runtime.page_settings import PageSettings, on_this_machine
from tests.engine import engine_in
from web.server import serving

ABOUT = (
    "The page, the worker and the client in one process. Requests to Temporal are counted. A query "
    "is a billable action, and has a worker replay the workflow. A description is neither. Goals "
    "are missed since workers keep no workflow in memory (`experiments/lost_tasks.md`): each query "
    "replays its history, and 50 views at once are 100 replays on two cores."
)
AT_ONCE = 50
_ROUNDS = 8


class Counting(Interceptor):
    """Counts the requests of the page to Temporal."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return _Counted(next, self.calls)


class _Counted(OutboundInterceptor):
    def __init__(self, following: OutboundInterceptor, calls: Counter[str]) -> None:
        super().__init__(following)
        self._calls = calls

    async def query_workflow(self, input: QueryWorkflowInput) -> Any:
        self._calls["query"] += 1
        return await super().query_workflow(input)

    async def describe_workflow(self, input: DescribeWorkflowInput) -> WorkflowExecutionDescription:
        self._calls["describe"] += 1
        return await super().describe_workflow(input)

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> Any:
        self._calls["update"] += 1
        return await super().start_workflow_update(input)


async def measure(folder: Path, found: Found) -> list[Row]:
    """Open the pages of 50 sellers with a case each, all at once, again and again."""
    async with engine_in(folder) as engine:
        counting = Counting()
        config = (await connect(engine.client.service_client.config.target_host)).config()
        config["interceptors"] = [counting]
        client = Client(**config)
        settings, listener = on_this_machine(PageSettings(), folder)
        async with serving(build(client, settings), settings, listener):
            sellers = [f"SELLER{n}" for n in range(AT_ONCE)]
            for seller in sellers:
                await engine.know(seller)
                await engine.open(seller_id=seller)
            visits = [await _visit(settings, n, seller) for n, seller in enumerate(sellers)]
            counting.calls.clear()
            alone = [await _view(visits[n % AT_ONCE]) for n in range(AT_ONCE)]
            views = [t for _ in range(_ROUNDS) for t in await asyncio.gather(*map(_view, visits))]
            seen = len(alone) + len(views)
            queries, all_of_them = counting.calls["query"] / seen, counting.calls.total() / seen
            for visit in visits:
                await visit.aclose()
    return [
        Row(
            "a page view by itself, p50 and p99",
            _said(alone),
            "",
            "under 100 ms",
            _p99(alone) < 0.1,
        ),
        Row(
            f"with {AT_ONCE} opened at once, p50 and p99",
            _said(views),
            "",
            "under 2 s",
            _p99(views) < 2,
        ),
        Row("queries for a page view", f"{queries:.2f}", "", "2", queries <= 2),
        Row("&nbsp;&nbsp;with descriptions: requests to Temporal", f"{all_of_them:.2f}"),
    ]


async def _visit(settings: PageSettings, number: int, seller: str) -> httpx2.AsyncClient:
    # Each visitor has an address, as behind a proxy. A single address would be held back.
    client = httpx2.AsyncClient(
        follow_redirects=True, timeout=30, headers={"X-Forwarded-For": f"192.0.2.{number}"}
    )
    link = settings.links().link(case_workflow_id("US", seller))
    (await client.get(link)).raise_for_status()
    client.base_url = settings.url or ""
    return client


async def _view(client: httpx2.AsyncClient) -> float:
    began = time.perf_counter()
    (await client.get("/")).raise_for_status()
    return time.perf_counter() - began


def _p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98]


def _said(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.0f} ms, {_p99(seconds) * 1000:.0f} ms"
