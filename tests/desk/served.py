"""The desk of `--dev`, served on a real server with its workers, and the people who work at it."""

import asyncio
import html
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from playwright.async_api import Browser, Page
from starlette.applications import Starlette

from desk.app import desk_routes
from desk.dev_people import DevPeople
from desk.outside import NOTHING, Outside
from reference.find_hashes import FindHashes
from runtime.desk_settings import DeskSettings, Role, desk_on_this_machine
from runtime.web_server import open_socket
from tests.desk.site import proof_in
from tests.engine import Engine, engine_in
from tests.page.site import KEY
from tests.patience import PATIENCE, looks
from web.middleware import HeadersAndLog, without_redirects
from web.server import serving

SIGNS_IN = "/desk/sign-in"


@dataclass
class ServedDesk:
    """The desk, and the engine behind it."""

    engine: Engine
    url: str

    @asynccontextmanager
    async def person(self, role: Role) -> AsyncIterator["Person"]:
        """Somebody who has signed in, with plain requests."""
        async with httpx2.AsyncClient(base_url=self.url, timeout=PATIENCE) as http:
            choice = await http.get(SIGNS_IN, follow_redirects=True)
            links = re.findall(r'href="(/desk/signed-in[^"]+)"', choice.text)
            (link,) = (html.unescape(one) for one in links if one.endswith(f"code={role}"))
            assert (await http.get(link)).status_code == 303
            home = await http.get("/desk/")
            yield Person(http, proof_in(home.text))

    async def visit(self, browser: Browser, role: Role, path: str = "/desk/", **how: Any) -> Page:
        """A browser of its own, in which somebody has signed in."""
        context = await browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "base_url": self.url, **how}
        )
        context.set_default_timeout(PATIENCE * 1000)
        page = await context.new_page()
        await page.goto(SIGNS_IN)
        await page.click(f'a[href$="code={role}"]')
        await page.goto(path)
        return page


@dataclass
class Person:
    """Somebody at the desk, and the proof of their session."""

    http: httpx2.AsyncClient
    proof: str

    async def post(self, path: str, fields: Any) -> httpx2.Response:
        """Send a form of theirs: a mapping, whose values may be lists."""
        return await self.http.post(path, data={"csrf": self.proof, **fields})


@asynccontextmanager
async def desk_over(engine: Engine, outside: Outside = NOTHING) -> AsyncIterator[ServedDesk]:
    """The desk, on any free port."""
    listener = open_socket("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    chosen = DeskSettings.model_validate({"secrets": KEY, "url": url})
    settings = desk_on_this_machine(chosen, engine.folder)
    routes = desk_routes(engine.client, settings, url, DevPeople(url), outside)
    app = HeadersAndLog(without_redirects(Starlette(routes=routes)), tls=False)
    async with serving(app, settings, listener):
        yield ServedDesk(engine, url)


@asynccontextmanager
async def desk_in(folder: Path, server: str) -> AsyncIterator[ServedDesk]:
    """A desk that finds cases by name, address and number, with an engine of its own."""
    async with (
        engine_in(folder, server=server, find_secrets=KEY) as engine,
        desk_over(engine, Outside(hashes=FindHashes([KEY]))) as desk,
    ):
        yield desk


def listed(page: str) -> list[str]:
    """The cases of a list, in order: their workflow ids."""
    return re.findall(r'<tr data-case="([^"]+)"', page)


def row_of(page: str, case: str) -> str:
    """The row of a case, as it is written."""
    found = re.search(rf'<tr data-case="{case}".*?</tr>', page, re.DOTALL)
    assert found is not None, f"{case} is not in the list"
    return found[0]


async def until(
    person: Person, queue: str, holds: Callable[[str], object], within: float = PATIENCE
) -> str:
    """The page of a list, as soon as `holds` is true of it; real time, in seconds."""
    async with asyncio.timeout(within):
        async for _ in looks():
            page = (await person.http.get(f"/desk/?queue={queue}")).text
            if holds(page):
                return page
    raise AssertionError
