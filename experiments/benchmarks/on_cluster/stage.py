"""A small cluster to measure on, with bare twins' workers beside ours."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from temporalio.client import Client

from experiments.benchmarks.crowd import Crowd
from experiments.benchmarks.machine import (
    process,
    processor_seconds,
    processor_seconds_of_family,
)
from experiments.benchmarks.report import NotMeasured
from experiments.cluster.__main__ import INSTALLED
from experiments.cluster.cluster import SERVICES, Cluster, Size, composed
from experiments.cluster.connected import connected, let_others_enter
from experiments.cluster.hosts import Loopback
from experiments.cluster.node import Node
from experiments.cluster.programs import are_here, installed

ABOUT_CLUSTER = """The server is that of `make cluster`, with one node of each service, 512 history
shards and PostgreSQL 15 behind pgbouncer, set as `docker-compose.yml` sets it. What Temporal stores
is encrypted, as there. Each worker of ours serves one queue."""
_SETTINGS = {"CASE72_MAIL": "simulated"}


@dataclass
class Stage:
    """A running cluster, and the workers of the twins."""

    cluster: Cluster
    client: Client
    settings: dict[str, str]
    """Settings of the workers."""
    crowd: Crowd = field(init=False)
    _twins: list[tuple[int, AsyncExitStack]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.crowd = Crowd(self.client, self.cluster.places.state)

    async def serve_with(self, workers: int) -> None:
        """Let this many workers of ours serve each queue, and as many the twins' queue."""
        for node in self.cluster.named("case72-"):
            if int(node.name.rpartition("-")[2]) <= workers:
                await node.start()
                await self.cluster.is_well(node)
            else:
                await node.stop()
        while len(self._twins) > workers:
            await self._twins.pop()[1].aclose()
        while len(self._twins) < workers:
            await self._add_twins()

    async def restart(self, prefix: str, **settings: str) -> None:
        """Start workers whose names begin so anew, with other settings."""
        for node in self.cluster.named(prefix):
            if node.is_wanted:
                await node.stop()
                node.environment |= settings
                await node.start()
                await self.cluster.is_well(node)

    async def stop_twins(self) -> None:
        """Stop the twins' workers."""
        while self._twins:
            await self._twins.pop()[1].aclose()

    @property
    def servers(self) -> list[Node]:
        """Return the nodes of Temporal's server."""
        return [node for kind in SERVICES for node in self.cluster.named(f"{kind}-")]

    @property
    def workers(self) -> dict[str, int]:
        """Return the ids of our workers' processes by their names, and of the twins' workers'."""
        ours = {
            node.name: node.process.pid
            for node in self.cluster.named("case72-")
            if node.process and node.is_running
        }
        twins = {f"twins-{number}": pid for number, (pid, _) in enumerate(self._twins, start=1)}
        return ours | twins

    def processor_seconds(self) -> dict[str, float]:
        """Return the processor time taken so far, by kind of process, in seconds."""
        postgres = self.cluster.primary.node.process
        assert postgres
        servers = [node.process.pid for node in self.servers if node.process]
        return {
            "worker seconds": sum(map(processor_seconds, self.workers.values())),
            "server seconds": sum(map(processor_seconds, servers)),
            "database seconds": processor_seconds_of_family(postgres.pid),
        }

    async def _add_twins(self) -> None:
        stack = AsyncExitStack()
        worker = process(
            self.cluster.places.state,
            self.cluster.balancer.temporal,
            *("-m", "experiments.benchmarks.bare_worker"),
            **self.settings,
        )
        self._twins.append((await stack.enter_async_context(worker), stack))


@asynccontextmanager
async def stage(folder: Path, workers: int = 1, **settings: str) -> AsyncIterator[Stage]:
    """Start a cluster with this many workers of ours for each queue.

    Raises:
        NotMeasured: a cluster's programs are missing.
        ClusterFailed: a node or a job failed.
        DatabaseFailed: PostgreSQL did.
    """
    compose = composed()
    if not are_here(compose, INSTALLED):
        raise NotMeasured("a cluster's programs are missing; `make cluster` names them")
    let_others_enter(folder)
    cluster = Cluster(
        folder,
        Loopback(),
        compose,
        installed(compose, INSTALLED),
        Size(1, 1, 1, 1, our_workers=workers, pages=0),
        _SETTINGS | settings,
    )
    async with connected(cluster) as client:
        found = Stage(cluster, client, _SETTINGS | settings)
        try:
            await found.serve_with(workers)
            yield found
        finally:
            await found.stop_twins()
