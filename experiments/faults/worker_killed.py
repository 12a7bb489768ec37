"""Workers are killed (SIGKILL) at random moments, and others take their place."""

import asyncio
from pathlib import Path
from random import Random

from experiments.faults.machines import AT_WORK, Workers
from experiments.faults.scene import Scene, scene
from experiments.faults.trial import Trial

CASES = 200


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Kill one worker of two every second or so, now and then both, until all cases are over."""
    trial = Trial(
        "worker killed", seed, "one worker of two killed every second or so, now and then both"
    )
    async with scene(folder, seed) as stage:
        await stage.workers.complete()
        async with stage.meanwhile(_kill(stage.workers, stage.random, trial)):
            await stage.play(cases)
        await _somebody(stage)
        await stage.judge(trial)
    return trial


async def _kill(workers: Workers, random: Random, trial: Trial) -> None:
    while True:
        await asyncio.sleep(random.uniform(0.3, 3))
        for process in random.sample(workers.processes, random.choice((1, 1, 1, AT_WORK))):
            await workers.kill(process)
            trial.faults["SIGKILL"] += 1
        await workers.complete()


async def _somebody(stage: Scene) -> None:
    """Whoever is asked afterwards is to have somebody to answer."""
    if not stage.workers.processes:
        await stage.workers.start()
