"""A namespace for one file of tests, on a server that others use too."""

from uuid import uuid4

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client


async def in_a_namespace(client: Client) -> Client:
    """Return a client of a new namespace: nothing that other tests left behind is in it."""
    name, kept = f"tests-{uuid4()}", Duration(seconds=24 * 60 * 60)
    new = RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=kept)
    await client.workflow_service.register_namespace(new)
    return Client(**(client.config() | {"namespace": name}))
