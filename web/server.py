"""Serves a web application with uvicorn, alone or beside a worker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from socket import socket

import uvicorn
from starlette.types import ASGIApp

from runtime.web_server import listening, open_socket
from runtime.web_settings import WebSettings

_LARGEST_HEAD = 16 * 1024
_AT_ONCE = 500
"""The maximum of connections. Beyond it uvicorn answers 503."""
_STOPS_WITHIN_SECONDS = 5


@asynccontextmanager
async def serving(
    app: ASGIApp, settings: WebSettings, listener: socket | None = None
) -> AsyncIterator[None]:
    """Serve the application while the block runs. Use `listener` if it is given.

    The proxy limits how long a request may take to arrive (docs/page.md).

    Raises:
        ValueError: nothing can listen on the address. The message names the setting.
    """
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        limit_concurrency=_AT_ONCE,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
        timeout_graceful_shutdown=_STOPS_WITHIN_SECONDS,
    )
    async with listening(config, listener or _listener(settings)):
        yield


def _listener(settings: WebSettings) -> socket:
    try:
        return open_socket(settings.host, settings.port)
    except OSError as error:
        prefix = settings.model_config.get("env_prefix")
        raise ValueError(
            f"{prefix}PORT={settings.port}: cannot listen there on {settings.host} "
            f"({prefix}HOST): {error.strerror}"
        ) from None
