"""A proxy as in front of the page: it adds whom a request came from, and passes it on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

PROXY = "127.0.0.2"
"""The address that the proxy asks the page from."""


@asynccontextmanager
async def forwarding(to_port: int) -> AsyncIterator[int]:
    """The port that the proxy listens on; it closes each connection after one answer."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        visitor = writer.get_extra_info("peername")[0]
        page, to_page = await asyncio.open_connection("127.0.0.1", to_port, local_addr=(PROXY, 0))
        said = f"\r\nX-Forwarded-For: {visitor}\r\nConnection: close\r\n\r\n"
        to_page.write(head.removesuffix(b"\r\n\r\n") + said.encode())
        writer.write(await page.read())
        for end in (to_page, writer):
            end.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def asked_from(address: str, port: int, times: int, **headers: str) -> list[int]:
    """The answers to a link that opens nothing, tried so often from an address of this machine.

    In each header, `#` stands for how often it was tried.
    """
    transport = httpx2.AsyncHTTPTransport(local_address=address)
    async with httpx2.AsyncClient(transport=transport) as visitor:
        answers = [
            await visitor.get(
                f"http://127.0.0.1:{port}/enter/wrong",
                headers={name: value.replace("#", str(n)) for name, value in headers.items()},
            )
            for n in range(times)
        ]
    return [answer.status_code for answer in answers]
