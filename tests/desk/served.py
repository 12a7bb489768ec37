"""The desk of `--dev`, served on a real server with its workers, and the people who work at it."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from playwright.async_api import Browser, Page
from starlette.applications import Starlette

from desk.app import desk_routes
from desk.dev_people import DevPeople
from runtime.desk_settings import DeskSettings, Role, desk_on_this_machine
from runtime.web_server import open_socket
from tests.desk.site import proof_in
from tests.engine import Engine
from tests.page.site import KEY
from tests.patience import PATIENCE
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
async def desk_over(engine: Engine, **others: Any) -> AsyncIterator[ServedDesk]:
    """The desk, on any free port."""
    listener = open_socket("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    chosen = DeskSettings.model_validate({"secrets": KEY, "url": url})
    settings = desk_on_this_machine(chosen, engine.folder)
    routes = desk_routes(engine.client, settings, url, DevPeople(url), **others)
    app = HeadersAndLog(without_redirects(Starlette(routes=routes)), tls=False)
    async with serving(app, settings, listener):
        yield ServedDesk(engine, url)
