"""The worker of the bare twins. `python -m benchmarks.bare_worker` serves until it is killed."""

import asyncio
import sys
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Worker

from activities.opening import OpeningActivities
from benchmarks.bare import BARE_QUEUE, BareCase, BareDue, BareSilent
from providers.own_workflows import Enrollments
from providers.simulated_marketplace import SimulatedMarketplace
from runtime.connection import connect
from runtime.service import worker_identity
from runtime.settings import Settings


def bare_worker(client: Client) -> Worker:
    """A worker for the twins' own queue, set up as the engine's; the others are the engine's."""
    settings = Settings()
    opening = OpeningActivities(Enrollments(client), SimulatedMarketplace(settings.state))
    return Worker(
        client,
        task_queue=BARE_QUEUE,
        workflows=[BareCase, BareDue, BareSilent],
        activities=[opening.look_up],
        identity=worker_identity(),
        build_id="case72",
        max_cached_workflows=settings.cached_cases,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
    )


async def _serve() -> None:
    async with bare_worker(await connect(identity=worker_identity())):
        print("serving", file=sys.stderr, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
