"""The desk, served, before real cases; and the four people of `--dev` who sign in at it."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from playwright.async_api import Browser, Page
from starlette.applications import Starlette
from temporalio.client import Client

from desk.app import desk_routes
from desk.dev_people import DevPeople
from desk.outside import NOTHING, Outside
from domain.case.view import CaseView
from runtime.desk_settings import DeskSettings, Role, desk_on_this_machine
from runtime.web_server import open_socket
from tests.page.site import KEY
from tests.patience import PATIENCE
from web.middleware import HeadersAndLog, without_redirects
from web.server import serving


@dataclass
class ServedDesk:
    """The desk at its address."""

    origin: str

    @asynccontextmanager
    async def signed_in(self, role: Role) -> AsyncIterator[httpx2.AsyncClient]:
        """Plain requests of one of the people. They follow no redirects."""
        async with httpx2.AsyncClient(base_url=self.origin, timeout=PATIENCE) as person:
            choice = await person.get((await person.get("/desk/sign-in")).headers["location"])
            (link,) = re.findall(rf'href="(/desk/signed-in[^"]+code={role})"', choice.text)
            assert (await person.get(html.unescape(link))).status_code == 303
            yield person

    async def page(self, browser: Browser, role: Role, path: str, **options: Any) -> Page:
        """A browser of one of the people, at a page of the desk."""
        context = await browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "base_url": self.origin, **options}
        )
        context.set_default_timeout(PATIENCE * 1000)
        page = await context.new_page()
        await page.goto(f"{self.origin}{path}")
        await page.locator(f'a[href$="code={role}"]').click()
        await page.wait_for_url(f"**{path}")
        return page


@asynccontextmanager
async def served_desk(
    client: Client,
    folder: Path,
    wording: Path | None = None,
    outside: Outside = NOTHING,
    report: Path | None = None,
) -> AsyncIterator[ServedDesk]:
    """Serve the desk on a free port, as `--dev` does."""
    listener = open_socket("127.0.0.1", 0)
    port = listener.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    own = {"secrets": KEY, "port": port, "wording": wording, "report": report}
    given = DeskSettings.model_validate(own)
    settings = desk_on_this_machine(given, folder)
    routes = desk_routes(client, settings, origin, DevPeople(origin), outside)
    app = HeadersAndLog(without_redirects(Starlette(routes=routes)), tls=False)
    async with serving(app, settings, listener):
        yield ServedDesk(origin)


def address(view: CaseView) -> str:
    """The path of a case's page."""
    return f"/desk/case/{view.account.store}/{view.account.seller_id}"


def form_of(page: str, name: str, **typed: str) -> dict[str, str]:
    """What a form of the case page sends: its hidden fields, and what is typed."""
    found = re.search(
        rf'<form method="post" action="[^"]*/{name}(?:#[^"]*)?">(.*?)</form>', page, re.S
    )
    assert found is not None, f"the page has no form {name}"
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', found[1])
    return {key: html.unescape(value) for key, value in hidden} | typed
