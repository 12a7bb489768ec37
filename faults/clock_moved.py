"""The clock of the host that the workers run on is wrong, and is put right."""

import asyncio
from pathlib import Path

from faults.scene import Scene, scene
from faults.trial import Trial

CASES = 60
WITHIN = 400
LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
BEHIND = "-5h"


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Two workers five hours behind, replaced in the middle of it all by two that are right.

    Raises:
        SystemExit: Debian's libfaketime is not installed.
    """
    if not LIBRARY.exists():
        raise SystemExit("clock_moved needs libfaketime: apt-get install libfaketime")
    trial = Trial(
        "clock moved",
        seed,
        "Both workers' clocks are five hours behind, until they are replaced by two that are "
        "right: a jump of five hours, forward, while cases are open (libfaketime; the server's "
        "clock is right, and the simulated providers live by the workers'. A jump back was not "
        "made: the simulated telephone would ring until its own clock had caught up)",
    )
    wrong = {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME": BEHIND,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    async with scene(folder, seed, within=WITHIN) as stage:
        for _ in range(2):
            await stage.workers.start(**wrong)
        moving = asyncio.create_task(_move(stage, trial))
        await stage.play(cases)
        await moving
        await stage.judge(trial)
    return trial


async def _move(stage: Scene, trial: Trial) -> None:
    await asyncio.sleep(stage.random.uniform(8, 12))
    for process in list(stage.workers.processes):
        await stage.workers.kill(process)
        await stage.workers.start()
        trial.faults["clock put right"] += 1
