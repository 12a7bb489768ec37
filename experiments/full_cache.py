"""A full workflow cache: a query, and an update right after it. Shown with temporalio 1.35.0.

python experiments/full_cache.py 10    of 40 workflows some are stuck for good, others refused
python experiments/full_cache.py 100   room for all: nothing is lost
"""

import asyncio
import os
import shutil
import sys
from collections import Counter

from temporalio import workflow
from temporalio.client import (
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


@workflow.defn
class Counting:
    """Counts its updates, for ever."""

    def __init__(self) -> None:
        self._count = 0

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.query
    def count(self) -> int:
        return self._count

    @workflow.update
    async def add(self) -> None:
        self._count += 1


async def ask_and_tell(handle: WorkflowHandle[Counting, None]) -> str:
    """What comes of an update that follows a query by 5 ms."""
    asked = asyncio.ensure_future(handle.query(Counting.count))
    await asyncio.sleep(0.005)
    try:
        await asyncio.wait_for(handle.execute_update(Counting.add), 5)
    except WorkflowUpdateFailedError as error:
        return f"refused: {getattr(error.cause, 'type', error.cause)}"
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        return "no answer within 5 s"
    finally:
        asked.cancel()
    return "taken"


async def main(cached: int) -> None:
    """Four at once, over and over all workflows."""
    async with (
        await WorkflowEnvironment.start_local(
            dev_server_existing_path=shutil.which("temporal")
        ) as environment,
        Worker(
            environment.client,
            task_queue="counting",
            workflows=[Counting],
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_cached_workflows=cached,
        ),
    ):
        start = environment.client.start_workflow
        handles = [
            await start(Counting.run, id=f"counting-{number}", task_queue="counting")
            for number in range(40)
        ]
        answers: Counter[str] = Counter()

        async def some(mine: list[WorkflowHandle[Counting, None]]) -> None:
            for handle in mine:
                answers[await ask_and_tell(handle)] += 1

        await asyncio.gather(*(some(handles[first::4]) for first in range(4)))
        print(dict(answers), flush=True)
        await environment.shutdown()
        os._exit(0)  # the worker could not be stopped: it waits for what it lost


asyncio.run(main(int(sys.argv[1])))
