"""A Temporal server that can be killed, and started again on its file where it was."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from runtime.connection import Unreachable, connect
from runtime.dev_server import free_ports, server_command
from tests.patience import PATIENCE


async def kill(process: asyncio.subprocess.Process) -> None:
    """As by the kernel, if it has not ended."""
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


class KillableServer:
    """A server on one port and one file, however often it is killed."""

    def __init__(self, folder: Path) -> None:
        (port,) = free_ports(0)
        self.address = f"127.0.0.1:{port}"
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [*server_command(self._folder, self.address), "--headless"]
        command += ["--log-level", "never"]
        quiet = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
        async with asyncio.timeout(PATIENCE):
            while not await self._answers():
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """Kill it, if it runs."""
        if self._process is not None:
            await kill(self._process)
            self._process = None

    async def _answers(self) -> bool:
        try:
            await connect(self.address)
        except Unreachable:
            return False
        return True


@asynccontextmanager
async def killable_server(folder: Path) -> AsyncIterator[KillableServer]:
    """One that runs, until it is killed."""
    server = KillableServer(folder)
    await server.start()
    try:
        yield server
    finally:
        await server.kill()
