"""A process of a cluster: started, stopped, killed, and started again where it was."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_STOPS_WITHIN_SECONDS = 45
_LOOKS_EVERY_SECONDS = 1
_LONGEST_PAUSE = 20
"""In seconds."""


@dataclass
class Node:
    """A process with an address of its own."""

    name: str
    address: str
    command: list[str]
    log: Path
    """What it prints. A node that is started again goes on in the same file."""
    environment: dict[str, str] = field(default_factory=dict)
    """In addition to PATH."""
    user: str | None = None
    """Who runs it, if this process is root's; None: the same user."""
    process: asyncio.subprocess.Process | None = None
    is_wanted: bool = False
    """Whether it is to run: it was started, and not stopped."""
    starts: int = 0
    _ended_by: int | None = None
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(self) -> None:
        """Start it, unless it runs. It may take a while to serve."""
        async with self._starting:  # else `kept_running` could start a second one meanwhile
            if not self.is_running:
                await self._start()
            self.is_wanted = True

    async def _start(self) -> None:
        self._ended_by = self.process.returncode if self.process else None
        self.starts += 1
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                env={"PATH": os.environ["PATH"]} | self.environment,
                cwd=self.log.parent,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self.user if os.geteuid() == 0 else None,
            )
        # Not before: `kept_running` would start another one beside it.
        self.is_wanted = True

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.returncode is None

    @property
    def was_killed(self) -> bool:
        """Whether it did not end by itself the last time."""
        return self._ended_by == -signal.SIGKILL

    async def kill(self) -> None:
        """Kill it with everything that it started. It may be started again by `kept_running`."""
        self._signal(signal.SIGKILL)
        await self._ended()

    async def stop(self) -> None:
        """Ask it to end, and kill it if it does not."""
        self.is_wanted = False
        self._signal(signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended(), _STOPS_WITHIN_SECONDS)
        await self.kill()

    def last_words(self) -> str:
        """Return the end of its log, in one line."""
        return " / ".join(self.log.read_text(errors="replace").splitlines()[-3:])

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    async def _ended(self) -> None:
        if self.process is not None:
            await self.process.wait()


@asynccontextmanager
async def kept_running(nodes: list[Node]) -> AsyncIterator[None]:
    """Start nodes again that end by themselves while the block runs.

    If a node cannot be started, the block is ended at once: a run that goes on without its nodes
    would say nothing. The error is that of starting it.
    """
    block = asyncio.current_task()
    assert block is not None
    keeping = asyncio.create_task(_keep_running(nodes))
    keeping.add_done_callback(lambda ended: None if ended.cancelled() else block.cancel())
    try:
        yield
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait([keeping])
        if not keeping.cancelled():
            block.uncancel()
            keeping.result()


async def _keep_running(nodes: list[Node]) -> None:
    """Start nodes again that have ended by themselves, as `restart: unless-stopped` does.

    Of several nodes of a Temporal server that meet an empty database, the slower ones end. A node
    that ends by itself again and again is started ever less often, as by Docker: starting takes
    more of the processor than all that others do. One that was killed is replaced at once.
    """
    waiting: dict[str, tuple[int, float]] = {}
    while True:
        for node in nodes:
            if not node.is_wanted or node.is_running:
                continue
            failed, due = waiting.get(node.name, (0, 0.0))
            if time.monotonic() < due:
                continue
            await node.start()
            failed = 0 if node.was_killed else failed + 1
            waiting[node.name] = (failed, time.monotonic() + min(2.0**failed, _LONGEST_PAUSE))
        await asyncio.sleep(_LOOKS_EVERY_SECONDS)
