"""What the page makes of workflows that answer, are missing, refuse, or do not answer."""

import math
import re
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import UpdateWorkflowExecutionLifecycleStage as Stage
from temporalio.api.failure.v1 import ApplicationFailureInfo, Failure
from temporalio.api.update.v1 import Outcome, UpdateRef
from temporalio.api.workflowservice.v1 import (
    UpdateWorkflowExecutionRequest,
    UpdateWorkflowExecutionResponse,
)
from temporalio.client import Client

from domain.case.events import EventKind
from domain.case.status import Status
from domain.shared.names import CASE_WORKFLOW
from page.app import build
from page.seller_workflows import Found, SellerWorkflows
from reference.page_links import Visitor
from runtime.connection import connect
from runtime.settings import Settings
from runtime.workers import working
from temporal_client.failures import (
    AnswerUnreadable,
    NoAnswer,
    NotThere,
    UpdateRefused,
    WorkerFailed,
)
from temporal_client.names import Name, View
from tests.engine import Engine, engine_in
from tests.keys import use_keys
from tests.page.seller_states import A_PLAN
from tests.page.site import Site, links, page_without_temporal, requests_to
from tests.speed import slowness
from tests.workflows.events import WITHDRAW
from workflows.case.issue_case import IssueCase

VISITOR = Visitor.of("case/US/ASKED")


async def test_a_seller_of_whom_nothing_is_known_is_no_error(site: Site) -> None:
    workflows = SellerWorkflows(site.engine.client)
    assert await workflows.find(VISITOR) == Found(None, None, standing_unknown=False)


