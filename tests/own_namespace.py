"""A namespace for one file of tests, on a server that others use too."""

import asyncio
from uuid import uuid4

from google.protobuf.duration_pb2 import Duration
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from tests.patience import PATIENCE, looks


async def in_a_namespace(client: Client) -> Client:
    """Return a client of a new namespace: nothing that other tests left behind is in it."""
    name, kept = f"tests-{uuid4()}", Duration(seconds=24 * 60 * 60)
    new = RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=kept)
    await client.workflow_service.register_namespace(new)
    ours = Client(**(client.config() | {"namespace": name}))
    async with asyncio.timeout(PATIENCE):
        async for _ in looks():
            if await _is_known(ours):
                return ours
    raise AssertionError


async def _is_known(client: Client) -> bool:
    """Ask two services of the server, each of which hears of a new namespace by itself."""
    queue = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name="nobody's")
    )
    try:
        await client.workflow_service.describe_task_queue(queue)
        await client.get_workflow_handle("nobody's").describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return "namespace" not in error.message.lower()
    return True
