"""Whether this worker is well, for whoever watches over it (docs/operations.md)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from domain.names import CASES_QUEUE
from runtime.service import IDENTITY, Workers
from runtime.web_server import door_of, listening

_HEARD_WITHIN = timedelta(minutes=2)
"""A worker that takes workflow tasks asks for one at least once a minute."""
_SERVER_ANSWERS_WITHIN = timedelta(seconds=4)


@asynccontextmanager
async def serving_health(address: str, client: Client, workers: Workers) -> AsyncIterator[None]:
    """Answer at `/healthy` of this address and port (`127.0.0.1:9465`) while the block runs.

    Raises:
        OSError: the address cannot be listened on.
    """
    app = health_of(client, workers)
    config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False)
    host, _, port = address.rpartition(":")
    async with listening(config, door_of(host.removeprefix("[").removesuffix("]"), int(port))):
        yield


def health_of(client: Client, workers: Workers) -> Starlette:
    """An app whose `/healthy` answers 200, or 503 and why this process is to be started again.

    Where the server does not answer the worker is well: starting it again would not help.
    """

    async def healthy(_: Request) -> PlainTextResponse:
        if workers.has_lost_a_task:
            return PlainTextResponse("a workflow task was lost\n", 503)
        try:
            heard = await _last_heard(client)
        except RPCError:
            return PlainTextResponse("well; Temporal does not answer\n")
        late = heard is None or datetime.now(UTC) - heard > _HEARD_WITHIN
        if late and workers.take_workflow_tasks:
            return PlainTextResponse("Temporal has not heard of this process lately\n", 503)
        return PlainTextResponse("well\n")

    return Starlette(routes=[Route("/healthy", healthy)])


async def _last_heard(client: Client) -> datetime | None:
    """When this very process last asked for a workflow task; None if it has not."""
    found = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=CASES_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        ),
        timeout=_SERVER_ANSWERS_WITHIN,
    )
    ours = (p for p in found.pollers if p.identity == IDENTITY)
    return max((p.last_access_time.ToDatetime(UTC) for p in ours), default=None)
