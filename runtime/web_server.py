"""Serves with uvicorn inside a process that does other things too."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from socket import AF_INET, AF_INET6, create_server, socket

import uvicorn


class _Server(uvicorn.Server):
    """A server that installs no signal handlers. The process stops it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def open_socket(host: str, port: int) -> socket:
    """Return a listening socket. Port 0 means any free port.

    Raises:
        OSError: nothing can listen on the address.
    """
    return create_server((host, port), family=AF_INET6 if ":" in host else AF_INET)


@asynccontextmanager
async def listening(config: uvicorn.Config, listener: socket) -> AsyncIterator[None]:
    """Serve on the socket while the block runs, then close it."""
    server = _Server(config)
    task = asyncio.create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task
        listener.close()
