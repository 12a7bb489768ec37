"""The worker processes, which faults happen to."""

import asyncio
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.killable_server import kill
from tests.test_whole import ROOT

AT_WORK = 2
_STARTS_WITHIN = 40
_RING_SECONDS = "0.3"

NONDETERMINISM = "TMPRL1100"
"""The code that a worker logs for a case that does not replay (docs/architecture.md)."""

ANSWER_LOST = "answer lost"
"""What a worker logs when its provider lost an answer (experiments/faults/losing_worker.py)."""


@dataclass
class Workers:
    """Worker processes on one machine, with the simulated world in `folder`."""

    folder: Path
    address: str
    settings: dict[str, str] = field(default_factory=dict)
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)
    started: int = 0

    async def start(self, *command: str, **settings: str) -> asyncio.subprocess.Process:
        """Start a process, by default the service. Wait until it serves or has ended."""
        self.started += 1
        log = self._log(self.started)
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TEMPORAL_ADDRESS": self.address,
            "CASE72_STATE": str(self.folder),
            "CASE72_RING_SECONDS": _RING_SECONDS,
            "CASE72_LOG": "json",
            "CASE72_LEAST_WINDOW": "PT1S",
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

    async def complete(self, *command: str, **settings: str) -> None:
        """Start workers until there are two."""
        while len(self.processes) < AT_WORK:
            await self.start(*command, **settings)

    async def kill(self, process: asyncio.subprocess.Process) -> None:
        """Kill a process with SIGKILL."""
        self.processes.remove(process)
        await kill(process)

    async def stop(self) -> None:
        """Kill all processes that still run."""
        for process in list(self.processes):
            await self.kill(process)

    def logged(self) -> Counter[str]:
        """Count the codes of interest in the logs."""
        logs = [self._log(number).read_bytes() for number in range(1, self.started + 1)]
        wanted = (NONDETERMINISM, ANSWER_LOST)
        return Counter({said: sum(log.count(said.encode()) for log in logs) for said in wanted})

    def _log(self, number: int) -> Path:
        return self.folder.parent / f"worker-{number}.log"
