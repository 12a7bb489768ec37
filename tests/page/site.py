"""The page under test: with a browser, or with plain requests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from socket import socket
from typing import Any

import httpx2
from playwright.async_api import Browser, Page
from starlette.types import ASGIApp

from domain.shared.names import case_workflow_id
from page.app import build
from page.languages import NAMES
from reference.page_links import PageLinks
from runtime.connection import connect
from runtime.page_settings import PageSettings
from runtime.web_server import open_socket
from tests.engine import Engine, OpenCase
from tests.patience import PATIENCE
from tests.reading import words_shown

DESK_PHONE = "+12065550199"
KEY = "a-secret-of-forty-characters-for-tests-1"
URL = "http://127.0.0.1:8272"
TLS_URL = "https://health.shop.example"


@dataclass
class Site:
    """The served page, and the engine behind it."""

    engine: Engine
    settings: PageSettings

    def link(self, seller_id: str) -> str:
        """A seller's way in."""
        return self.settings.links().link(case_workflow_id("US", seller_id))

    async def visit(self, browser: Browser, seller_id: str, **options: Any) -> Page:
        """A browser of its own, come in by the seller's link."""
        context = await browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, **options}
        )
        context.set_default_timeout(PATIENCE * 1000)
        page = await context.new_page()
        await page.goto(self.link(seller_id))
        return page

    @asynccontextmanager
    async def visitor(self, seller_id: str | None = None) -> AsyncIterator[httpx2.AsyncClient]:
        """Plain requests to the page, come in by the link of the seller, if there is one."""
        url = self.settings.url or ""
        options: Any = {"follow_redirects": True, "timeout": PATIENCE}
        async with httpx2.AsyncClient(base_url=url, **options) as visitor:
            if seller_id is not None:
                await visitor.get(self.link(seller_id))
            yield visitor

    async def words_in_each_language(self, seller_id: str) -> dict[str, str]:
        """What the seller's page says, in one line, by language."""
        async with self.visitor(seller_id) as seller:
            return {
                tag: " ".join(words_shown((await seller.get(f"/?language={tag}")).text))
                for tag in NAMES
            }

    async def open(self, seller_id: str, **options: Any) -> OpenCase:
        """A case, and a seller who is enrolled."""
        await self.engine.know(seller_id)
        return await self.engine.open(seller_id=seller_id, **options)


def settings_of(url: str = URL, *keys: str, **others: Any) -> PageSettings:
    """Settings for a page that is not served."""
    return PageSettings.model_validate({"url": url, "secrets": keys or (KEY,), **others})


def on_a_port(**others: Any) -> tuple[PageSettings, socket]:
    """Settings for a page on any free port, and the port, which nobody else can take."""
    listener = open_socket("127.0.0.1", 0)
    port = listener.getsockname()[1]
    return settings_of(f"http://127.0.0.1:{port}", port=port, **others), listener


async def page_without_temporal(settings: PageSettings | None = None) -> ASGIApp:
    """The page, with no Temporal behind it."""
    return build(await connect("127.0.0.1:1", lazy=True), settings or settings_of())


def requests_to(app: ASGIApp, url: str = URL, **options: Any) -> httpx2.AsyncClient:
    """Plain requests to an application, as from a browser that keeps cookies."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=url, **options)


def token_of(link: str) -> str:
    """The token of a link."""
    return link.rpartition("/")[2]


def links(*keys: str, url: str = URL) -> PageLinks:
    """What makes links."""
    return PageLinks(keys or (KEY,), url)
