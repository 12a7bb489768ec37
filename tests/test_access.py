"""docs/access.md: who may do what in Temporal, tried on its own server."""

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.operatorservice.v1 import DeleteNamespaceRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DeleteWorkflowExecutionRequest,
    ListNamespacesRequest,
    PollWorkflowTaskQueueRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode, TLSConfig

from domain.case.attempt import Channel
from domain.case.view import CaseView
from domain.shared.account import Store
from domain.shared.names import CASES_QUEUE, case_workflow_id
from domain.shared.result import Result
from tests.free_port import free_port
from tests.keys import keys_file
from tests.morning_zone import morning_zone
from tests.page.site import KEY, links
from tests.patience import PATIENCE, looks
from tests.secured_server import Program, SecuredServer, running, secured_server, server_program
from tests.test_whole import ROOT
from workflows.case.issue_case import IssueCase

PROGRAM = server_program()
pytestmark = pytest.mark.skipif(
    PROGRAM is None,
    reason="Temporal's own server is not installed: "
    "go install go.temporal.io/server/cmd/server@v1.32.0",
)
SUMMARY = "Late shipment rate above 4 %"


@pytest.fixture(scope="module")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecuredServer]:
    assert PROGRAM is not None
    folder = tmp_path_factory.mktemp("secured")
    async with secured_server(folder, PROGRAM) as server:
        yield server


def _settings(server: SecuredServer, folder: Path, service: str, **others: str) -> dict[str, str]:
    port = str(free_port())
    return server.settings(
        service,
        CASE72_PAGE_URL=f"http://127.0.0.1:{port}",
        CASE72_PAGE_PORT=port,
        CASE72_STATE=str(folder / "state"),
        CASE72_ENCRYPTION_KEYS_FILE=str(keys_file(folder, "ours")),
        CASE72_PAGE_SECRETS=KEY,
        CASE72_INBOUND_ADDRESS="reply@in.example",
        CASE72_INBOUND_SECRETS="x" * 40,
        CASE72_INBOUND_IMAP_HOST="127.0.0.1",
        CASE72_INBOUND_IMAP_PORT="1",
        CASE72_INBOUND_IMAP_USERNAME="reply",
        CASE72_INBOUND_IMAP_PASSWORD="x" * 12,
        **others,
    )


async def _client_py(
    server: SecuredServer, folder: Path, *command: str, **others: str
) -> tuple[int, str]:
    """A command with the desk's certificate and API key: its exit code, and what it says."""
    settings = _settings(server, folder, "worker") | {
        name: value.replace("/worker/", "/desk/")
        for name, value in server.settings("worker").items()
        if "/worker/" in value
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "client.py", *command),
        cwd=ROOT,
        env=settings | others,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode is not None
    return process.returncode, said.decode()


async def _opened(server: SecuredServer, folder: Path, seller: str) -> str:
    """A case that begins with a call and an e-mail at once: the id of its workflow."""
    case: dict[str, Any] = json.loads((ROOT / "examples/silent.json").read_text())
    case["policy"] = {"coverage": "everyone"}
    case["account"] |= {"seller_id": seller, "time_zone": morning_zone()}
    file = folder / f"{seller}.json"
    file.write_text(json.dumps(case))
    _, said = await _client_py(server, folder, "open", str(file))
    assert f"Opened the case US/{seller}" in said
    return case_workflow_id(Store.US, seller)


async def _attempts(
    server: SecuredServer, folder: Path, workflow: str, monkeypatch: pytest.MonkeyPatch
) -> dict[Channel, list[Result | None]]:
    monkeypatch.setenv("CASE72_ENCRYPTION_KEYS_FILE", str(keys_file(folder, "ours")))
    client = await server.client("desk")
    handle = client.get_workflow_handle_for(IssueCase.run, workflow)
    view: CaseView = await handle.query(IssueCase.case)
    return {
        channel: [a.result for a in view.attempts if a.channel is channel] for channel in Channel
    }


def _serves(program: Program) -> bool:
    return bool(program.logged("serving"))


