"""How many calls a view takes, and what it is of a workflow that has ended."""

from typing import Any

import pytest
from temporalio.client import (
    Client,
    DescribeWorkflowInput,
    Interceptor,
    OutboundInterceptor,
    QueryWorkflowInput,
    WorkflowExecutionDescription,
)

from domain.case.status import Status
from temporal_client.failures import Closed, NotThere
from temporal_client.names import case_name, enrollment_name, standing_name
from temporal_client.workflows import Workflows
from tests.engine import Engine
from tests.workflows.events import WITHDRAW
from workflows.case.issue_case import IssueCase


class Counting(Interceptor):
    """Lists the calls of a client."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return _Counted(next, self.calls)


class _Counted(OutboundInterceptor):
    def __init__(self, following: OutboundInterceptor, calls: list[str]) -> None:
        super().__init__(following)
        self._calls = calls

    async def query_workflow(self, input: QueryWorkflowInput) -> Any:
        self._calls.append("query")
        return await super().query_workflow(input)

    async def describe_workflow(self, input: DescribeWorkflowInput) -> WorkflowExecutionDescription:
        self._calls.append("describe")
        return await super().describe_workflow(input)


@pytest.fixture
def counting(engine: Engine) -> tuple[Workflows, list[str]]:
    interceptor = Counting()
    config = engine.client.config()
    config["interceptors"] = [interceptor]
    return Workflows(Client(**config)), interceptor.calls


async def test_the_view_of_an_open_workflow_takes_one_call(
    engine: Engine, counting: tuple[Workflows, list[str]]
) -> None:
    workflows, calls = counting
    case = await engine.open(seller_id="OPEN")
    await engine.know("OPEN")
    assert await workflows.view(case_name("US", "OPEN")) == await case.view()
    assert (await workflows.view(enrollment_name("US", "OPEN"))).account.seller_id == "OPEN"
    assert (await workflows.view(standing_name("US", "OPEN"))).account.seller_id == "OPEN"
    assert calls == ["query"] * 3


async def test_the_view_of_a_closed_case_is_its_result(
    engine: Engine, counting: tuple[Workflows, list[str]]
) -> None:
    workflows, _ = counting
    case = await engine.open(seller_id="CLOSED")
    await case.tell(IssueCase.withdraw, WITHDRAW)
    ended = await case.end()
    assert await workflows.view(case_name("US", "CLOSED")) == ended
    assert ended.status is Status.WITHDRAWN


async def test_a_workflow_that_broke_off_has_no_view_but_a_last_state(
    engine: Engine, counting: tuple[Workflows, list[str]]
) -> None:
    workflows, _ = counting
    case = await engine.open(seller_id="BROKEN-OFF")
    before = await case.view()
    await case.handle.terminate("a test")
    with pytest.raises(Closed, match="the workflow ended without closing the case"):
        await workflows.view(case_name("US", "BROKEN-OFF"))
    last = await workflows.snapshot(case_name("US", "BROKEN-OFF"))
    assert (last.view.id, last.ended) == (before.id, True)
    assert last.broke_off is not None


async def test_there_is_no_view_of_a_workflow_that_never_was(
    counting: tuple[Workflows, list[str]],
) -> None:
    workflows, _ = counting
    with pytest.raises(NotThere) as raised:
        await workflows.view(case_name("US", "NOBODY"))
    assert not isinstance(raised.value, Closed)
