"""The disk of the maildir and the ledgers is full: ENOSPC, on a small file system of its own."""

import asyncio
import os
import subprocess
from contextlib import suppress
from pathlib import Path

from experiments.faults.crowd import NEXT_TRY
from experiments.faults.scene import Scene, scene
from experiments.faults.trial import NotHere, Trial

CASES = 60
FULL_FOR = 60
"""Seconds, on and off."""
SIZE = "24m"


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Fill the disk to its last byte for some seconds, again and again.

    Raises:
        NotHere: mounting a file system takes root.
    """
    if os.geteuid() != 0:
        raise NotHere("mounting a small file system takes root")
    trial = Trial(
        "disk full",
        seed,
        f"Maildir and ledgers are on a tmpfs of {SIZE}, filled to its last byte (ENOSPC) for 2 to "
        f"9 seconds, again and again, for {FULL_FOR} seconds; two workers serve. Once it has room "
        "for good, what waits for its next try has its clock played forward. Mounting takes root",
    )
    state = folder / "state"
    state.mkdir(parents=True)
    subprocess.run(  # noqa: ASYNC221 -- done at once
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(state)], check=True
    )
    try:
        async with scene(folder, seed) as stage:
            await stage.workers.complete()
            playing = asyncio.create_task(stage.play(cases))
            async with stage.meanwhile(_fill(stage, state / "ballast", trial)):
                await asyncio.wait([playing], timeout=FULL_FOR)
            await _next_tries(stage, playing, trial)
            await stage.judge(trial)
    finally:
        subprocess.run(["umount", str(state)], check=True)  # noqa: ASYNC221 -- done at once
    return trial


async def _next_tries(stage: Scene, playing: asyncio.Task[None], trial: Trial) -> None:
    """Nobody sleeps through five minutes for a try that is going to work."""
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
