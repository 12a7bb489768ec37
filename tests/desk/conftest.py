"""The desk of the case page's tests, a provider of identities, and the page's browser."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.desk.cases import ServedDesk, served_desk
from tests.desk.provider import TestProvider, providing
from tests.engine import Engine
from tests.page.conftest import browser, chromium

__all__ = ["browser", "chromium", "desk"]

WORDING = """{"en": {"reject": {"No invoice": "The invoice of the supplier is missing."}}}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(engine: Engine) -> AsyncIterator[ServedDesk]:
    """The desk before the engine of the file, with a prepared text."""
    wording = engine.folder / "wording.json"
    wording.write_text(WORDING)
    async with served_desk(engine.client, engine.folder, wording) as served:
        yield served


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[TestProvider]:
    async with providing() as running:
        yield running
