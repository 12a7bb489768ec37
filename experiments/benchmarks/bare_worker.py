"""The worker of the bare twins. It runs until it is killed."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from temporalio.client import Client
from temporalio.worker import Worker

from activities.opening import OpeningActivities
from experiments.benchmarks.bare import BARE_QUEUE, BareCase, BareDue, BareSilent
from providers.simulated.account_service import SimulatedMarketplace
from providers.temporal.own_workflows import Enrollments
from runtime.connection import connect
from runtime.settings import Settings
from runtime.workers import IDENTITY, workflow_workers
from runtime.workflow_slots import OneSlot


@asynccontextmanager
async def bare_worker(client: Client) -> AsyncIterator[None]:
    """Run workers of the twins' own queue, set up like the engine's, which serves the others."""
    settings = Settings()
    opening = OpeningActivities(
        Enrollments(client), SimulatedMarketplace(settings.state), settings.least_window
    )
    slots = [OneSlot() for _ in range(settings.workflow_tasks_at_once)]
    twins = [BareCase, BareDue, BareSilent]
    async with AsyncExitStack() as stack:
        for worker in (
            Worker(client, task_queue=BARE_QUEUE, activities=[opening.look_up], identity=IDENTITY),
            *await workflow_workers(client, settings, slots, BARE_QUEUE, twins),
        ):
            await stack.enter_async_context(worker)
        yield


async def _serve() -> None:
    async with bare_worker(await connect(identity=IDENTITY)):
        print("serving", file=sys.stderr, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
