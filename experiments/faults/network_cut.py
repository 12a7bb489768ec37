"""The network between a worker and the server is cut and restored."""

import asyncio
from pathlib import Path

from experiments.faults.scene import Scene, meanwhile, scene
from experiments.faults.trial import Trial

CASES = 60


class Wire:
    """A proxy in front of the server. While cut, it has no connections and accepts none."""

    def __init__(self, host: str, port: int) -> None:
        self._server_at = host, port
        self._whole = True
        self._carrying: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        """Listen on a free port, and return the address."""
        self._listening = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        return f"127.0.0.1:{self._listening.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        """Abort all connections."""
        self._whole = False
        for writer in self._carrying:
            writer.transport.abort()

    def heal(self) -> None:
        """Accept connections again."""
        self._whole = True

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        try:
            theirs, ours = await asyncio.open_connection(*self._server_at)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, ours}
        self._carrying |= both
        await asyncio.gather(_pump(reader, ours), _pump(theirs, writer))
        self._carrying -= both


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # the wire was cut
    finally:
        writer.close()


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Cut one of two workers off for seconds, again and again."""
    trial = Trial(
        "network cut",
        seed,
        "One of two workers reaches the server through a proxy. Again and again the proxy cuts all "
        "connections and refuses new ones for 1 to 8 seconds. The other worker takes over calls "
        "that still ring",
    )
    async with scene(folder, seed) as stage:
        host, _, port = stage.server.address.partition(":")
        wire = Wire(host, int(port))
        await stage.workers.start(TEMPORAL_ADDRESS=await wire.start(), CASE72_RING_SECONDS="2")
        await stage.workers.start(CASE72_RING_SECONDS="2")
        async with meanwhile(_cut(stage, wire, trial)):
            await stage.play(cases)
        wire.heal()
        await stage.judge(trial)
    return trial


async def _cut(stage: Scene, wire: Wire, trial: Trial) -> None:
    while True:
        await asyncio.sleep(stage.random.uniform(1, 5))
        wire.cut()
        trial.faults["cut"] += 1
        await asyncio.sleep(stage.random.uniform(1, 8))
        wire.heal()
