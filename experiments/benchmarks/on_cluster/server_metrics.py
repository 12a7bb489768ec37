"""What nodes of Temporal's server export: requests to their database, and billable actions."""

import asyncio
from collections.abc import Iterable

import httpx2

from experiments.cluster.node import Node
from tests.scraping import Scraped

PORT = 9091
"""That of PROMETHEUS_ENDPOINT in docker-compose.yml."""
WRITES = (
    "CreateWorkflowExecution",
    "UpdateWorkflowExecution",
    "ConflictResolveWorkflowExecution",
    "SetWorkflowExecution",
    "DeleteWorkflowExecution",
    "DeleteCurrentWorkflowExecution",
    "AddTasks",
)
"""The requests of cases of which a history shard makes one at a time."""
_BROUGHT_UP_TO_DATE = 2.5
"""How often a node renews its figures, in seconds, with some room."""
_OF_A_CLOCK_PLAYED_FORWARD = "grpc_UpdateWorkflowExecutionOptions"


async def scraped(nodes: Iterable[Node]) -> list[Scraped]:
    """Return what the nodes export, once it has all that has happened before."""
    await asyncio.sleep(_BROUGHT_UP_TO_DATE)
    async with httpx2.AsyncClient() as http:
        return [
            Scraped.read((await http.get(f"http://{node.address}:{PORT}/metrics")).text)
            for node in nodes
        ]


def counted(exported: Iterable[Scraped]) -> dict[str, float]:
    """Add up the counters that grow with work."""
    found = dict.fromkeys(("requests", "writes", "write seconds", "timed writes", "actions"), 0.0)
    for node in exported:
        found["requests"] += node("persistence_requests")
        for operation in WRITES:
            found["writes"] += node("persistence_requests", operation=operation)
        update = {"operation": "UpdateWorkflowExecution"}
        found["write seconds"] += node("persistence_latency_sum", **update)
        found["timed writes"] += node("persistence_latency_count", **update)
        found["actions"] += node("action", namespace="default") - node(
            "action", namespace="default", action_type=_OF_A_CLOCK_PLAYED_FORWARD
        )
    return found
