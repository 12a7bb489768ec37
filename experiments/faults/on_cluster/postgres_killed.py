"""PostgreSQL is killed or restarted again and again under load, always on its data."""

import asyncio
from pathlib import Path

from experiments.faults.on_cluster.scene import CASES, ClusterScene, cluster_scene
from experiments.faults.scene import meanwhile
from experiments.faults.trial import Trial

_TIMES = 20


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """End it twenty times, and start it again up to five seconds later."""
    trial = Trial(
        "cluster: PostgreSQL killed",
        seed,
        f"{_TIMES} times, every 5 to 15 seconds, PostgreSQL is killed with all its processes "
        "(SIGKILL), or, one time in three, shut down in good order. It stays away for up to 5 "
        "seconds, and is started again on its data. It is behind pgbouncer. Temporal has two of "
        "each node, and there are two workers of ours for each queue",
    )
    async with cluster_scene(folder, seed) as stage:
        async with meanwhile(_end(stage, trial)):
            await stage.play(cases)
        await stage.cluster.primary.kill()
        await stage.cluster.primary.start()
        await stage.judge(trial)
    return trial


async def _end(stage: ClusterScene, trial: Trial) -> None:
    primary = stage.cluster.primary
    for _ in range(_TIMES):
        await asyncio.sleep(stage.random.uniform(5, 15))
        if stage.random.random() < 1 / 3:
            await primary.shut_down()
            trial.faults["PostgreSQL shut down"] += 1
        else:
            await primary.kill()
            trial.faults["SIGKILL of PostgreSQL"] += 1
        await asyncio.sleep(stage.random.uniform(0, 5))
        await primary.start()
