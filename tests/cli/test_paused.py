"""Cases that somebody paused, which servers can be told to allow."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import (
    PauseWorkflowExecutionRequest,
    UnpauseWorkflowExecutionRequest,
)

from page.seller_workflows import SellerWorkflows
from reference.page_links import Visitor
from runtime.dev_server import TIME_SKIPPING
from temporal_client.failures import Paused
from tests.cli.conftest import Cli, name_of
from tests.engine import Engine, OpenCase, engine_in

WHAT_IS_SAID = "somebody paused the case; `temporal workflow unpause -w case/{}` lets it go on"


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    config = (*TIME_SKIPPING, "frontend.WorkflowPauseEnabled=true")
    async with engine_in(tmp_path, config=config) as engine:
        yield engine


@pytest.fixture
async def paused(engine: Engine) -> OpenCase:
    case = await engine.open()
    await engine.client.workflow_service.pause_workflow_execution(
        PauseWorkflowExecutionRequest(
            namespace="default", workflow_id=case.handle.id, reason="a look", request_id="1"
        )
    )
    return case


@pytest.mark.parametrize("command", [["show"], ["advance", "1h"]])
async def test_whoever_asks_for_it_is_told_so(
    paused: OpenCase, cli: Cli, command: list[str]
) -> None:
    name = name_of(paused)
    said = await cli(command[0], name, *command[1:])
    assert said.code == 1
    assert WHAT_IS_SAID.format(name) in said.err


async def test_it_is_not_lost_sight_of(paused: OpenCase, cli: Cli) -> None:
    assert name_of(paused) in (await cli("list")).out
    assert name_of(paused) in (await cli("list", "--status", "contacting")).out
    audited = await cli("audit")
    assert audited.code == 1
    assert "somebody paused it" in audited.out


async def test_its_seller_is_not_told_that_there_is_no_case(
    engine: Engine, paused: OpenCase
) -> None:
    with pytest.raises(Paused):
        await SellerWorkflows(engine.client).find(Visitor.of(paused.handle.id))


async def test_it_goes_on(engine: Engine, paused: OpenCase, cli: Cli) -> None:
    await engine.client.workflow_service.unpause_workflow_execution(
        UnpauseWorkflowExecutionRequest(
            namespace="default", workflow_id=paused.handle.id, request_id="2"
        )
    )
    assert (await cli("advance", name_of(paused), "1h")).code == 0
