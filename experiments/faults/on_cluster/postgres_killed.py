"""PostgreSQL is killed again and again under load, and started again on its data."""

import asyncio
from pathlib import Path

from experiments.faults.on_cluster.scene import CASES, ClusterScene, cluster_scene
from experiments.faults.scene import meanwhile
from experiments.faults.trial import Trial


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Kill it every 5 to 15 seconds, and start it again up to five seconds later."""
    trial = Trial(
        "cluster: PostgreSQL killed",
        seed,
        "Every 5 to 15 seconds PostgreSQL is killed with all its processes (SIGKILL), stays away "
        "for up to 5 seconds, and is started again on its data. It is behind pgbouncer. Temporal "
        "has two of each node, and there are two workers of ours for each queue",
    )
    async with cluster_scene(folder, seed) as stage:
        async with meanwhile(_kill(stage, trial)):
            await stage.play(cases)
        await stage.cluster.primary.kill()
        await stage.cluster.primary.start()
        await stage.judge(trial)
    return trial


async def _kill(stage: ClusterScene, trial: Trial) -> None:
    while True:
        await asyncio.sleep(stage.random.uniform(5, 15))
        await stage.cluster.primary.kill()
        trial.faults["SIGKILL of PostgreSQL"] += 1
        await asyncio.sleep(stage.random.uniform(0, 5))
        await stage.cluster.primary.start()
