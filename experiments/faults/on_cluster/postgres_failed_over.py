"""The machine of PostgreSQL is lost under load, and the one that follows it takes over."""

import asyncio
import shutil
from itertools import count
from pathlib import Path

from experiments.cluster.cluster import Cluster
from experiments.cluster.postgres import Postgres
from experiments.faults.on_cluster.scene import CASES, ClusterScene, cluster_scene
from experiments.faults.scene import meanwhile
from experiments.faults.trial import Trial


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Fail over as docs/postgresql.md says, again and again."""
    trial = Trial(
        "cluster: PostgreSQL failed over",
        seed,
        "A second PostgreSQL follows the first by streaming replication, synchronously. Every 10 "
        "to 25 seconds the first is killed with all its processes (SIGKILL) and its data deleted. "
        "Up to five seconds later the second is promoted and pgbouncer is started anew, leading to "
        "it. Then another one is made that follows it",
    )
    async with cluster_scene(folder, seed) as stage:
        pair = _Pair(stage.cluster)
        try:
            await pair.begin_to_follow()
            async with meanwhile(_lose(stage, pair, trial)):
                await stage.play(cases)
            await pair.serves()
            await stage.judge(trial)
        finally:
            await pair.standby.node.kill()
    return trial


async def _lose(stage: ClusterScene, pair: "_Pair", trial: Trial) -> None:
    while True:
        await asyncio.sleep(stage.random.uniform(10, 25))
        await pair.lose_primary()
        await asyncio.sleep(stage.random.uniform(0, 5))
        await pair.fail_over()
        trial.faults["failed over"] += 1
        await pair.begin_to_follow()


class _Pair:
    """The primary of a cluster and its standby."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._numbers = count(2)
        self.standby = self._new_machine()

    async def begin_to_follow(self) -> None:
        """Make a standby, and let the primary wait for it with every commit from now on."""
        self.standby = self._new_machine()
        await self.standby.follow(self._cluster.primary)
        await self.standby.start()
        await self._cluster.primary.keep_in_step()

    async def lose_primary(self) -> None:
        """Lose it with its data."""
        await self._cluster.primary.kill()
        shutil.rmtree(self._cluster.primary.data)

    async def fail_over(self) -> None:
        """Let the standby take over."""
        await self.standby.promote()
        self._cluster.primary = self.standby
        await self._cluster.bouncer.lead_to(self.standby)

    async def serves(self) -> None:
        """See that there is a primary, wherever the fault was interrupted."""
        if not self._cluster.primary.node.is_running:
            await self.fail_over()

    def _new_machine(self) -> Postgres:
        first, name = self._cluster.primary, f"postgresql-{next(self._numbers)}"
        folder = self._cluster.folder / name
        return Postgres(
            name, self._cluster.hosts, folder, first.role, first.password, first.settings
        )
