"""Processes that faults happen to: the server on its SQLite file, and the workers."""

import asyncio
import os
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from runtime.connection import Unreachable, connect
from runtime.dev_server import TIME_SKIPPING, free_ports
from tests.test_whole import ROOT, TEMPORAL

_STARTS_WITHIN = 40
_RING_SECONDS = "0.3"

NONDETERMINISM = "TMPRL1100"
"""What a worker logs of a case that does not replay (docs/architecture.md)."""

ANSWER_LOST = "answer lost"
"""What a worker says whose provider lost an answer (faults/losing_worker.py)."""


class Server:
    """A Temporal server on a SQLite file, at one address for as long as the run lasts."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        (self._port,) = free_ports(0)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Start it on its file, as it was left, and wait until it answers."""
        arguments = ["server", "start-dev", "--headless", "--ip", "127.0.0.1"]
        arguments += ["--port", str(self._port), "--log-level", "error"]
        arguments += ["--db-filename", str(self._folder / "temporal.db")]
        arguments += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=FULL"]
        for setting in TIME_SKIPPING:
            arguments += ["--dynamic-config-value", setting]
        with (self._folder / "server.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                TEMPORAL, *arguments, stdout=log, stderr=log
            )
        async with asyncio.timeout(_STARTS_WITHIN):
            while True:
                with suppress(Unreachable):
                    await connect(self.address)
                    return
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """As by the kernel."""
        if self._process is not None:
            await _kill(self._process)


@dataclass
class Workers:
    """Worker processes on one machine, with the simulated world in `folder`."""

    folder: Path
    address: str
    settings: dict[str, str] = field(default_factory=dict)
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)
    started: int = 0

    async def start(self, *command: str, **settings: str) -> asyncio.subprocess.Process:
        """Start a process, by default the service, and wait until it serves or has ended."""
        self.started += 1
        log = self._log(self.started)
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TEMPORAL_ADDRESS": self.address,
            "CASE72_STATE": str(self.folder),
            "CASE72_RING_SECONDS": _RING_SECONDS,
            "CASE72_LOG": "json",
            **self.settings,
            **settings,
        }
        with log.open("wb") as stream:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *(command or (str(ROOT / "worker.py"),)),
                env=environment,
                cwd=self.folder,
                stdout=stream,
                stderr=stream,
            )
        self.processes.append(process)
        async with asyncio.timeout(_STARTS_WITHIN):
            while process.returncode is None and b'"serving"' not in log.read_bytes():
                await asyncio.sleep(0.05)
        return process

    async def kill(self, process: asyncio.subprocess.Process) -> None:
        """As by the kernel."""
        self.processes.remove(process)
        await _kill(process)

    async def stop(self) -> None:
        """Kill what still runs."""
        for process in list(self.processes):
            await self.kill(process)

    def logged(self) -> Counter[str]:
        """How often the logs have what is worth counting."""
        logs = [self._log(number).read_bytes() for number in range(1, self.started + 1)]
        wanted = (NONDETERMINISM, ANSWER_LOST)
        return Counter({said: sum(log.count(said.encode()) for log in logs) for said in wanted})

    def _log(self, number: int) -> Path:
        return self.folder.parent / f"worker-{number}.log"


async def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
