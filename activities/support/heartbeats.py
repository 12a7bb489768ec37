"""Signs of life, so that a worker that died is replaced within seconds."""

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
    """Heartbeat for as long as the block runs; at once, if there is something to tell.

    Args:
        details: what the next try is to know. A later beat without them forgets them.
    """

    async def beat() -> None:
        while True:  # what is done at once needs none
            await asyncio.sleep(_EVERY_SECONDS)
            activity.heartbeat(*details)

    if details:
        activity.heartbeat(*details)
    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()


def called_off() -> bool:
    """Whether the case called the activity off; a worker that stops is no reason to."""
    details = activity.cancellation_details()
    return details is not None and details.cancel_requested


class GivenUpOn(ProviderFailed):
    """Another try of the activity goes on instead of this one."""


async def still_wanted() -> bool:
    """Ask the server, before what cannot be undone, whether the activity was called off meanwhile.

    Raises:
        GivenUpOn: this worker stood still (its machine was moved, its container frozen) for longer
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
            raise GivenUpOn("this try was given up on") from None
        raise ProviderFailed(f"Temporal answered {error.status.name}") from None
    return not answer.cancel_requested


def time_is_up(began: float) -> bool:
    """Whether the activity, this try of which `began` by `time.monotonic`, has no time left.

    Only then may what it began be ended: one that was given up on for want of heartbeats goes
    on elsewhere.
    """
    info = activity.info()
    limit = info.schedule_to_close_timeout
    elsewhere = info.started_time - info.scheduled_time
    here = timedelta(seconds=time.monotonic() - began)
    return limit is not None and elsewhere + here >= limit


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Do work that cannot be taken back half-way: called off, it is still let finish."""
    async with heartbeats():
        doing = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(doing)
        except asyncio.CancelledError:
            if called_off():
                return await doing
            doing.cancel()
            raise
