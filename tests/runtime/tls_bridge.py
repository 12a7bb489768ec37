"""TLS in front of a Temporal server, which the embedded one does not speak; it reads along."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from hpack import Decoder

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_FRAME_HEADER_BYTES = 9
_HEADERS = 1
_PLAIN_HEADERS_FLAGS = 0x5
"""Ends its headers, may end its stream; neither padded nor with a priority."""


@dataclass
class Bridge:
    """Where it listens, and the headers of every request that came through."""

    address: str = ""
    requests: list[dict[str, str]] = field(default_factory=list)


@asynccontextmanager
async def tls_bridge(context: ssl.SSLContext, server: str) -> AsyncIterator[Bridge]:
    """Listen on a free port of this machine, and pass everything on to `server` in the clear."""
    context.set_alpn_protocols(["h2"])
    bridge = Bridge()
    host, port = server.split(":")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await asyncio.open_connection(host, int(port))
        there = asyncio.create_task(_read_along(reader, requests, bridge))
        back = asyncio.create_task(_pass_on(answers, writer))
        await asyncio.wait([there, back], return_when=asyncio.FIRST_COMPLETED)
        for task, end in ((there, requests), (back, writer)):
            task.cancel()
            end.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    bridge.address = f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield bridge
    finally:
        listening.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


async def _read_along(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, bridge: Bridge
) -> None:
    decoder = Decoder()
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        writer.write(await reader.readexactly(len(_PREFACE)))
        while True:
            header = await reader.readexactly(_FRAME_HEADER_BYTES)
            payload = await reader.readexactly(int.from_bytes(header[:3]))
            if header[3] == _HEADERS:
                assert header[4] | _PLAIN_HEADERS_FLAGS == _PLAIN_HEADERS_FLAGS
                bridge.requests.append(
                    {str(name): str(value) for name, value in decoder.decode(payload)}
                )
            writer.write(header + payload)
            await writer.drain()
