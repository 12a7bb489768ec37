"""All certificates and API keys are renewed again and again, under load, without a restart."""

import asyncio
from pathlib import Path

from experiments.faults.on_cluster.scene import CASES, ClusterScene, cluster_scene
from experiments.faults.scene import meanwhile
from experiments.faults.trial import Trial


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Renew everything every 15 to 30 seconds, and close connections, so that it is used."""
    trial = Trial(
        "cluster: certificates renewed",
        seed,
        "Temporal asks for certificates and API keys. All of both are issued anew every 15 to 30 "
        "seconds, and connections of the balancer are closed, so that new ones are opened with "
        "what was issued. Nothing is restarted",
    )
    async with cluster_scene(folder, seed, secured=True) as stage:
        started = {name: node.starts for name, node in stage.cluster.nodes.items()}
        async with meanwhile(_renew(stage, trial)):
            await stage.play(cases)
        await stage.judge(trial)
        for name, node in stage.cluster.nodes.items():
            if (node.starts != started[name] or not node.is_running) and name != "balancer":
                trial.violations.append(f"{name} ended and was started again")
    return trial


async def _renew(stage: ClusterScene, trial: Trial) -> None:
    while True:
        await asyncio.sleep(stage.random.uniform(15, 30))
        await asyncio.to_thread(stage.cluster.issue)
        trial.faults["everything renewed"] += 1
        await asyncio.sleep(15)  # programs read renewed files every 10 seconds
        await stage.cluster.balancer.node.kill()
        trial.faults["connections closed"] += 1
