"""Asks clamd, ClamAV's daemon, whether a file is infected.

It speaks `zINSTREAM`: chunks, each after its length, and an answer that ends with a zero byte. The
clients on PyPI either block, or know no Unix socket.
"""

import asyncio
import struct
from pathlib import Path

_WITHIN_SECONDS = 30
_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096


class ScannerAway(Exception):
    """The scanner does not answer, or could not scan. Nothing is known of the file."""


class Clamd:
    """The scanner at `host:port`, or at the path of a Unix socket."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def is_infected(self, content: bytes) -> bool:
        """Return whether the scanner finds something in a file.

        Raises:
            ScannerAway: see there.
        """
        try:
            async with asyncio.timeout(_WITHIN_SECONDS):
                answer = await self._answer(content)
        except TimeoutError:
            raise ScannerAway("no answer in time") from None
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise ScannerAway(type(error).__name__) from None
        if answer.endswith(b" FOUND"):
            return True
        if answer == b"stream: OK":
            return False
        raise ScannerAway("it could not scan the file; see its log (StreamMaxLength?)")

    async def _answer(self, content: bytes) -> bytes:
        if "/" in self._address:
            reader, writer = await asyncio.open_unix_connection(
                Path(self._address), limit=_LONGEST_ANSWER
            )
        else:
            host, _, port = self._address.rpartition(":")
            reader, writer = await asyncio.open_connection(
                host.strip("[]"), int(port), limit=_LONGEST_ANSWER
            )
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), _CHUNK):
                chunk = content[start : start + _CHUNK]
                writer.write(struct.pack("!I", len(chunk)) + chunk)
                await writer.drain()
            writer.write(struct.pack("!I", 0))
            await writer.drain()
            return (await reader.readuntil(b"\0")).removesuffix(b"\0")
        finally:
            writer.close()
