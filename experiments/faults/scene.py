"""The scene of a run: a server, workers, simulated providers, and the cases."""

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
"""The seconds within which the cases of a run must end."""


@dataclass
class Scene:
    """The surroundings of a fault."""

    random: Random
    server: KillableServer
    workers: Workers
    client: Client
    crowd: Crowd

    async def play(self, cases: int | list[Part]) -> None:
        """Play this many cases, or the cases of these parts, to their end."""
        parts = cast(self.random, cases) if isinstance(cases, int) else cases
        await self.crowd.live(parts)

    async def judge(self, trial: Trial, mails: list[Delivered] | None = None) -> None:
        """Check the promises. `mails` are the delivered e-mails if they are not in the maildir."""
        await judge(trial, self.crowd, self.workers.folder, mails)
        if struck := self.workers.logged()[NONDETERMINISM]:
            trial.notes.append(f"{NONDETERMINISM} was logged {struck} times")


async def judge(
    trial: Trial, crowd: Crowd, world: Path, mails: list[Delivered] | None = None
) -> None:
    """Check the promises to a crowd whose simulated world is in the folder `world`."""
    trial.judge(of_providers(world, await crowd.seen(), mails))
    trial.violations += [
        f"{life.workflow_id}: not over in time: {life.stuck}" for life in crowd.lives if life.stuck
    ]


@asynccontextmanager
async def meanwhile(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Make a fault while the block runs. Raise errors of the fault's own code."""
    making = asyncio.create_task(work)
    try:
        yield
    finally:
        making.cancel()
        with suppress(asyncio.CancelledError):
            await making


@asynccontextmanager
async def scene(folder: Path, seed: int, *, within: float = WITHIN) -> AsyncIterator[Scene]:
    """Run a server without workers. Cases must end `within` this many seconds."""
    state = folder / "state"
    state.mkdir(parents=True, exist_ok=True)
    server = KillableServer(folder)
    workers = Workers(state, server.address)
    try:
        await server.start()
        client = await connect(server.address)
        await register_search_attributes(client)
        random = Random(seed)  # the same seed must draw the same numbers
        yield Scene(random, server, workers, client, Crowd(client, random, within))
    finally:
        await workers.stop()
        await server.kill()
