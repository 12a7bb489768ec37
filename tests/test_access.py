"""docs/access.md: who may do what in Temporal, tried on its own server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.operatorservice.v1 import (
    DeleteNamespaceRequest,
    ListSearchAttributesRequest,
)
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DeleteWorkflowExecutionRequest,
    ListNamespacesRequest,
    PollWorkflowTaskQueueRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleIntervalSpec,
    ScheduleSpec,
    WorkflowExecutionStatus,
)
from temporalio.service import RPCError, RPCStatusCode, TLSConfig

from domain.case.attempt import Channel
from domain.shared.names import CASES_QUEUE
from domain.shared.result import Result
from tests.page.site import links
from tests.patience import PATIENCE, looks
from tests.secured_cases import (
    PROGRAM,
    attempts_of,
    client_py,
    needs_the_server,
    opened,
    serves,
    settings_of,
)
from tests.secured_server import SecuredServer, running, secured_server

pytestmark = needs_the_server
SUMMARY = "Late shipment rate above 4 %"


@pytest.fixture(scope="module")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecuredServer]:
    assert PROGRAM is not None
    folder = tmp_path_factory.mktemp("secured")
    async with secured_server(folder, PROGRAM) as server:
        yield server


async def test_each_program_works_with_the_right_of_the_table(
    secured: SecuredServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_settings = settings_of(secured, tmp_path, "page")
    url = page_settings["CASE72_PAGE_URL"]
    quick = settings_of(secured, tmp_path, "worker", CASE72_RING_SECONDS="0.2")
    async with AsyncExitStack() as stack:
        worker = await stack.enter_async_context(running(quick, "worker.py"))
        page = await stack.enter_async_context(running(page_settings, "-m", "page"))
        inbound = await stack.enter_async_context(
            running(settings_of(secured, tmp_path, "inbound"), "-m", "inbound")
        )
        await worker.until(serves)
        await page.until(serves)
        workflow = await opened(secured, tmp_path, "A1RIGHTS")
        async with asyncio.timeout(PATIENCE):
            async for _ in looks():
                made = await attempts_of(secured, tmp_path, workflow, monkeypatch)
                if Result.NO_ANSWER in made[Channel.CALL] and made[Channel.EMAIL]:
                    break
        async with httpx2.AsyncClient(follow_redirects=True) as browser:
            assert (await browser.get(f"{url}/ready")).status_code == 200
            shown = await browser.get(links(url=url).link(workflow))
            assert shown.status_code == 200
            assert SUMMARY in shown.text
        code, said = await client_py(
            secured, tmp_path, "contact", "US/A1RIGHTS", "phone", "--note", "Called back"
        )
        assert code == 0, said
        for program in (worker, page, inbound):
            assert not program.logged("the connection to Temporal needs attention")


REFUSED = {
    "no API key": "there is no API key",
    "another namespace": "the API key lacks the right",
    "only read": "does not let us write in namespace default",
    "expired": "the API key expired on",
    "signed by a stranger": "Temporal does not know who signed it",
    "a certificate of another CA": "refuses our client certificate",
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_whoever_lacks_something_is_told_so_in_a_line(
    secured: SecuredServer, tmp_path: Path, kind: str
) -> None:
    changed = {}
    if kind == "no API key":
        changed = {"CASE72_TEMPORAL_API_KEY_FILE": ""}
    elif kind == "another namespace":
        key = secured.api_key("desk", "--may", "admin", "--namespace", "other")
        changed = {"CASE72_TEMPORAL_API_KEY_FILE": str(key)}
    elif kind == "only read":
        key = secured.api_key("desk", "--may", "read")
        changed = {"CASE72_TEMPORAL_API_KEY_FILE": str(key)}
    elif kind == "expired":
        key = secured.api_key("desk", "--may", "write", "--days", "0")
        changed = {"CASE72_TEMPORAL_API_KEY_FILE": str(key)}
    else:
        other = SecuredServer(tmp_path / "other", {})
        other.issue("worker")
        there = tmp_path / "other" / "worker"
        changed = {"CASE72_TEMPORAL_API_KEY_FILE": str(there / "api-key")}
        if kind == "a certificate of another CA":
            changed = {
                "TEMPORAL_TLS_CLIENT_CERT_PATH": str(there / "client.pem"),
                "TEMPORAL_TLS_CLIENT_KEY_PATH": str(there / "client.pem"),
            }
    worker_settings = settings_of(secured, tmp_path, "worker") | changed
    async with running(worker_settings, "worker.py") as worker:
        assert await worker.ended() == 1
    (line,) = worker.lines
    assert REFUSED[kind] in line
    code, said = await client_py(secured, tmp_path, "list", **changed)
    if kind == "only read":
        assert code == 0
    else:
        assert code == 1
        assert len(said.splitlines()) == 1
    # The page serves all the same, and its log says why it has nothing to show.
    page_settings = settings_of(secured, tmp_path, "page") | changed
    async with running(page_settings, "-m", "page") as page:
        await page.until(lambda p: bool(p.logged("the connection to Temporal needs attention")))
    (said_why, *_) = page.logged("the connection to Temporal needs attention")
    assert REFUSED[kind] in said_why["why"]


async def test_a_bad_file_at_the_start_is_named_and_exits_2(
    secured: SecuredServer, tmp_path: Path
) -> None:
    nothing = tmp_path / "empty"
    nothing.touch()
    for name, why in {
        "CASE72_TEMPORAL_API_KEY_FILE": "CASE72_TEMPORAL_API_KEY_FILE: must hold one API key",
        "TEMPORAL_TLS_CLIENT_CERT_PATH": "the client certificate is not one in PEM",
        "TEMPORAL_TLS_CLIENT_KEY_PATH": "the client key is not one in PEM",
        "TEMPORAL_TLS_SERVER_CA_CERT_PATH": "the certificate of the server's CA is not one",
    }.items():
        settings = settings_of(secured, tmp_path, "worker") | {name: str(nothing)}
        async with running(settings, "worker.py") as worker:
            assert await worker.ended() == 2
        (line,) = worker.lines
        assert why in line


async def test_a_worker_that_may_not_register_says_the_command_that_does(
    secured: SecuredServer, tmp_path: Path
) -> None:
    admin = secured.api_key("operator", "--may", "admin", "--namespace", "fresh")
    operator = await secured.client("operator", admin)
    await operator.workflow_service.register_namespace(
        RegisterNamespaceRequest(
            namespace="fresh", workflow_execution_retention_period=Duration(seconds=86_400)
        )
    )
    async with asyncio.timeout(PATIENCE):
        async for _ in looks():  # the server knows it some seconds later
            with suppress(RPCError):
                asked = ListSearchAttributesRequest(namespace="fresh")
                await operator.operator_service.list_search_attributes(asked)
                break
    key = secured.api_key("worker", "--may", "write", "--namespace", "fresh")
    settings = settings_of(secured, tmp_path, "worker") | {
        "TEMPORAL_NAMESPACE": "fresh",
        "CASE72_TEMPORAL_API_KEY_FILE": str(key),
    }
    async with running(settings, "worker.py") as worker:
        assert await worker.ended() == 1
    (line,) = worker.lines
    _, _, command = line.partition("temporal operator search-attribute create ")
    assert command.startswith("--namespace fresh --name CaseStatus --type Keyword --name ")
    assert "--name CaseIssueCodes --type KeywordList" in command


async def test_what_a_thief_of_the_pages_key_can_do_and_what_not(
    secured: SecuredServer, tmp_path: Path
) -> None:
    workflow = await opened(secured, tmp_path, "A4STOLEN")
    thief = await secured.client("page")
    history = await thief.get_workflow_handle(workflow).fetch_history()
    stored = b"".join(event.SerializeToString() for event in history.events)
    assert b"hello@lanternoak.example" not in stored
    assert SUMMARY.encode() not in stored
    operator, service = thief.operator_service, thief.workflow_service
    delete = DeleteNamespaceRequest(namespace="default")
    assert await _is_refused(operator.delete_namespace(delete))
    assert await _is_refused(service.update_namespace(UpdateNamespaceRequest(namespace="default")))
    assert await _is_refused(service.list_namespaces(ListNamespacesRequest()))
    elsewhere = Client(thief.service_client, namespace="temporal-system")
    assert await _is_refused(anext(elsewhere.list_workflows()))
    # It gets tasks that are meant for workers.
    polled = await service.poll_workflow_task_queue(
        PollWorkflowTaskQueueRequest(namespace="default", task_queue=TaskQueue(name=CASES_QUEUE))
    )
    assert polled.task_token
    # It can end a case for good, as every program can. So the page's key is to be kept as well.
    await thief.get_workflow_handle(workflow).terminate()
    described = await thief.get_workflow_handle(workflow).describe()
    assert described.status is WorkflowExecutionStatus.TERMINATED
    execution = WorkflowExecution(workflow_id=workflow)
    await service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(namespace="default", workflow_execution=execution)
    )
    # What goes on without it: a schedule.
    opens = ScheduleActionStartWorkflow(
        "IssueCase", id="case/US/A5LATER", task_queue=CASES_QUEUE, args=[]
    )
    hourly = ScheduleSpec(intervals=[ScheduleIntervalSpec(timedelta(hours=1))])
    await thief.create_schedule("left behind", Schedule(action=opens, spec=hourly))
    # The key that signed it is taken back.
    (secured.folder / "ca" / "page.jwk").unlink()
    secured.issue("page")
    async with asyncio.timeout(PATIENCE):
        async for _ in looks():
            if await _is_refused(anext(thief.list_workflows())):
                break
    again = await secured.client("page")
    assert await again.count_workflows() is not None
    left = await again.get_schedule_handle("left behind").describe()
    assert left.info.next_action_times, "so docs/access.md says to look"


async def test_no_client_is_taken_for_a_node(secured: SecuredServer) -> None:
    node = secured.folder / "temporal" / "node.pem"
    client = secured.folder / "operator" / "client.pem"
    for port in ("INTERNAL_FRONTEND_GRPC_PORT", "HISTORY_GRPC_PORT", "MATCHING_GRPC_PORT"):
        assert not await _is_let_in(secured, port, client)
    assert await _is_let_in(secured, "INTERNAL_FRONTEND_GRPC_PORT", node)
    assert not await _is_let_in(secured, "FRONTEND_GRPC_PORT", node)


async def _is_let_in(server: SecuredServer, port: str, shown: Path) -> bool:
    tls = TLSConfig(
        server_root_ca_cert=(server.folder / "ca" / "nodes-ca.pem").read_bytes(),
        client_cert=shown.read_bytes(),
        client_private_key=shown.read_bytes(),
        domain="temporal" if port.startswith("FRONTEND") else "temporal-node",
    )
    try:
        await Client.connect(f"127.0.0.1:{server.ports[port]}", tls=tls)
    except RuntimeError as error:
        return "invalid peer certificate" in str(error)  # then it is we who refuse
    return True


async def _is_refused(call: Awaitable[object]) -> bool:
    try:
        await call
    except RPCError as error:
        return error.status is RPCStatusCode.PERMISSION_DENIED
    return False
