"""The processor time, memory and disk of processes and servers. Linux only: it reads /proc."""

import asyncio
import os
import re
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx2

from tests.test_whole import ROOT

MEGABYTE = 1_000_000
_SKIPPING = "grpc_UpdateWorkflowExecutionOptions"
"""Only a clock that is played forward sends this."""
_SETTLES_WITHIN, _BROUGHT_UP_TO_DATE = 30, 2.5
_ACTION = re.compile(r'^action\{action_type="([^"]+)",namespace="default".*\} (\S+)$', re.MULTILINE)
_ESTABLISHED = "01"
_STAT = Path("/proc/stat")
_METRICS = re.compile(r"http://\S+/metrics")


@asynccontextmanager
async def process(folder: Path, address: str, *command: str, **settings: str) -> AsyncIterator[int]:
    """Run a process of this project in `folder`, and return its id. It is killed in the end."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TEMPORAL_ADDRESS": address,
        "CASE72_STATE": str(folder),
        "CASE72_LOG_LEVEL": "warning",
        "CASE72_LEAST_WINDOW": "PT1S",
        **settings,
    }
    arguments = [str(ROOT / part) if part.endswith(".py") else part for part in command]
    running = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environment, cwd=folder
    )
    try:
        yield running.pid
    finally:
        running.kill()
        await running.wait()


def memory(pid: int) -> tuple[float, float]:
    """Return the memory of a process now, and at most, in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    values = dict(line.split(":", 1) for line in lines)
    now, peak = (int(values[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))
    return now / MEGABYTE, peak / MEGABYTE


async def processors_in_use(seconds: float) -> float:
    """Return how many processors of the machine are in use, on average over some seconds."""

    def used() -> float:
        user, nice, system, _, _, *interrupts = map(int, _STAT.read_text().split()[1:9])
        return sum((user, nice, system, *interrupts)) / os.sysconf("SC_CLK_TCK")

    before = used()
    await asyncio.sleep(seconds)
    return (used() - before) / seconds


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def processor_seconds_of_family(pid: int) -> float:
    """Return the same of a process and its children, those included that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ended = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    spent = processor_seconds(pid) + ended
    for child in children:
        with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            spent += processor_seconds(int(child))
    return spent


def connections(pid: int, address: str, port: int) -> int:
    """Return how many TCP connections a process has to this port of an IPv4 address."""
    remote = f"{socket.inet_aton(address)[::-1].hex().upper()}:{port:04X}"
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    sockets = {f"socket:[{row[9]}]" for row in rows if row[2:4] == [remote, _ESTABLISHED]}
    found = 0
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # it has just been closed
            found += os.readlink(descriptor) in sockets
    return found


def stored(folder: Path) -> int:
    """Return the size of the database of the server in `folder`, in bytes."""
    return sum(file.stat().st_size for file in folder.glob("temporal.db*"))


async def actions(folder: Path) -> Counter[str]:
    """Return the billable actions that the server in `folder` has counted so far, by type.

    Its metric `action` is what Temporal's own guide to estimating the bill reads.
    """
    async with asyncio.timeout(20):
        while not (found := _METRICS.search((folder / "server.log").read_text())):
            await asyncio.sleep(0.2)
    counted: Counter[str] | None = None
    async with asyncio.timeout(_SETTLES_WITHIN), httpx2.AsyncClient() as http:
        while True:  # the server updates its figures about once a second
            text = (await http.get(found[0])).text
            now = Counter({kind: round(float(value)) for kind, value in _ACTION.findall(text)})
            del now[_SKIPPING]
            if now == counted:
                return now
            counted = now
            await asyncio.sleep(_BROUGHT_UP_TO_DATE)
