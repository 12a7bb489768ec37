"""The page as a service of its own, and beside the worker of `make dev`."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import httpx2
import pytest

from reference.time_zones import EDITION
from runtime.dev_server import free_ports
from tests import test_whole
from tests.page.site import KEY
from tests.patience import PATIENCE
from tests.scraping import scrape
from tests.test_whole import ROOT, service

WITHOUT = {k: v for k, v in os.environ.items() if not k.startswith(("CASE72_", "TEMPORAL_"))}


async def run(*arguments: str, **settings: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=ROOT,
        env=WITHOUT | settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "CASE72_PAGE_URL"),
        ({"CASE72_PAGE_URL": "https://health.shop.example"}, "CASE72_PAGE_SECRETS"),
        ({"CASE72_PAGE_SECRETS": "too-short"}, "32 characters"),
    ],
)
async def test_without_what_it_needs_it_does_not_start_and_says_so(
    settings: dict[str, str], says: str
) -> None:
    code, out, err = await run("-m", "page", **settings)
    assert (code, out) == (2, "")
    assert says in err
    assert "Traceback" not in err
    assert "too-short" not in err


UNREADABLE = "/proc/self/mem"
"""A file that is there, and that not even root can read from its beginning."""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such a file")
@pytest.mark.parametrize("command", [["-m", "page"], ["worker.py"], ["client.py", "link", "US/A"]])
async def test_secrets_that_cannot_be_read_are_refused_in_one_line(
    command: list[str], tmp_path: Path
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff" * 40)
    for file, why in (
        (UNREADABLE, "secrets_file: cannot be read: Input/output error"),
        (f"/{'x' * 300}", "secrets_file: cannot be read: File name too long"),
        (str(tmp_path / "binary"), "secrets_file: is not text in UTF-8"),
    ):
        code, out, err = await run(
            *command, CASE72_PAGE_URL="https://a.example", CASE72_PAGE_SECRETS_FILE=file
        )
        assert (code, out) == (2, "")
        assert err.endswith(f"{why}\n")
        assert err.count("\n") == 1


async def test_it_serves_without_temporal_logs_no_addresses_and_stops_on_sigterm() -> None:
    port, metrics_port = free_ports(0, 0)
    settings = {
        "CASE72_METRICS": f"127.0.0.1:{metrics_port}",
        "CASE72_PAGE_URL": f"http://127.0.0.1:{port}",
        "CASE72_PAGE_PORT": f"{port}",
        "CASE72_PAGE_SECRETS": KEY,
        "CASE72_LOG": "json",
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "page"),
        cwd=ROOT,
        env=WITHOUT | settings,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    began = json.loads(await asyncio.wait_for(process.stderr.readline(), PATIENCE))
    assert (began["event"], began["time_zones"]) == ("serving", EDITION)
    async with httpx2.AsyncClient(base_url=settings["CASE72_PAGE_URL"]) as client:
        assert (await client.get("/health")).text == "alive\n"
        code, link, err = await run("client.py", "link", "US/A2EXAMPLE", **settings)
        assert code == 0
        assert "it is not known whether there is a seller US/A2EXAMPLE" in err
        assert (await client.get(link.strip())).status_code == 303
        assert (await client.get("/")).status_code == 503
        await scrape(f"http://127.0.0.1:{metrics_port}/metrics")  # or raises
    process.send_signal(signal.SIGTERM)
    rest = (await asyncio.wait_for(process.stderr.read(), PATIENCE)).decode()
    assert await process.wait() == 0
    lines = [json.loads(line) for line in rest.splitlines()]
    assert {"/health", "/enter/{token}"} <= {line.get("route") for line in lines}
    assert "127.0.0.1" not in rest
    assert "A2EXAMPLE" not in rest


async def test_the_development_worker_serves_the_page_too(tmp_path: Path) -> None:
    async with service(tmp_path) as (address, lines):
        url = (tmp_path / ".state" / "page" / "url").read_text()
        command = [sys.executable, str(ROOT / "client.py"), "link", "US/A2EXAMPLE"]
        code, link, err = await test_whole.run(*command, cwd=tmp_path, TEMPORAL_ADDRESS=address)
        assert code == 0
        assert "nobody knows the seller US/A2EXAMPLE" in err
        assert link.startswith(url)
        async with httpx2.AsyncClient(follow_redirects=True) as client:
            page = await client.get(link.strip())
    assert page.status_code == 200
    assert "We do not know your account yet" in page.text
    assert {"/", "/enter/{token}"} <= {line.get("route") for line in lines}


async def test_a_link_needs_the_settings_of_a_page(tmp_path: Path) -> None:
    code, out, err = await run("client.py", "link", "US/A2EXAMPLE", CASE72_STATE=str(tmp_path))
    assert (code, out) == (2, "")
    assert "CASE72_PAGE_URL" in err
