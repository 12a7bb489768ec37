"""A worker process as the service is, with other providers."""

import asyncio
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack

from runtime.connection import connect
from runtime.providers import Providers, providers_of
from runtime.settings import Settings
from runtime.workers import working


async def serve(changed: Callable[[Settings, Providers], Providers]) -> None:
    """Serve all queues until killed; what a run waits for is said on standard error."""
    settings = Settings()
    client = await connect()
    providers = changed(settings, providers_of(settings, client))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(working(client, settings, providers))
        print('"serving"', file=sys.stderr, flush=True)
        await asyncio.Event().wait()
