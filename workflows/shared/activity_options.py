"""How long each activity may take, how it is tried again, and what giving up on it means."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, RetryState, is_cancelled_exception

T = TypeVar("T")

RETRY = RetryPolicy(backoff_coefficient=3, maximum_interval=timedelta(minutes=5))
"""Quick after a hiccup, eight tries in the 15 minutes of a call, gentle in a long outage."""

A_MESSAGE = timedelta(minutes=1)
"""How long one try of a message or a request may take."""

HEARTBEAT = timedelta(seconds=3)
"""An activity whose worker is silent for so long is taken up by another."""

SHARING = timedelta(hours=24)
"""How long it is tried to let a case and an enrollment know of each other's numbers."""

LETTER = timedelta(days=3)
"""How long an e-mail of the programme is tried: over a weekend's outage."""


async def or_failed(activity: Coroutine[Any, Any, T], failed: T) -> T:
    """Return what the activity answers, or `failed` after its retries are exhausted.

    Raises:
        CancelledError: the activity was called off, and its last try failed meanwhile.
        ActivityError: the activity was called off, and stopped.
    """
    try:
        return await activity
    except ActivityError as error:
        if error.retry_state is RetryState.CANCEL_REQUESTED:
            raise asyncio.CancelledError from error
        if is_cancelled_exception(error):
            raise
        return failed
