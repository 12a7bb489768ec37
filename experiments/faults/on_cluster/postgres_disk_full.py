"""The disk under PostgreSQL is full (ENOSPC). It is a small separate file system."""

import asyncio
import os
import subprocess
from contextlib import suppress
from pathlib import Path

from experiments.cluster.cluster import Cluster
from experiments.cluster.node import kept_running
from experiments.cluster.postgres import DatabaseFailed, Postgres
from experiments.faults.on_cluster.scene import CASES, ClusterScene, cluster_scene
from experiments.faults.scene import meanwhile
from experiments.faults.trial import NotHere, Trial

SIZE = "700m"
_TIMES = 8


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Fill the disk to its last byte for some seconds, again and again.

    Raises:
        NotHere: the user is not root, who alone can mount a file system.
    """
    if os.geteuid() != 0:
        raise NotHere("mounting a small file system needs root")
    trial = Trial(
        "cluster: PostgreSQL's disk full",
        seed,
        f"PostgreSQL's data and log are on a tmpfs of {SIZE}. {_TIMES} times, every 5 to 12 "
        "seconds, it is filled to its last byte (ENOSPC) for 10 to 25 seconds. PostgreSQL is "
        "started again whenever it has ended. Mounting needs root",
    )
    disk = folder / "postgresql-1"
    disk.mkdir(parents=True)
    await _mount("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk))
    try:
        async with cluster_scene(folder, seed, prepare=_little_log) as stage:
            primary = stage.cluster.primary
            async with kept_running([primary.node]):
                async with meanwhile(_fill(stage, disk / "ballast", trial)):
                    await stage.play(cases)
                await _is_back(primary)
                await stage.judge(trial)
            trial.notes.append(_told(primary))
    finally:
        await _mount("umount", "--lazy", str(disk))
    return trial


def _little_log(cluster: Cluster) -> None:
    cluster.primary.node.command += ["-c", "max_wal_size=32MB", "-c", "min_wal_size=32MB"]


async def _mount(*command: str) -> None:
    await asyncio.to_thread(subprocess.run, command, check=True)


async def _fill(stage: ClusterScene, ballast: Path, trial: Trial) -> None:
    try:
        for _ in range(_TIMES):
            await asyncio.sleep(stage.random.uniform(5, 12))
            trial.faults["disk full"] += 1
            until = asyncio.get_running_loop().time() + stage.random.uniform(10, 25)
            while asyncio.get_running_loop().time() < until:
                _take_what_is_free(ballast)
                await asyncio.sleep(0.2)
            ballast.unlink()
    finally:
        ballast.unlink(missing_ok=True)


def _take_what_is_free(ballast: Path) -> None:
    with ballast.open("ab") as file, suppress(OSError):
        disk = os.fstatvfs(file.fileno())
        if disk.f_bavail:
            os.posix_fallocate(file.fileno(), file.tell(), disk.f_bavail * disk.f_frsize)


async def _is_back(primary: Postgres) -> None:
    async with asyncio.timeout(60):
        while True:
            with suppress(DatabaseFailed):
                await primary.ask("select 1")
                return
            await asyncio.sleep(0.5)


def _told(primary: Postgres) -> str:
    log = primary.node.log.read_text(errors="replace")
    return (
        f"PostgreSQL told {log.count('No space left on device')} times that the disk is full, "
        f"panicked {log.count('PANIC:')} times, and was started {primary.node.starts} times"
    )
