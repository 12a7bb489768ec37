"""What the page makes of workflows that answer, are missing, refuse, or do not answer."""

import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from activities.entry import Visitor
from domain.names import CASE_WORKFLOW, CASES_QUEUE
from domain.status import Status
from portal.asking import Found, Unavailable, Workflows
from runtime.connection import connect
from runtime.dev_server import dev_server
from runtime.service import working
from runtime.settings import Settings
from tests.engine import engine_in
from tests.keys import use_keys
from tests.portal.site import Site, alone, asking, entry
from tests.workflows.events import WITHDRAW
from workflows.issue_case import IssueCase

VISITOR = Visitor.of("case/US/ASKED")


async def test_a_seller_of_whom_nothing_is_known_is_no_error(site: Site) -> None:
    workflows = Workflows(site.engine.client)
    assert await workflows.find(VISITOR) == Found(None, None, standing_unknown=False)


async def test_a_standing_that_does_not_answer_does_not_hide_the_case(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.engine.open(seller_id="ASKED")
    workflows, query = Workflows(site.engine.client), Workflows._query

    async def stuck(self: Workflows, workflow_id: str, name: str, view: type) -> object:
        if name == silent:
            raise Unavailable
        return await query(self, workflow_id, name, view)

    monkeypatch.setattr(Workflows, "_query", stuck)
    silent = "standing"
    found = await workflows.find(VISITOR)
    assert found.case is not None
    assert found.standing_unknown
    silent = "case"  # which is never taken for none
    with pytest.raises(Unavailable):
        await workflows.find(VISITOR)


async def test_a_case_that_broke_off_is_none(site: Site) -> None:
    case = await site.engine.open(seller_id="BROKEN-OFF")
    await case.handle.terminate("a test")
    found = await Workflows(site.engine.client).find(Visitor.of("case/US/BROKEN-OFF"))
    assert found.case is None


async def test_without_a_worker_nobody_waits_for_longer_than_five_seconds(tmp_path: Path) -> None:
    async with dev_server(tmp_path) as server:
        client = await connect(server.address)
        await client.start_workflow(CASE_WORKFLOW, id="case/US/ASKED", task_queue=CASES_QUEUE)
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await Workflows(client).find(VISITOR)
        assert time.monotonic() - began < 5
        assert await Workflows(client).ready()


async def test_a_case_that_the_page_has_no_key_for_is_not_taken_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_keys(monkeypatch, tmp_path, "here")
    async with engine_in(tmp_path) as engine:
        await engine.open(seller_id="ASKED")
        use_keys(monkeypatch, tmp_path)
        client = await connect(engine.client.service_client.config.target_host)
        with pytest.raises(Unavailable, match="Unreadable"):
            await Workflows(client).find(VISITOR)


async def test_without_temporal_the_page_answers_within_five_seconds() -> None:
    async with asking(await alone()) as client:
        await client.get(entry().link("case/US/ASKED"))
        began = time.monotonic()
        assert (await client.get("/")).status_code == 503
        assert time.monotonic() - began < 5


async def test_a_closed_case_is_shown_though_no_worker_is_left(tmp_path: Path) -> None:
    """Nor one of the version that it was pinned to (docs/upgrading.md)."""
    async with engine_in(tmp_path, queues=()) as engine:
        async with AsyncExitStack() as workers:
            settings = Settings(state=tmp_path, drain_seconds=0.5)
            await workers.enter_async_context(working(engine.client, settings, engine.providers))
            case = await engine.open(seller_id="CLOSED")
            await case.tell(IssueCase.withdraw, WITHDRAW)
            await case.end()
        found = await Workflows(engine.client).find(Visitor.of("case/US/CLOSED"))
        assert found.case is not None
        assert found.case.status is Status.WITHDRAWN
