"""Workers are killed (SIGKILL) at random moments, and others take their place."""

import asyncio
from pathlib import Path
from random import Random

from experiments.faults.machines import AT_WORK, Workers
from experiments.faults.scene import Scene, meanwhile, scene
from experiments.faults.trial import Trial

CASES = 200


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Kill one of two workers every second or so, sometimes both, until all cases are over."""
    trial = Trial(
        "worker killed", seed, "One of two workers is killed every second or so, sometimes both"
    )
    async with scene(folder, seed) as stage:
        await stage.workers.complete()
        async with meanwhile(_kill(stage.workers, stage.random, trial)):
            await stage.play(cases)
        await _ensure_worker(stage)
        await stage.judge(trial)
    return trial


async def _kill(workers: Workers, random: Random, trial: Trial) -> None:
    while True:
        await asyncio.sleep(random.uniform(0.3, 3))
        for process in random.sample(workers.processes, random.choice((1, 1, 1, AT_WORK))):
            await workers.kill(process)
            trial.faults["SIGKILL"] += 1
        await workers.complete()


async def _ensure_worker(stage: Scene) -> None:
    """Start a worker if there is none, so that cases can answer the checks."""
    if not stage.workers.processes:
        await stage.workers.start()
