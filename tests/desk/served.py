"""The lists of a served desk, and the people who work at them."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from desk.outside import NOTHING, Outside
from reference.find_hashes import FindHashes
from runtime.desk_settings import Role
from tests.desk.cases import ServedDesk, served_desk
from tests.desk.site import proof_in
from tests.engine import Engine, engine_in
from tests.page.site import KEY
from tests.patience import PATIENCE, looks


@dataclass
class ListsDesk(ServedDesk):
    """The desk, and the engine behind it."""

    engine: Engine

    @asynccontextmanager
    async def person(self, role: Role) -> AsyncIterator["Person"]:
        """Somebody who has signed in, with plain requests."""
        async with self.signed_in(role) as http:
            yield Person(http, proof_in((await http.get("/desk/")).text))


@dataclass
class Person:
    """Somebody at the desk, and the proof of their session."""

    http: httpx2.AsyncClient
    proof: str

    async def post(self, path: str, fields: Any) -> httpx2.Response:
        """Send a form of theirs: a mapping, whose values may be lists."""
        return await self.http.post(path, data={"csrf": self.proof, **fields})


@asynccontextmanager
async def desk_over(
    engine: Engine, outside: Outside = NOTHING, report: Path | None = None
) -> AsyncIterator[ListsDesk]:
    """The desk, on any free port."""
    async with served_desk(engine.client, engine.folder, outside=outside, report=report) as served:
        yield ListsDesk(served.origin, engine)


@asynccontextmanager
async def desk_in(folder: Path, server: str) -> AsyncIterator[ListsDesk]:
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
