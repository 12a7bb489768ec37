"""A provider does its work, and its answer is lost."""

import asyncio
from pathlib import Path

from faults.machines import ANSWER_LOST
from faults.scene import Scene, scene
from faults.trial import Trial

CASES = 60
WITHIN = 400


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Lose one answer in five; in one of fifty the worker dies instead."""
    trial = Trial(
        "answer lost",
        seed,
        "Telephone, mail and account service do what they are asked to, and one answer in five is "
        "lost; at one in fifty the worker dies (SIGKILL) before it hears of it",
    )
    async with scene(folder, seed, within=WITHIN) as stage:
        keeping = asyncio.create_task(_keep_up(stage, trial))
        await stage.play(cases)
        keeping.cancel()
        await stage.workers.start()
        await stage.judge(trial)
        trial.faults[ANSWER_LOST] += stage.workers.logged()[ANSWER_LOST]
    return trial


async def _keep_up(stage: Scene, trial: Trial) -> None:
    """Two workers, each replaced once it has died."""
    while True:
        for process in [p for p in stage.workers.processes if p.returncode is not None]:
            stage.workers.processes.remove(process)
            trial.faults["worker died"] += 1
        while len(stage.workers.processes) < 2:
            seed = str(stage.random.randrange(10**6))
            await stage.workers.start("-m", "faults.losing_worker", seed)
        await asyncio.sleep(0.2)
