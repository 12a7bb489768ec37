"""How many connections to PostgreSQL are in use."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from experiments.benchmarks.machine import connections
from experiments.benchmarks.on_cluster.postgres_statistics import client_connections
from experiments.benchmarks.on_cluster.stage import Stage
from experiments.benchmarks.report import Row
from experiments.cluster.postgres import PORT

_EVERY_SECONDS = 2


class Connections:
    """The most that have been seen so far, of each node, in PostgreSQL, and at work there."""

    def __init__(self) -> None:
        self.nodes: Counter[str] = Counter()
        self.every = self.busy = 0

    async def look(self, stage: Stage) -> None:
        """Look once."""
        for node in stage.servers:
            if node.process:
                now = connections(node.process.pid, stage.cluster.bouncer.address, int(PORT))
                self.nodes[node.name] = max(self.nodes[node.name], now)
        every, busy = await client_connections(stage.cluster.primary)
        self.every, self.busy = max(self.every, every), max(self.busy, busy)

    def rows(self) -> list[Row]:
        """Return a row for PostgreSQL, and one for the nodes."""
        nodes = ", ".join(
            f"{name.rpartition('-')[0]} {count}" for name, count in sorted(self.nodes.items())
        )
        return [
            Row("most connections to PostgreSQL; at work", f"{self.every}; {self.busy}"),
            Row("  of a node", nodes),
        ]


@asynccontextmanager
async def watching(stage: Stage) -> AsyncIterator[Connections]:
    """Watch the connections during the block."""
    seen = Connections()

    async def look() -> None:
        while True:
            await seen.look(stage)
            await asyncio.sleep(_EVERY_SECONDS)

    looking = asyncio.create_task(look())
    try:
        yield seen
    finally:
        looking.cancel()
        await asyncio.wait([looking])
    if not looking.cancelled():
        looking.result()
