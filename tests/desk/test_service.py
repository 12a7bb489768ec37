"""The desk as a service: beside the page, alone, and with `--dev` (docs/desk.md)."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from desk.dev_people import PEOPLE, DevPeople
from runtime.dev_server import free_ports
from tests.desk.provider import CLIENT_ID, CLIENT_SECRET, providing
from tests.desk.site import ROLES, sign_in
from tests.page.site import KEY
from tests.page.test_service import WITHOUT
from tests.patience import PATIENCE
from tests.test_whole import ROOT, service


@asynccontextmanager
async def running(module: str, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A service of its own, until its first log line has come and the block has ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", module),
        cwd=ROOT,
        env=WITHOUT | {"CASE72_LOG": "json", "TEMPORAL_ADDRESS": "127.0.0.1:1"} | settings,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        began = json.loads(await asyncio.wait_for(process.stderr.readline(), PATIENCE))
        assert began["event"] == "serving", began
        yield process
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.stderr.read(), PATIENCE)
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def desk_settings(issuer: str) -> dict[str, str]:
    return {
        "CASE72_DESK_ISSUER": issuer,
        "CASE72_DESK_CLIENT_ID": CLIENT_ID,
        "CASE72_DESK_CLIENT_SECRET": CLIENT_SECRET,
        "CASE72_DESK_ROLES": ROLES,
        "CASE72_DESK_SECRETS": KEY,
    }


@pytest.mark.parametrize("alone", [False, True])
async def test_the_page_serves_the_desk_unless_it_has_an_address_of_its_own(alone: bool) -> None:
    page_port, desk_port = free_ports(0, 0)
    page_url, desk_url = f"http://127.0.0.1:{page_port}", f"http://127.0.0.1:{desk_port}"
    async with providing() as provider:
        settings = {
            **desk_settings(provider.issuer),
            "CASE72_PAGE_URL": page_url,
            "CASE72_PAGE_PORT": str(page_port),
            "CASE72_PAGE_SECRETS": KEY,
        }
        if alone:
            settings |= {"CASE72_DESK_URL": desk_url, "CASE72_DESK_PORT": str(desk_port)}
        async with (
            running("desk" if alone else "page", **settings),
            httpx2.AsyncClient(base_url=desk_url if alone else page_url) as browser,
        ):
            assert (await browser.get("/desk")).headers["location"] == "/desk/"
            assert (await sign_in(browser)).status_code == 303
            assert "lead.ortiz" in (await browser.get("/desk/")).text
            assert (await browser.get("/health")).text == "alive\n"
            assert (await browser.get("/")).status_code == (303 if alone else 403)
            assert (await browser.get("/desk/dev-people")).status_code == 404
        if alone:
            async with running("page", **settings), httpx2.AsyncClient(base_url=page_url) as other:
                assert (await other.get("/desk/")).status_code == 404


async def test_without_settings_of_the_desk_the_page_has_none() -> None:
    (port,) = free_ports(0)
    url = f"http://127.0.0.1:{port}"
    page = {"CASE72_PAGE_URL": url, "CASE72_PAGE_PORT": str(port), "CASE72_PAGE_SECRETS": KEY}
    async with running("page", **page), httpx2.AsyncClient(base_url=url) as browser:
        for path in ("/desk", "/desk/", "/desk/sign-in", "/desk/dev-people"):
            assert (await browser.get(path)).status_code == 404


async def test_with_dev_there_are_four_people_to_sign_in_as(tmp_path: Path) -> None:
    async with service(tmp_path):
        url = (tmp_path / ".state" / "page" / "url").read_text()
        async with httpx2.AsyncClient(base_url=url, follow_redirects=True) as browser:
            choice = (await browser.get("/desk")).text
    assert [name for name in PEOPLE.values() if name not in choice] == []


def test_nobody_signs_in_by_one_click_at_a_desk_that_others_reach() -> None:
    with pytest.raises(ValueError, match="on their own machine"):
        DevPeople("https://health.shop.example")
