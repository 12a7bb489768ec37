"""Tells a supervisor whether this worker is well (docs/operations.md)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from runtime.service import Workers
from runtime.web_server import listening, open_socket


@asynccontextmanager
async def serving_health(address: str, workers: Workers) -> AsyncIterator[None]:
    """Serve `/healthy` at this address and port (`127.0.0.1:9465`) while the block runs.

    Raises:
        OSError: nothing can listen on the address.
    """
    app = health_of(workers)
    config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False)
    host, _, port = address.rpartition(":")
    async with listening(config, open_socket(host.removeprefix("[").removesuffix("]"), int(port))):
        yield


def health_of(workers: Workers) -> Starlette:
    """Return an app whose `/healthy` answers 200, or 503 if this process must be restarted.

    While Temporal is away the worker counts as well, since a restart would not help.
    """

    async def healthy(_: Request) -> PlainTextResponse:
        if workers.has_lost_a_task:
            return PlainTextResponse("a workflow task was lost\n", 503)
        return PlainTextResponse("well\n")

    return Starlette(routes=[Route("/healthy", healthy)])
