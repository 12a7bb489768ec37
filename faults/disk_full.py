"""The disk of the maildir and the ledgers is full: ENOSPC, on a small file system of its own."""

import asyncio
import subprocess
from contextlib import suppress
from pathlib import Path

from faults.scene import Scene, scene
from faults.trial import Trial

CASES = 60
WITHIN = 400
SIZE = "24m"


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Fill the disk to its last byte for some seconds, again and again."""
    trial = Trial(
        "disk full",
        seed,
        f"Maildir and ledgers are on a tmpfs of {SIZE}, filled to its last byte (ENOSPC) for 1 to "
        "6 seconds, again and again; two workers serve. Mounting it takes root",
    )
    state = folder / "state"
    state.mkdir(parents=True)
    subprocess.run(  # noqa: ASYNC221 -- done at once
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(state)], check=True
    )
    try:
        async with scene(folder, seed, within=WITHIN) as stage:
            for _ in range(2):
                await stage.workers.start()
            filling = asyncio.create_task(_fill(stage, state / "ballast", trial))
            await stage.play(cases)
            filling.cancel()
            await asyncio.wait([filling])
            await stage.judge(trial)
    finally:
        subprocess.run(["umount", str(state)], check=True)  # noqa: ASYNC221 -- done at once
    return trial


async def _fill(stage: Scene, ballast: Path, trial: Trial) -> None:
    try:
        while True:
            await asyncio.sleep(stage.random.uniform(1, 5))
            with ballast.open("wb", buffering=0) as file, suppress(OSError):
                for size in (65536, 4096, 1):
                    with suppress(OSError):
                        while file.write(bytes(size)):
                            pass
            trial.faults["ENOSPC"] += 1
            await asyncio.sleep(stage.random.uniform(1, 6))
            ballast.unlink()
    finally:
        ballast.unlink(missing_ok=True)
