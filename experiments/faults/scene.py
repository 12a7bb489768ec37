"""The scene of a run: a server, workers, the simulated world, and the cases."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from temporalio.client import Client

from experiments.faults.crowd import Crowd, Part
from experiments.faults.evidence import Delivered, of_providers
from experiments.faults.machines import NONDETERMINISM, Workers
from experiments.faults.stories import cast
from experiments.faults.trial import Trial
from runtime.connection import connect, register_search_attributes
from tests.killable_server import KillableServer

WITHIN = 400
"""Seconds by which the cases of a run are to be over."""


@dataclass
class Scene:
    """What faults happen in."""

    random: Random
    server: KillableServer
    workers: Workers
    client: Client
    crowd: Crowd

    async def play(self, cases: int | list[Part]) -> None:
        """Let so many cases live to their end, or those of these parts."""
        parts = cast(self.random, cases) if isinstance(cases, int) else cases
        await self.crowd.live(parts)

    @asynccontextmanager
    async def meanwhile(self, work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
        """Let the fault be made for as long as this lasts; what goes wrong in it is raised."""
        making = asyncio.create_task(work)
        try:
            yield
        finally:
            making.cancel()
            with suppress(asyncio.CancelledError):
                await making

    async def judge(self, trial: Trial, mails: list[Delivered] | None = None) -> None:
        """Hold what came of it against the promises; `mails` are those not in the maildir."""
        seen = await self.crowd.seen()
        trial.judge(of_providers(self.workers.folder, seen, mails))
        trial.violations += [
            f"{life.workflow_id}: not over in time: {life.stuck}"
            for life in self.crowd.lives
            if life.stuck
        ]
        if struck := self.workers.logged()[NONDETERMINISM]:
            trial.notes.append(f"{NONDETERMINISM} was logged {struck} times")


@asynccontextmanager
async def scene(folder: Path, seed: int, *, within: float = WITHIN) -> AsyncIterator[Scene]:
    """A server that runs, and no worker yet; cases are to be over `within` so many seconds."""
    state = folder / "state"
    state.mkdir(parents=True, exist_ok=True)
    server = KillableServer(folder)
    workers = Workers(state, server.address)
    try:
        await server.start()
        client = await connect(server.address)
        await register_search_attributes(client)
        random = Random(seed)  # a run is to be repeated, not to be unguessable
        yield Scene(random, server, workers, client, Crowd(client, random, within))
    finally:
        await workers.stop()
        await server.kill()
