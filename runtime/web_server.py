"""Serving with uvicorn beside whatever else the process does."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from socket import AF_INET, AF_INET6, create_server

import uvicorn


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it, and is stopped by them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def listening(config: uvicorn.Config, host: str, port: int) -> AsyncIterator[None]:
    """Serve at that address while the block runs.

    Raises:
        OSError: the address cannot be listened on.
    """
    server = _Server(config)
    family = AF_INET6 if ":" in host else AF_INET
    socket = create_server((host, port), family=family)
    task = asyncio.create_task(server.serve([socket]))
    try:
        yield
    finally:
        server.should_exit = True
        await task
        socket.close()
