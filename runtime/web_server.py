"""Serving with uvicorn beside whatever else the process does."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from socket import AF_INET, AF_INET6, create_server, socket

import uvicorn


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it, and is stopped by them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def open_socket(host: str, port: int) -> socket:
    """Return a socket that listens; at any free port for 0.

    Raises:
        OSError: the address cannot be listened on.
    """
    return create_server((host, port), family=AF_INET6 if ":" in host else AF_INET)


@asynccontextmanager
async def listening(config: uvicorn.Config, listener: socket) -> AsyncIterator[None]:
    """Serve at the socket while the block runs, and close it."""
    server = _Server(config)
    task = asyncio.create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task
        listener.close()
