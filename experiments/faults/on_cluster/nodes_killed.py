"""Each kind of node of the Temporal server is killed and replaced, under load."""

import asyncio
from pathlib import Path

from experiments.faults.on_cluster.scene import CASES, ClusterScene, cluster_scene
from experiments.faults.scene import meanwhile
from experiments.faults.trial import Trial

KINDS = ("frontend", "history", "matching", "worker")


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Kill a node every few seconds, each kind in turn. Another is started within a second."""
    trial = Trial(
        "cluster: nodes killed",
        seed,
        "Every 3 to 8 seconds a node of Temporal's server is killed (SIGKILL), frontend, history, "
        "matching and internal worker in turn, and replaced within a second. There are two of "
        "each, two workers of ours for each queue, and PostgreSQL behind pgbouncer",
    )
    async with cluster_scene(folder, seed) as stage:
        async with meanwhile(_kill(stage, trial)):
            await stage.play(cases)
        await stage.judge(trial)
    return trial


async def _kill(stage: ClusterScene, trial: Trial) -> None:
    while True:
        for kind in KINDS:
            await asyncio.sleep(stage.random.uniform(3, 8))
            node = stage.random.choice(stage.cluster.named(f"{kind}-"))
            await node.kill()
            trial.faults[f"SIGKILL of a {kind}"] += 1
