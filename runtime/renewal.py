"""Takes a renewed certificate or API key from its file while a program runs (docs/access.md)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.service import RPCError, ServiceClient

from runtime.connection import BadConnection, Renewable, environment, refusal
from runtime.rights import NotAllowed, check_rights

LOOKS_EVERY_SECONDS = 10.0

TakeOver = Callable[[Client], Awaitable[None]]
"""What is to be done once the client has a new connection."""

log = structlog.get_logger("connection")


@asynccontextmanager
async def renewing(client: Client, take_over: TakeOver | None = None) -> AsyncIterator[None]:
    """Look after the client's connection while the block runs.

    What is renewed in the files of the settings is used from then on. If it is bad, or Temporal
    refuses it, that is logged, and the old one goes on being used. It is also logged if Temporal
    does not let us do what we need to.
    """
    looking = asyncio.create_task(_Looking(client, take_over).go_on())
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking


class _Looking:
    def __init__(self, client: Client, take_over: TakeOver | None) -> None:
        self._client, self._take_over = client, take_over
        config = client.service_client.config
        self._used: tuple[object, object] = (config.api_key, config.tls)
        self._wrong: str | None = None

    async def go_on(self) -> None:
        while True:
            wrong = await self._what_is_wrong()
            if wrong is not None and wrong != self._wrong:
                log.error("the connection to Temporal needs attention", why=wrong)
            elif wrong is None and self._wrong is not None:
                log.info("the connection to Temporal is well again")
            self._wrong = wrong
            await asyncio.sleep(LOOKS_EVERY_SECONDS)

    async def _what_is_wrong(self) -> str | None:
        api_key = self._client.service_client.config.api_key
        try:
            config = environment()
            found = (config.get("api_key"), config.get("tls"))
            api_key = str(found[0]) if found[0] else None
            if found == self._used:
                await check_rights(self._client.service_client, self._client.namespace)
            else:
                await self._take(*found)
                self._used = found
        except (BadConnection, NotAllowed) as error:
            return str(error)
        except (RPCError, RuntimeError) as error:
            # An outage is nothing to attend to here.
            return refusal(error, api_key) or self._wrong
        except Exception as error:  # else nothing would be renewed any more
            return f"what was renewed cannot be used ({type(error).__name__})"
        return None

    async def _take(self, api_key: Any, tls: Any) -> None:  # Any: as `environment` has them
        service = self._client.service_client
        assert isinstance(service, Renewable)
        config = replace(service.config, api_key=api_key, tls=tls, lazy=False)
        connection = await ServiceClient.connect(config)
        await check_rights(connection, self._client.namespace)
        service.replace(connection)
        if self._take_over is not None:
            await self._take_over(self._client)
        log.info("renewed", what="the certificate or the API key of the connection to Temporal")
