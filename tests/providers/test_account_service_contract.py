"""docs/account-service.openapi.yaml is what the example does, and what the adapter asks."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import yaml
from starlette.types import ASGIApp

from examples.account_service import TOKEN, Accounts, application, serving
from runtime.web_server import open_socket
from tests.providers.disturbed_account_service import (
    APPEAL,
    CASE,
    SELLER,
    AfterActing,
    Disturbed,
    disturbed,
    said,
)
from tests.test_whole import ROOT, run

CONTRACT = ROOT / "docs" / "account-service.openapi.yaml"


async def against_the_contract(app: ASGIApp, folder: Path) -> tuple[int, str]:
    """Let schemathesis try the service."""
    async with serving(app) as url:
        code, out, _ = await run(
            str(Path(sys.executable).with_name("schemathesis")),
            *("run", str(CONTRACT), "--url", url, "--header", f"Authorization: Bearer {TOKEN}"),
            *("--seed", "72", "--max-examples", "25", "--generation-database", "none"),
            *("--no-color", "--checks", "all"),
            cwd=folder,
        )
    return code, out


async def test_the_example_keeps_the_contract(tmp_path: Path) -> None:
    code, out = await against_the_contract(application(Accounts()), tmp_path)
    assert code == 0, out
    assert "Tested: 3" in out


class Suspending(Disturbed):
    """A service that answers with a state of its own."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        instead = AfterActing(said("suspended")) if scope["method"] == "POST" else None
        if instead:
            self.instead["POST", scope["path"].split("/")[2]] = instead
        await super().__call__(scope, receive, send)


async def test_a_service_that_breaks_the_contract_is_found_out(tmp_path: Path) -> None:
    code, out = await against_the_contract(Suspending(), tmp_path)
    assert code == 1, out
    assert "Response violates schema" in out


async def test_the_adapter_asks_what_the_contract_names() -> None:
    contract = yaml.safe_load(CONTRACT.read_text())
    named = {
        (method.upper(), path.replace("{account}", f"US:{SELLER}"))
        for path, methods in contract["paths"].items()
        for method in methods
        if method != "parameters"
    }
    async with disturbed() as service:
        accounts = service.client()
        await accounts.is_active("US", SELLER)
        await accounts.deactivate("US", SELLER, CASE)
        await accounts.reinstate("US", SELLER, CASE, APPEAL)
        assert {(method, path) for method, path, _ in service.asked} == named


async def test_the_example_says_how_it_is_used_and_refuses_what_it_cannot_use(
    tmp_path: Path,
) -> None:
    module = (sys.executable, "-m", "examples.account_service")
    for bad, told in ((("--port", "70000"), "--port: "), (("--token", "a b"), "--token: ")):
        code, _, err = await run(*module, *bad, cwd=tmp_path)
        assert code == 2
        assert told in err
    listener = open_socket("127.0.0.1", 0)
    port = listener.getsockname()[1]
    listener.close()
    running = await asyncio.create_subprocess_exec(
        *module, "--port", str(port), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert running.stdout
        lines = [(await running.stdout.readline()).decode() for _ in range(2)]
        assert f"CASE72_MARKETPLACE=http CASE72_ACCOUNTS_URL=http://127.0.0.1:{port} " in lines[1]
    finally:
        running.terminate()
        await running.wait()
