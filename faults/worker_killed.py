"""Workers are killed (SIGKILL) at random moments, and others take their place."""

import asyncio
from pathlib import Path
from random import Random

from faults.machines import Workers
from faults.scene import Scene, scene
from faults.trial import Trial

CASES = 200
WORKERS = 2
WITHIN = 400


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Kill one worker of two every second or so, now and then both, until all cases are over."""
    trial = Trial(
        "worker killed", seed, "one worker of two killed every second or so, now and then both"
    )
    async with scene(folder, seed, within=WITHIN) as stage:
        for _ in range(WORKERS):
            await stage.workers.start()
        killing = asyncio.create_task(_kill(stage.workers, stage.random, trial))
        await stage.play(cases)
        killing.cancel()
        await _complete(stage)
        await stage.judge(trial)
    return trial


async def _kill(workers: Workers, random: Random, trial: Trial) -> None:
    while True:
        await asyncio.sleep(random.uniform(0.3, 3))
        for process in random.sample(workers.processes, random.choice((1, 1, 1, WORKERS))):
            await workers.kill(process)
            trial.faults["SIGKILL"] += 1
        while len(workers.processes) < WORKERS:
            await workers.start()


async def _complete(stage: Scene) -> None:
    """Whoever is asked afterwards is to have somebody to answer."""
    if not stage.workers.processes:
        await stage.workers.start()
