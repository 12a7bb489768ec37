"""A query with an update right after it, while the workflow cache is full (temporalio 1.35.0).

python experiments/full_cache.py 10    of 40 updates some are refused, and some workflows hang
python experiments/full_cache.py 100   all workflows fit into the cache, and nothing is lost
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
    """A workflow that counts its updates and never ends."""

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
    """Query the workflow, and send an update 5 ms later. Return the result of the update."""
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
    """Do that for all workflows, four at once, and count the results."""
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
        os._exit(0)  # a normal stop would hang, since the worker waits for the lost tasks


asyncio.run(main(int(sys.argv[1])))
