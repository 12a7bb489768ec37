"""The Temporal server is killed under load and started again on its SQLite file."""

import asyncio
from pathlib import Path

from experiments.faults.scene import Scene, meanwhile, scene
from experiments.faults.trial import Trial

CASES = 60


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Kill the server every few seconds, and start it again up to three seconds later."""
    trial = Trial(
        "server killed",
        seed,
        "The server is killed (SIGKILL) every 2 to 8 seconds, stays away for up to 3 seconds, and "
        "is started again on its SQLite file. Two workers serve",
    )
    async with scene(folder, seed) as stage:
        await stage.workers.complete()
        async with meanwhile(_kill(stage, trial)):
            await stage.play(cases)
        await stage.server.kill()
        await stage.server.start()
        await stage.judge(trial)
    return trial


async def _kill(stage: Scene, trial: Trial) -> None:
    while True:
        await asyncio.sleep(stage.random.uniform(2, 8))
        await stage.server.kill()
        trial.faults["SIGKILL"] += 1
        await asyncio.sleep(stage.random.uniform(0, 3))
        await stage.server.start()
