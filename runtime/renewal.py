"""Takes a renewed certificate or API key from its file while a program runs (docs/access.md)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.service import ConnectConfig, RPCError, ServiceClient

from runtime.connection import Renewable, environment, refusal
from runtime.credentials import BadConnection, credentials
from runtime.metrics import show_credentials
from runtime.rights import NotAllowed, check_rights

LOOKS_EVERY_SECONDS = 10.0

Prepare = Callable[[Client, ConnectConfig], Awaitable[Callable[[], None]]]
"""Makes further connections, and returns what has them used once the client has a new one."""

log = structlog.get_logger("connection")


@asynccontextmanager
async def renewing(client: Client, prepare: Prepare | None = None) -> AsyncIterator[None]:
    """Look after the client's connection while the block runs, and after those of `prepare`.

    What is renewed in the files of the settings is used from then on, by all connections at once.
    If it is bad, or Temporal refuses it, or one connection cannot be made, that is logged, the old
    one goes on being used by all, and the new one is tried again. It is also logged if Temporal
    does not let us do what we need to, and if what is used expires soon.
    """
    looking = asyncio.create_task(_Looking(client, prepare).go_on())
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking


class _Looking:
    def __init__(self, client: Client, prepare: Prepare | None) -> None:
        self._client, self._prepare = client, prepare
        config = client.service_client.config
        self._used: tuple[object, object] = (config.api_key, config.tls)
        self._wrong: str | None = None

    async def go_on(self) -> None:
        while True:
            wrong = await self._what_is_wrong() or self._what_expires()
            if wrong is not None and wrong != self._wrong:
                log.error("the connection to Temporal needs attention", why=wrong)
            elif wrong is None and self._wrong is not None:
                log.info("the connection to Temporal is well again")
            self._wrong = wrong
            await asyncio.sleep(LOOKS_EVERY_SECONDS)

    async def _what_is_wrong(self) -> str | None:
        try:
            config = environment()
            found = (config.get("api_key"), config.get("tls"))
            if found != self._used:
                return await self._take(*found)
            await check_rights(self._client.service_client, self._client.namespace)
        except (BadConnection, NotAllowed) as error:
            return str(error)
        except (RPCError, RuntimeError) as error:
            # An outage is nothing to attend to here.
            return refusal(error, self._client.service_client.config.api_key) or self._wrong
        except Exception as error:  # else nothing would be renewed any more
            return _cannot_be_used(error)
        return None

    def _what_expires(self) -> str | None:
        used = credentials(*self._used)
        runtime = self._client.service_client.config.runtime or Runtime.default()
        show_credentials(runtime, self._client.namespace, used)
        for one in used:
            if one.renew_by <= datetime.now(UTC):
                return (
                    f"the {one.name} expires on {one.expires:%Y-%m-%d %H:%M} UTC: renew it "
                    "(docs/runbook/credentials-expire.md)"
                )
        return None

    async def _take(self, api_key: Any, tls: Any) -> str | None:  # Any: as `environment` has them
        try:
            await self._use(api_key, tls)
        except (RPCError, RuntimeError) as error:
            return refusal(error, api_key) or _cannot_be_used(error)
        self._used = (api_key, tls)
        log.info("renewed", what="the certificate or the API key of the connection to Temporal")
        return None

    async def _use(self, api_key: Any, tls: Any) -> None:
        service = self._client.service_client
        assert isinstance(service, Renewable)
        config = replace(service.config, api_key=api_key, tls=tls, lazy=False)
        connection = await ServiceClient.connect(config)
        await check_rights(connection, self._client.namespace)
        further = await self._prepare(self._client, config) if self._prepare else None
        # Nothing is awaited from here on: all connections change at once.
        service.replace(connection)
        if further is not None:
            further()


def _cannot_be_used(error: Exception) -> str:
    return f"what was renewed cannot be used yet ({type(error).__name__})"
