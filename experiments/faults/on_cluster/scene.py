"""The scene of a fault on a cluster: real nodes, and many cases with their sellers and desks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from experiments.cluster.__main__ import INSTALLED
from experiments.cluster.cluster import SECURED, Cluster, Size, composed
from experiments.cluster.connected import connected, let_others_enter
from experiments.cluster.hosts import Hosts, Loopback
from experiments.cluster.programs import are_here, installed
from experiments.faults.crowd import Crowd
from experiments.faults.machines import NONDETERMINISM
from experiments.faults.scene import judge
from experiments.faults.stories import cast
from experiments.faults.trial import NotHere, Trial

CASES = 200
WITHIN = 900
"""The seconds within which the cases of a run must end."""
_SETTINGS = {"CASE72_MAIL": "simulated", "CASE72_RING_SECONDS": "0.3"}


@dataclass
class ClusterScene:
    """The surroundings of a fault."""

    random: Random
    cluster: Cluster
    crowd: Crowd

    async def play(self, cases: int) -> None:
        """Play this many cases to their end."""
        await self.crowd.live(cast(self.random, cases))

    async def opened(self, cases: float) -> None:
        """Wait until so many cases have been opened."""
        while len(self.crowd.lives) < cases:
            await asyncio.sleep(0.2)

    async def judge(self, trial: Trial) -> None:
        """Check the promises, and note what nodes say of cases that do not replay."""
        await judge(trial, self.crowd, self.cluster.places.state)
        note_nondeterminism(trial, self.cluster)


def note_nondeterminism(trial: Trial, cluster: Cluster) -> None:
    """Note what our nodes say of cases that do not replay."""
    logs = [node.log for node in cluster.named("case72-") if node.log.exists()]
    if struck := sum(log.read_text(errors="replace").count(NONDETERMINISM) for log in logs):
        trial.notes.append(f"{NONDETERMINISM} was logged {struck} times")


@asynccontextmanager
async def cluster_scene(
    folder: Path,
    seed: int,
    *,
    within: float = WITHIN,
    hosts: Hosts | None = None,
    size: Size | None = None,
    settings: dict[str, str] | None = None,
    secured: bool = False,
    server_version: str | None = None,
    prepare: Callable[[Cluster], None] | None = None,
) -> AsyncIterator[ClusterScene]:
    """Start a cluster. Cases must end `within` this many seconds.

    Args:
        folder: the data and logs of the run.
        seed: the same seed draws the same cases and moments.
        within: see above.
        hosts: where the nodes run; None: on the loopback interface.
        size: how many there are of each node.
        settings: settings of our processes besides the compose file's.
        secured: Temporal asks everybody for a certificate and an API key.
        server_version: the version of Temporal's server; None: the compose file's.
        prepare: changes the cluster before it starts.

    Raises:
        NotHere: a cluster's programs are missing.
    """
    compose = composed(SECURED) if secured else composed()
    if not are_here(compose, INSTALLED):
        raise NotHere("a cluster's programs are missing; `make cluster` names them")
    let_others_enter(folder)
    cluster = Cluster(
        folder,
        hosts or Loopback(),
        compose,
        installed(compose, INSTALLED, server_version),
        size or Size(),
        _SETTINGS | (settings or {}),
    )
    if prepare is not None:
        prepare(cluster)
    async with connected(cluster) as client:
        random = Random(seed)
        yield ClusterScene(random, cluster, Crowd(client, random, within))
