"""The disk of the maildir and the ledgers is full (ENOSPC). It is a small separate file system."""

import asyncio
import os
import subprocess
from contextlib import suppress
from pathlib import Path

from experiments.faults.crowd import NEXT_TRY
from experiments.faults.scene import Scene, meanwhile, scene
from experiments.faults.trial import NotHere, Trial

CASES = 60
FULL_FOR = 60
"""For this many seconds the disk is filled and freed."""
SIZE = "24m"


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Fill the disk to its last byte for some seconds, again and again.

    Raises:
        NotHere: the user is not root, who alone can mount a file system.
    """
    if os.geteuid() != 0:
        raise NotHere("mounting a small file system needs root")
    trial = Trial(
        "disk full",
        seed,
        f"Maildir and ledgers are on a tmpfs of {SIZE}. For {FULL_FOR} seconds it is again and "
        "again filled to its last byte (ENOSPC) for 2 to 9 seconds. Two workers serve. Afterwards "
        "the clocks of cases that wait for a retry are moved forward. Mounting needs root",
    )
    state = folder / "state"
    state.mkdir(parents=True)
    subprocess.run(  # noqa: ASYNC221 -- it takes no time
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(state)], check=True
    )
    try:
        async with scene(folder, seed) as stage:
            await stage.workers.complete()
            playing = asyncio.create_task(stage.play(cases))
            async with meanwhile(_fill(stage, state / "ballast", trial)):
                await asyncio.wait([playing], timeout=FULL_FOR)
            await _next_tries(stage, playing, trial)
            await stage.judge(trial)
    finally:
        subprocess.run(["umount", str(state)], check=True)  # noqa: ASYNC221 -- it takes no time
    return trial


async def _next_tries(stage: Scene, playing: asyncio.Task[None], trial: Trial) -> None:
    """Play the clocks forward to the next tries, instead of waiting up to five minutes."""
    waits: dict[str, float] = {}
    while not playing.done():
        for life in [life for life in stage.crowd.lives if life.ended is None]:
            if wait := await life.waits_for_next_try():
                waits[life.workflow_id] = max(wait, waits.get(life.workflow_id, 0))
                await life.play(NEXT_TRY)
        await asyncio.wait([playing], timeout=1)
    await playing
    if waits:
        trial.notes.append(
            f"once the disk had room, {len(waits)} cases waited for their next try, each between "
            f"{min(waits.values()):.0f} and {max(waits.values()):.0f} seconds after the one before"
        )


async def _fill(stage: Scene, ballast: Path, trial: Trial) -> None:
    try:
        while True:
            await asyncio.sleep(stage.random.uniform(0.5, 3))
            with ballast.open("wb", buffering=0) as file, suppress(OSError):
                for size in (65536, 4096, 1):
                    with suppress(OSError):
                        while file.write(bytes(size)):
                            pass
            trial.faults["ENOSPC"] += 1
            await asyncio.sleep(stage.random.uniform(2, 9))
            ballast.unlink()
    finally:
        ballast.unlink(missing_ok=True)
