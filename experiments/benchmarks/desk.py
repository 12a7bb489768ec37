"""What a list of the desk takes while many cases are open (desk/lists.py).

The service is a process of its own. The desk, its visitor and the server share the cores with it.
"""

import asyncio
import html
import re
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from starlette.applications import Starlette
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from desk.app import desk_routes
from desk.dev_people import DevPeople
from desk.lists import REFRESH_SECONDS
from domain.case.events import SubmitPlan
from domain.case.status import Status
from domain.case.waiting import Need
from domain.shared.names import CASE_WORKFLOW, case_workflow_id, case_workflow_id_of, issue_hash
from experiments.benchmarks.crowd import AT_ONCE, RING_SECONDS, Crowd, seller
from experiments.benchmarks.machine import process
from experiments.benchmarks.many_cases import CASES
from experiments.benchmarks.report import Found, Row
from runtime.connection import connect, register_search_attributes
from runtime.desk_settings import DeskSettings, Role, desk_on_this_machine
from runtime.dev_server import dev_server
from runtime.web_server import open_socket
from temporal_client.search_attributes import DEADLINE, FIND, ISSUE_CODES, NEEDS, SINCE, STATUS
from tests.engine import issue
from web.middleware import HeadersAndLog, without_redirects
from web.server import serving
from workflows.case.issue_case import IssueCase
from workflows.shared.search_attributes import at_start

ABOUT = (
    "Lists of 50 rows with the counts of all, by one visitor. Each view comes after what is kept "
    "of the view before (1 s), so nothing of it is shared. A tenth of the cases wait for a "
    "reviewer, the rest for their sellers. They show in visibility, and no worker runs them. A "
    "change is a plan that a seller submits, until an open list has it."
)
_VIEWS = 30
_CHANGES = 10
_KEPT_SECONDS = 1.1
_NO_WORKER = "nobody"
"""A task queue."""
_PLAN = SubmitPlan(
    by="seller",
    root_causes=("A supplier changed the product",),
    corrective_actions=("Removed the listing",),
    preventive_measures=("Two people check each new listing",),
)


async def measure(folder: Path, found: Found) -> list[Row]:
    """Put the cases there, and look at the lists."""
    async with dev_server(folder / "temporal", config=()) as server:
        ring = {"CASE72_RING_SECONDS": str(RING_SECONDS)}
        async with process(folder, server.address, "worker.py", **ring):
            client = await connect(server.address)
            await register_search_attributes(client)
            numbers = iter(range(CASES))

            async def start_some() -> None:
                for number in numbers:
                    await _show(client, number)

            await asyncio.gather(*(start_some() for _ in range(AT_ONCE)))
            crowd = Crowd(client, folder)
            await crowd.open(crowd.usual, _CHANGES)
            return await _looking(client, folder)


async def _show(client: Client, number: int) -> None:
    """Start a case that shows in lists as any other does. No worker ever runs it."""
    who, issues = seller(f"SHOWN{number}", number), (issue(),)
    status = Status.PLAN_REVIEW if number % 10 == 0 else Status.WORKING
    began = datetime.now(UTC) - timedelta(hours=72) * (number / CASES)
    shown = at_start(who, issues)
    others: dict[SearchAttributeKey[Any], Any] = {
        STATUS: status,
        SINCE: began,
        DEADLINE: began + timedelta(hours=72),
        ISSUE_CODES: [issues[0].code],
        FIND: [issue_hash(issues[0].id)],
        **({NEEDS: [Need.REVIEW]} if status is Status.PLAN_REVIEW else {}),
    }
    kept = [pair for pair in shown["search_attributes"] if pair.key not in others]
    pairs = [SearchAttributePair(key, value) for key, value in others.items()]
    await client.start_workflow(
        CASE_WORKFLOW,
        None,
        id=case_workflow_id_of(who),
        task_queue=_NO_WORKER,
        memo=shown["memo"],
        search_attributes=TypedSearchAttributes([*kept, *pairs]),
    )


async def _submit(client: Client, number: int) -> None:
    handle = client.get_workflow_handle(case_workflow_id("US", f"MANY{number}"))
    await handle.execute_update(IssueCase.submit_plan, _PLAN)


async def _looking(client: Client, folder: Path) -> list[Row]:
    listener = open_socket("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    chosen = DeskSettings.model_validate({"url": url})
    settings = desk_on_this_machine(chosen, folder)
    routes = desk_routes(client, settings, url, DevPeople(url))
    app = HeadersAndLog(without_redirects(Starlette(routes=routes)), tls=False)
    async with serving(app, settings, listener), httpx2.AsyncClient(base_url=url) as visitor:
        choice = await visitor.get("/desk/sign-in", follow_redirects=True)
        (link,) = re.findall(rf'href="(/desk/signed-in[^"]+code={Role.REVIEWER})"', choice.text)
        await visitor.get(html.unescape(link))
        rows = [
            await _views(f"{name}, {CASES} open cases, p50 and p99", visitor, queue)
            for queue, name in (
                ("review", "plans to review"),
                ("seller", "waiting for the seller"),
                ("mine", "mine, which has none"),
            )
        ]
        changes = [await _change(client, visitor, n) for n in range(_CHANGES)]
    late = max(changes)
    return [
        *rows,
        Row("from a change to the list that has it, at most", f"{late:.1f} s", "", "5 s", late < 5),
    ]


async def _views(what: str, visitor: httpx2.AsyncClient, queue: str) -> Row:
    async def view() -> None:
        (await visitor.get(f"/desk/?queue={queue}")).raise_for_status()

    took = []
    for _ in range(_VIEWS):
        await asyncio.sleep(_KEPT_SECONDS)
        took.append(await _timed(view))
    p50, p99 = statistics.median(took), statistics.quantiles(took, n=100)[98]
    figure = f"{p50 * 1000:.0f} ms, {p99 * 1000:.0f} ms"
    return Row(what, figure, "", "300 ms (p50)", p50 < 0.3)


async def _change(client: Client, visitor: httpx2.AsyncClient, number: int) -> float:
    """Return how long an open list is wrong after a change if it has just asked, in seconds."""
    before = await _count(visitor)
    await _submit(client, number)
    began = time.perf_counter()
    while await _count(visitor) == before:
        await asyncio.sleep(0.05)
    return time.perf_counter() - began + REFRESH_SECONDS


async def _count(visitor: httpx2.AsyncClient) -> int:
    page = (await visitor.get("/desk/?queue=mine")).text
    found = re.search(r'id="queue-review"[^>]*>[^<]*<b[^>]*>([\d,]+)<', page)
    assert found is not None
    return int(found[1].replace(",", ""))


async def _timed(act: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await act()
    return time.perf_counter() - began
