"""Heartbeats and cancellation of an activity.

Heartbeats let another worker take over within seconds.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import activity
from temporalio.api.workflowservice.v1 import RecordActivityTaskHeartbeatRequest
from temporalio.service import RPCError, RPCStatusCode

from providers.protocols import ProviderFailed

T = TypeVar("T")

_EVERY_SECONDS = 0.5
_ANSWERS_WITHIN = timedelta(seconds=3)


@asynccontextmanager
async def heartbeats(*details: str) -> AsyncIterator[None]:
    """Heartbeat while the block runs. With details, send the first heartbeat at once.

    Args:
        details: what the next try is to know. A later heartbeat without details erases them.
    """

    async def beat() -> None:
        while True:  # a block that is done at once needs no heartbeat
            await asyncio.sleep(_EVERY_SECONDS)
            activity.heartbeat(*details)

    if details:
        activity.heartbeat(*details)
    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()


def cancel_requested() -> bool:
    """Return whether the case cancelled the activity. A worker that stops does not count."""
    details = activity.cancellation_details()
    return details is not None and details.cancel_requested


class TimedOut(ProviderFailed):
    """Temporal has timed out this try of the activity. Another try goes on instead."""


async def still_wanted() -> bool:
    """Ask the server, before doing what cannot be undone, whether the activity is still wanted.

    Raises:
        TimedOut: this worker stood still (its machine was moved, its container frozen) for longer
            than a heartbeat may take.
        ProviderFailed: the server does not answer.
    """
    token, client = activity.info().task_token, activity.client()
    request = RecordActivityTaskHeartbeatRequest(
        namespace=client.namespace, task_token=token, identity=client.identity
    )
    try:
        answer = await client.workflow_service.record_activity_task_heartbeat(
            request, retry=False, timeout=_ANSWERS_WITHIN
        )
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise TimedOut("this try of the activity has timed out") from None
        raise ProviderFailed(f"Temporal answered {error.status.name}") from None
    return not answer.cancel_requested


def time_is_up(began: float) -> bool:
    """Return whether the activity has no time left. `began` is its start by `time.monotonic`.

    Only then may this try end what it began. If it timed out for want of heartbeats, another try
    goes on with it.
    """
    info = activity.info()
    limit = info.schedule_to_close_timeout
    elsewhere = info.started_time - info.scheduled_time
    here = timedelta(seconds=time.monotonic() - began)
    return limit is not None and elsewhere + here >= limit


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
