"""A page that takes files, for tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from page.app import build
from providers.files.store import FileStore
from runtime.file_settings import FileSettings
from tests.page.site import Site, on_a_port
from tests.sample_files import ClamdStandIn, clamd_at
from web.server import serving


@dataclass
class WithFiles:
    """A page that takes files, the store behind it, and its scanner."""

    site: Site
    store: FileStore
    clamd: ClamdStandIn


@asynccontextmanager
async def with_files(site: Site, folder: Path) -> AsyncIterator[WithFiles]:
    """A page with a store in a folder, on the same engine as the other tests' page."""
    settings, listener = on_a_port()
    async with clamd_at(str(folder / "clamd.sock")) as (clamd, address):
        intake = FileSettings(state=folder, files_clamd=address).intake()
        app = build(site.engine.client, settings, intake=intake)
        async with serving(app, settings, listener):
            yield WithFiles(Site(site.engine, settings), intake.store, clamd)
