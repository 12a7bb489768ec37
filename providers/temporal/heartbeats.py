"""Heartbeats and cancellation of an activity.

Heartbeats let another worker take over within seconds.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from temporalio import activity

T = TypeVar("T")

_EVERY_SECONDS = 0.5


@asynccontextmanager
async def heartbeats() -> AsyncIterator[None]:
    """Heartbeat while the block runs."""

    async def beat() -> None:
        while True:  # a block that is done at once needs no heartbeat
            await asyncio.sleep(_EVERY_SECONDS)
            activity.heartbeat()

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()


def cancel_requested() -> bool:
    """Return whether the case cancelled the activity. A worker that stops does not count."""
    details = activity.cancellation_details()
    return details is not None and details.cancel_requested


async def shielded(work: Coroutine[Any, Any, T]) -> T:
    """Finish work that must not stop half-way, even if the case cancels the activity."""
    async with heartbeats():
        doing = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(doing)
        except asyncio.CancelledError:
            if cancel_requested():
                return await doing
            doing.cancel()
            raise
