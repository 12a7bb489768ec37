"""Our programs on a server that asks for certificates and API keys, and cases there."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from domain.case.attempt import Channel
from domain.case.view import CaseView
from domain.shared.account import Store
from domain.shared.names import case_workflow_id
from domain.shared.result import Result
from tests.free_port import free_port
from tests.keys import keys_file
from tests.morning_zone import morning_zone
from tests.page.site import KEY
from tests.patience import PATIENCE
from tests.secured_server import Program, SecuredServer, server_program
from tests.test_whole import ROOT
from workflows.case.issue_case import IssueCase

PROGRAM = server_program()
needs_the_server = pytest.mark.skipif(
    PROGRAM is None,
    reason="Temporal's own server is not installed: `make cluster` installs it",
)


def settings_of(server: SecuredServer, folder: Path, service: str, **others: str) -> dict[str, str]:
    """What a program runs with: its part of the compose file, and what is the same for all."""
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


async def client_py(
    server: SecuredServer, folder: Path, *command: str, **others: str
) -> tuple[int, str]:
    """A command with the desk's certificate and API key: its exit code, and what it says."""
    settings = settings_of(server, folder, "worker") | {
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


async def opened(server: SecuredServer, folder: Path, seller: str) -> str:
    """A case that begins with a call and an e-mail at once: the id of its workflow."""
    case: dict[str, Any] = json.loads((ROOT / "examples/silent.json").read_text())
    case["policy"] = {"coverage": "everyone"}
    case["account"] |= {"seller_id": seller, "time_zone": morning_zone()}
    file = folder / f"{seller}.json"
    file.write_text(json.dumps(case))
    _, said = await client_py(server, folder, "open", str(file))
    assert f"Opened the case US/{seller}" in said
    return case_workflow_id(Store.US, seller)


async def attempts_of(
    server: SecuredServer, folder: Path, workflow: str, monkeypatch: pytest.MonkeyPatch
) -> dict[Channel, list[Result | None]]:
    """What came of the calls and e-mails of a case."""
    monkeypatch.setenv("CASE72_ENCRYPTION_KEYS_FILE", str(keys_file(folder, "ours")))
    client = await server.client("desk")
    handle = client.get_workflow_handle_for(IssueCase.run, workflow)
    view: CaseView = await handle.query(IssueCase.case)
    return {
        channel: [a.result for a in view.attempts if a.channel is channel] for channel in Channel
    }


def serves(program: Program) -> bool:
    """Whether it has said so."""
    return bool(program.logged("serving"))
