"""Serving the page with uvicorn, by itself or beside a worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from socket import socket
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from runtime.page_settings import PageSettings
from runtime.web_server import door_of, listening

HEAD_WITHIN_SECONDS = 10
_LARGEST_HEAD = 16 * 1024
_AT_ONCE = 500
"""Connections; beyond that uvicorn answers 503 by itself."""
_STOPS_WITHIN_SECONDS = 5


class _Protocol(H11Protocol):
    """Does not wait for ever for a request to be said to its end."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:  # as uvicorn has it
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE or self._answered_early:
            self._wait()
        else:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._answered_early:
            self._wait()

    @property
    def _answered_early(self) -> bool:
        """Whether the rest of a body still comes, which nobody reads any more."""
        answered = self.conn.our_state in (h11.DONE, h11.MUST_CLOSE)
        return answered and self.conn.their_state is h11.SEND_BODY

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(HEAD_WITHIN_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


@asynccontextmanager
async def serving(
    app: ASGIApp, settings: PageSettings, door: socket | None = None
) -> AsyncIterator[None]:
    """Serve the page while the block runs, through a `door` that is open already, if there is one.

    Raises:
        OSError: the address cannot be listened on.
    """
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=_Protocol,
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
    async with listening(config, door or door_of(settings.host, settings.port)):
        yield
