"""Tells a supervisor whether this process is well (docs/operations.md)."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from runtime.web_server import listening, open_socket

WhatIsWrong = Callable[[], str | None]
"""Says why this process must be restarted; None if it is well."""


@asynccontextmanager
async def serving_health(address: str, what_is_wrong: WhatIsWrong) -> AsyncIterator[None]:
    """Serve `/healthy` at this address and port (`127.0.0.1:9465`) while the block runs.

    It answers 200, or 503 if this process must be restarted. What a restart does not help, such as
    an outage of Temporal, does not count.

    Raises:
        ValueError: nothing can listen on the address. The message names the setting.
    """

    async def healthy(_: Request) -> PlainTextResponse:
        wrong = what_is_wrong()
        return PlainTextResponse(f"{wrong}\n", 503) if wrong else PlainTextResponse("well\n")

    app = Starlette(routes=[Route("/healthy", healthy)])
    config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False)
    host, _, port = address.rpartition(":")
    try:
        listener = open_socket(host.removeprefix("[").removesuffix("]"), int(port))
    except OSError as error:
        raise ValueError(f"CASE72_HEALTH={address}: {error.strerror}") from None
    async with listening(config, listener):
        yield
