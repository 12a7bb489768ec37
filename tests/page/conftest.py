"""One engine and one page for the tests of a file, and one browser for those of a process."""

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from page.app import build
from runtime.file_settings import FileSettings
from runtime.page_settings import PageSettings, on_this_machine
from tests.engine import engine_in
from tests.page.site import DESK_PHONE, Site
from tests.patience import PATIENCE
from web.server import serving

BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome", "chromium-browser")
"""By choice: the first opens no window, and so needs an eighth of the processor for a page."""
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory, server: str) -> AsyncIterator[Site]:
    """The page, served, on a real server with its workers: no seller of another file is there."""
    folder = tmp_path_factory.mktemp("page")
    settings, listener = on_this_machine(PageSettings(), folder)
    intake = FileSettings(state=folder).intake()
    async with (
        engine_in(folder, page=settings.links(), server=server) as engine,
        serving(
            build(engine.client, settings, desk_phone=DESK_PHONE, intake=intake), settings, listener
        ),
    ):
        yield Site(engine, settings)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed (chromium or google-chrome)")
    expect.set_options(timeout=PATIENCE * 1000)
    async with async_playwright() as playwright:
        # As root, in a container, Chromium has no sandbox to run in.
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """The browser. Pages are closed with their test: an open one asks for itself every 12 s."""
    yield chromium
    for context in chromium.contexts:
        await context.close()