async def test_a_standing_that_does_not_answer_does_not_hide_the_case(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.engine.open(seller_id="ASKED")
    workflows, query = SellerWorkflows(site.engine.client), SellerWorkflows._view

    async def stuck(self: SellerWorkflows, name: Name[View]) -> View | None:
        if name.query.name == silent:
            raise NoAnswer
        return await query(self, name)

    monkeypatch.setattr(SellerWorkflows, "_view", stuck)
    silent = "standing"
    found = await workflows.find(VISITOR)
    assert found.case is not None
    assert found.standing_unknown
    silent = "case"  # which is never taken for none
    with pytest.raises(NoAnswer):
        await workflows.find(VISITOR)


async def test_a_case_that_broke_off_is_none(site: Site) -> None:
    case = await site.engine.open(seller_id="BROKEN-OFF")
    await case.handle.terminate("a test")
    found = await SellerWorkflows(site.engine.client).find(Visitor.of("case/US/BROKEN-OFF"))
    assert found.case is None


async def test_without_a_worker_nobody_waits_for_longer_than_five_seconds(site: Site) -> None:
    client = site.engine.client
    handle = await client.start_workflow(CASE_WORKFLOW, id="case/US/ALONE", task_queue="no-worker")
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        await SellerWorkflows(client).find(Visitor.of("case/US/ALONE"))
    assert time.monotonic() - began < 5 * slowness(time.monotonic)
    assert await SellerWorkflows(client).ready()
    await handle.terminate()


async def test_a_case_that_the_page_has_no_key_for_is_not_taken_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    use_keys(monkeypatch, tmp_path, "here")
    async with engine_in(tmp_path, server=server) as engine:
        await engine.open(seller_id="ASKED")
        use_keys(monkeypatch, tmp_path)
        client = await connected(engine)
        with pytest.raises(AnswerUnreadable):
            await SellerWorkflows(client).find(VISITOR)


async def test_without_temporal_the_page_answers_within_five_seconds() -> None:
    async with requests_to(await page_without_temporal()) as client:
        await client.get(links().link("case/US/ASKED"))
        began = time.monotonic()
        assert (await client.get("/")).status_code == 503
        assert time.monotonic() - began < 5 * slowness(time.monotonic)


async def test_a_closed_case_is_shown_though_no_worker_is_left(tmp_path: Path, server: str) -> None:
    """Nor one of the version that it was pinned to (docs/upgrading.md)."""
    async with engine_in(tmp_path, queues=(), server=server) as engine:
        async with AsyncExitStack() as workers:
            settings = Settings(state=tmp_path, drain_seconds=0.5)
            await workers.enter_async_context(working(engine.client, settings, engine.providers))
            case = await engine.open(seller_id="CLOSED")
            await case.tell(IssueCase.withdraw, WITHDRAW)
            await case.end()
        found = await SellerWorkflows(engine.client).find(Visitor.of("case/US/CLOSED"))
        assert found.case is not None
        assert found.case.status is Status.WITHDRAWN


class Dropping:
    """Temporal, below what the client sends again: it drops an update so often, then passes it on.

    So it answers for an update of which the worker that it was handed to said nothing.
    """

    def __init__(self, client: Client, times: float, kind: str = "UnprocessedUpdate") -> None:
        self.ids: list[str] = []
        self._kind = kind
        self._times = times
        self._converter = client.data_converter.payload_converter
        self._send = client.workflow_service.update_workflow_execution
        setattr(client.workflow_service, "update_workflow_execution", self._answer)  # noqa: B010  # the fake

    async def _answer(
        self, request: UpdateWorkflowExecutionRequest, **options: Any
    ) -> UpdateWorkflowExecutionResponse:  # Any: as the SDK calls it
        self.ids.append(request.request.meta.update_id)
        if len(self.ids) > self._times:
            return await self._send(request, **options)
        details = self._converter.to_payloads([{"code": "file_full", "values": {}}])
        failure = Failure(
            message="no",
            application_failure_info=ApplicationFailureInfo(
                type=self._kind, details=Payloads(payloads=details)
            ),
        )
        return UpdateWorkflowExecutionResponse(
            update_ref=UpdateRef(
                workflow_execution=request.workflow_execution,
                update_id=request.request.meta.update_id,
            ),
            outcome=Outcome(failure=failure),
            stage=Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED,
        )


async def connected(engine: Engine) -> Client:
    """The page's client, with all that `connect` puts around it."""
    client = await connect(engine.client.service_client.config.target_host)
    return Client(**(client.config() | {"namespace": engine.client.namespace}))


async def test_an_update_that_a_worker_dropped_twice_is_taken_once(site: Site) -> None:
    case = await site.engine.open(seller_id="DROPPED-TWICE")
    client = await connected(site.engine)
    dropping = Dropping(client, 2)
    case_id = (await case.view()).id
    await SellerWorkflows(client).tell_case(case_id, "submit_plan", A_PLAN, "a-key")
    assert dropping.ids == ["a-key"] * 3
    view = await case.view()
    assert [plan.version for plan in view.plans] == [1]
    assert [e.what for e in view.timeline].count(EventKind.PLAN_SUBMITTED) == 1


async def test_one_that_is_dropped_again_and_again_is_an_outage_and_no_refusal(site: Site) -> None:
    case = await site.engine.open(seller_id="DROPPED-ALWAYS")
    client = await connected(site.engine)
    dropping = Dropping(client, math.inf)
    case_id = (await case.view()).id
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        await SellerWorkflows(client).tell_case(case_id, "submit_plan", A_PLAN, "a-key")
    assert time.monotonic() - began < 5 * slowness(time.monotonic)
    assert len(dropping.ids) > 3
    assert not (await case.view()).plans


@pytest.mark.parametrize(
    ("kind", "is_told"),
    [
        ("Refused", UpdateRefused),
        ("AcceptedUpdateCompletedWorkflow", NotThere),
        ("Unreadable", WorkerFailed),
        ("BadInput", WorkerFailed),
        ("RuntimeError", WorkerFailed),
    ],
)
async def test_only_what_the_case_itself_refuses_is_a_refusal(
    site: Site, kind: str, is_told: type[Exception]
) -> None:
    client = await connected(site.engine)
    Dropping(client, 1, kind)
    with pytest.raises(is_told):
        await SellerWorkflows(client).tell_case("case/US/ANY/run", "submit_plan", A_PLAN)


async def test_a_plan_that_no_worker_takes_stays_in_its_form_and_is_not_said_to_be_late(
    site: Site,
) -> None:
    await site.engine.open(seller_id="KEPT-THOUGH-DROPPED")
    client = await connected(site.engine)
    Dropping(client, math.inf)
    app = build(client, site.settings)
    async with requests_to(app, site.settings.url or "", follow_redirects=True) as seller:
        shown = (await seller.get(site.link("KEPT-THOUGH-DROPPED"))).text
        form = {
            name: re.findall(f'name="{name}" value="([^"]*)"', shown)[0]
            for name in ("csrf", "case", "state")
        }
        typed = {"root_causes": "typed", "corrective_actions": "b", "preventive_measures": "c"}
        answer = await seller.post("/plan", data=form | typed)
    assert answer.status_code == 503
    assert re.search(r">\s*typed</textarea>", answer.text)
    assert "The case has changed" not in answer.text
