"""The worker of the bare twin. `python -m benchmarks.bare_worker` serves until it is killed."""

import asyncio

from temporalio.client import Client
from temporalio.worker import Worker

from activities.opening import OpeningActivities
from benchmarks.bare import BARE_QUEUE, BareCase
from providers.own_workflows import Enrollments
from runtime.connection import connect


def bare_worker(client: Client) -> Worker:
    """A worker for the twin's own queue; the other queues are served with the engine's."""
    look_up = OpeningActivities(Enrollments(client)).look_up
    return Worker(client, task_queue=BARE_QUEUE, workflows=[BareCase], activities=[look_up])


async def _serve() -> None:
    await bare_worker(await connect()).run()


if __name__ == "__main__":
    asyncio.run(_serve())
