"""The wall clock of the workers' host is moved by hours, forward and back."""

import asyncio
from pathlib import Path

from experiments.faults.scene import Scene, meanwhile, scene
from experiments.faults.trial import NotHere, Trial

CASES = 60
LIBRARY = "faketime/libfaketime.so.1"


def library() -> Path:
    """Return the path of libfaketime.

    Raises:
        NotHere: it is not installed.
    """
    found = [*Path("/usr/lib").glob(f"*/{LIBRARY}"), *Path("/usr/lib").glob(LIBRARY)]
    if not found:
        raise NotHere("libfaketime is not installed (apt-get install libfaketime)")
    return found[0]


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Move the clock of two running workers every few seconds, by up to ten hours."""
    trial = Trial(
        "clock moved",
        seed,
        "While both workers run, their wall clock is set every 2 to 5 seconds to between 5 hours "
        "behind and 5 hours ahead (libfaketime; their monotonic clock stays). The clocks of the "
        "server, which is in Go, and of the telephone stay right",
    )
    wrong = folder / "clock"
    folder.mkdir(parents=True, exist_ok=True)
    wrong.write_text("+0")
    settings = {
        "LD_PRELOAD": str(library()),
        "FAKETIME_TIMESTAMP_FILE": str(wrong),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    async with scene(folder, seed) as stage:
        await stage.workers.complete("-m", "experiments.faults.clock_worker", **settings)
        async with meanwhile(_move(stage, wrong, trial)):
            await stage.play(cases)
        await stage.judge(trial)
    return trial


async def _move(stage: Scene, wrong: Path, trial: Trial) -> None:
    before = 0
    while True:
        await asyncio.sleep(stage.random.uniform(2, 5))
        hours = stage.random.choice([h for h in range(-5, 6) if h != before])
        trial.faults["forward" if hours > before else "back"] += 1
        draft = wrong.with_suffix(".new")
        draft.write_text(f"{hours:+d}h")
        draft.rename(wrong)
        before = hours
