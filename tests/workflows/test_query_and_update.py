"""A query and an update in the same moment are both answered, however many workflows are open.

With the workflows of a worker in memory, fewer of them than are open, the SDK lost half of the
updates here and stopped some cases for good (docs/architecture.md). Nothing sends an update again
in this file.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from temporalio.api.enums.v1 import TimeoutType
from temporalio.client import Client, WorkflowHandle

from domain.enrollment.events import RecordRatings
from domain.enrollment.ratings import Rating
from domain.shared.names import enrollment_workflow_id
from runtime.workers import IDENTITY
from tests.engine import Engine, OpenCase, issue
from tests.patience import PATIENCE
from tests.workflows.enrollment_events import days_ago
from tests.workflows.events import PLAN, joins
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment

MANY = 24
"""More than the tasks that a worker does at once, all at once."""


TRIES = 5
"""Where this machine stands still for 10 s a task times out too. The SDK lost some at each try."""


async def ever(tries: list[Callable[[], Awaitable[bool]]]) -> bool:
    """Return whether one of the tries succeeds. There are no more after it."""
    for attempt in tries:
        if await attempt():
            return True
    return False


@pytest.fixture
async def bare(engine: Engine) -> Client:
    """A client that sends nothing again."""
    config = engine.client.config()
    config["interceptors"] = []
    return Client(**config)


async def queried(handle: WorkflowHandle[Any, Any], query: Any, times: int) -> list[Any]:
    """Views, asked for all at once."""
    return await asyncio.gather(*(handle.query(query) for _ in range(times)))


async def test_a_page_that_is_loaded_while_its_seller_sends_a_plan(
    engine: Engine, bare: Client
) -> None:
    assert await ever([lambda: page_and_plan(engine, bare)] * TRIES)


async def page_and_plan(engine: Engine, bare: Client) -> bool:
    """Let sellers load the page and send a plan at once. Return whether no task was lost."""
    cases = [await engine.open(wait=False) for _ in range(MANY)]

    async def refresh_and_send(case: OpenCase) -> None:
        handle = bare.get_workflow_handle_for(IssueCase.run, case.handle.id)
        answers = asyncio.ensure_future(queried(handle, IssueCase.case, 3))
        await asyncio.sleep(0.005)
        another = joins(issue("ISS-2"))
        await asyncio.gather(
            handle.execute_update(IssueCase.submit_plan, PLAN),
            handle.execute_update(IssueCase.add_issue, another),
        )
        assert len(await answers) == 3

    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(refresh_and_send(case) for case in cases))
    for case in cases:
        view = await case.view()
        assert (len(view.plans), len(view.issues)) == (1, 2)
    return not [case for case in cases if await lost_a_task(case.handle)]


async def test_an_import_of_ratings_while_their_sellers_look(engine: Engine, bare: Client) -> None:
    names = [f"TRY{number}" for number in range(TRIES)]
    assert await ever([partial(looks_and_ratings, engine, bare, name) for name in names])


async def looks_and_ratings(engine: Engine, bare: Client, name: str) -> bool:
    """Let sellers look while their ratings come. Return whether no task was lost."""
    sellers = [await engine.know(f"{name}LOOKS{n}") for n in range(MANY)]
    rated = RecordRatings(by="feed", ratings=(Rating(date=days_ago(0, 1).date, rating=310),))

    async def query_and_rate(number: int) -> None:
        handle = bare.get_workflow_handle_for(
            SellerEnrollment.run, enrollment_workflow_id("US", f"{name}LOOKS{number}")
        )
        answers = asyncio.ensure_future(queried(handle, SellerEnrollment.standing, 3))
        await asyncio.sleep(0.005)
        await handle.execute_update(SellerEnrollment.record_ratings, rated)
        assert len(await answers) == 3

    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(query_and_rate(number) for number in range(MANY)))
    for seller in sellers:
        assert (await seller.view()).rating == 310
    return not [seller for seller in sellers if await lost_a_task(seller.handle)]


async def lost_a_task(handle: WorkflowHandle[Any, Any]) -> bool:
    """Return whether a task that was handed out never came back. This process did them all.

    A task that waits for more than 5 s to be handed out times out as well, and is not lost: the
    server makes another one. On a busy machine that happens at every try.
    """
    history = await handle.fetch_history()
    started = [e.workflow_task_started_event_attributes.identity for e in history.events]
    assert {identity for identity in started if identity} == {IDENTITY}
    names = [event.WhichOneof("attributes") or "" for event in history.events]
    assert not {name for name in names if "task_failed" in name}
    timed_out = [
        event.workflow_task_timed_out_event_attributes.timeout_type
        for event in history.events
        if event.HasField("workflow_task_timed_out_event_attributes")
    ]
    return TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE in timed_out