async def test_each_program_works_with_the_right_of_the_table(
    secured: SecuredServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_settings = _settings(secured, tmp_path, "page")
    url = page_settings["CASE72_PAGE_URL"]
    quick = _settings(secured, tmp_path, "worker", CASE72_RING_SECONDS="0.2")
    async with AsyncExitStack() as stack:
        worker = await stack.enter_async_context(running(quick, "worker.py"))
        page = await stack.enter_async_context(running(page_settings, "-m", "page"))
        inbound = await stack.enter_async_context(
            running(_settings(secured, tmp_path, "inbound"), "-m", "inbound")
        )
        await worker.until(_serves)
        await page.until(_serves)
        workflow = await _opened(secured, tmp_path, "A1RIGHTS")
        async with asyncio.timeout(PATIENCE):
            async for _ in looks():
                made = await _attempts(secured, tmp_path, workflow, monkeypatch)
                if Result.NO_ANSWER in made[Channel.CALL] and made[Channel.EMAIL]:
                    break
        async with httpx2.AsyncClient(follow_redirects=True) as browser:
            assert (await browser.get(f"{url}/ready")).status_code == 200
            shown = await browser.get(links(url=url).link(workflow))
            assert shown.status_code == 200
            assert SUMMARY in shown.text
        code, said = await _client_py(
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
                "TEMPORAL_TLS_CLIENT_KEY_PATH": str(there / "client.key"),
            }
    worker_settings = _settings(secured, tmp_path, "worker") | changed
    async with running(worker_settings, "worker.py") as worker:
        assert await worker.ended() == 1
    (line,) = worker.lines
    assert REFUSED[kind] in line
    code, said = await _client_py(secured, tmp_path, "list", **changed)
    if kind == "only read":
        assert code == 0
    else:
        assert code == 1
        assert len(said.splitlines()) == 1
    # The page serves all the same, and its log says why it has nothing to show.
    page_settings = _settings(secured, tmp_path, "page") | changed
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
        settings = _settings(secured, tmp_path, "worker") | {name: str(nothing)}
        async with running(settings, "worker.py") as worker:
            assert await worker.ended() == 2
        (line,) = worker.lines
        assert why in line


async def test_a_worker_takes_what_is_renewed_while_a_seller_is_called(
    secured: SecuredServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_key = secured.folder / "worker" / "api-key"
    signed_anew = secured.api_key("worker", "--may", "write", "--days", "0.00052")  # 45 s
    shutil.copy(signed_anew, old_key.with_suffix(".new"))
    old_key.with_suffix(".new").replace(old_key)
    settings = _settings(secured, tmp_path, "worker", CASE72_RING_SECONDS="75")
    async with running(settings, "worker.py") as worker:
        await worker.until(_serves)
        workflow = await _opened(secured, tmp_path, "A2RENEWED")
        # A bad file is not used.
        certificate = secured.folder / "worker" / "client.pem"
        good = certificate.read_bytes()
        certificate.unlink()
        certificate.write_text("nothing")
        await worker.until(lambda w: bool(w.logged("the connection to Temporal needs attention")))
        certificate.write_bytes(good)
        certificate.chmod(0o444)
        # All get certificates of another CA. The server trusts the old one too, until it is issued
        # for again.
        for suffix in ("pem", "key"):
            (secured.folder / "ca" / f"clients-ca.{suffix}").unlink()
        secured.issue()
        await worker.until(lambda w: bool(w.logged("renewed")))
        # From here on the old certificate opens no connection. The server ends those that are open
        # after some seconds, and the old API key expires while the call still rings.
        secured.issue("temporal")
        async with asyncio.timeout(150):
            async for _ in looks():
                made = await _attempts(secured, tmp_path, workflow, monkeypatch)
                if made[Channel.CALL] and made[Channel.CALL][0] is not None:
                    break
        assert made[Channel.CALL] == [Result.NO_ANSWER]
        assert made[Channel.EMAIL] == [Result.ACCEPTED]
        later = await _opened(secured, tmp_path, "A3LATER")
        async with asyncio.timeout(PATIENCE):
            async for _ in looks():
                made = await _attempts(secured, tmp_path, later, monkeypatch)
                if made[Channel.EMAIL] == [Result.ACCEPTED]:
                    break
        assert worker.exit_code is None


async def test_what_a_thief_of_the_pages_key_can_do_and_what_not(
    secured: SecuredServer, tmp_path: Path
) -> None:
    workflow = await _opened(secured, tmp_path, "A4STOLEN")
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
    # The key that signed it is taken back.
    (secured.folder / "ca" / "page.jwk").unlink()
    secured.issue("page")
    async with asyncio.timeout(PATIENCE):
        async for _ in looks():
            if await _is_refused(anext(thief.list_workflows())):
                break
    again = await secured.client("page")
    assert await again.count_workflows() is not None


async def test_no_client_is_taken_for_a_node(secured: SecuredServer) -> None:
    node, client = secured.folder / "temporal" / "node", secured.folder / "operator" / "client"
    for port in ("INTERNAL_FRONTEND_GRPC_PORT", "HISTORY_GRPC_PORT", "MATCHING_GRPC_PORT"):
        assert not await _is_let_in(secured, port, client)
    assert await _is_let_in(secured, "INTERNAL_FRONTEND_GRPC_PORT", node)
    assert not await _is_let_in(secured, "FRONTEND_GRPC_PORT", node)


async def _is_let_in(server: SecuredServer, port: str, shown: Path) -> bool:
    tls = TLSConfig(
        server_root_ca_cert=(server.folder / "ca" / "nodes-ca.pem").read_bytes(),
        client_cert=shown.with_suffix(".pem").read_bytes(),
        client_private_key=shown.with_suffix(".key").read_bytes(),
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
