"""Timeouts and retries of activities, and the result after the retries are exhausted."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, RetryState, is_cancelled_exception

T = TypeVar("T")

RETRY = RetryPolicy(backoff_coefficient=3, maximum_interval=timedelta(minutes=5))
"""Retries come soon at first and every 5 minutes in a long outage. In its 15 minutes a call that
cannot be placed gets eight tries."""

RETRY_SOON = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10)
)
"""A telephone rings until the activity succeeds."""

A_MESSAGE = timedelta(minutes=1)
"""How long one try of a message or a request may take."""

HEARTBEAT = timedelta(seconds=3)
"""After this long without a heartbeat, another worker retries the activity."""

SHARING = timedelta(hours=24)
"""How long a case and an enrollment try to tell each other what changed."""

LETTER = timedelta(days=3)
"""How long an e-mail of the programme is tried. It outlasts an outage over a weekend."""

NUMBER_CALL = timedelta(minutes=15)
"""How long a call outside any case may take. It is dialled in its first minutes, or not at all."""

OLD_NUMBER_CALL = timedelta(hours=2)
"""How long it is tried to tell an old number of the change. A call waits for others to it."""

DELIVERY = timedelta(days=3)
"""How long an event is tried to be delivered to a receiver."""

RETRY_DELIVERY = RetryPolicy(
    initial_interval=timedelta(seconds=5),
    backoff_coefficient=4,
    maximum_interval=timedelta(hours=1),
)
"""A receiver that is back gets its events within the hour."""


async def or_failed(activity: Coroutine[Any, Any, T], failed: T) -> T:
    """Return the activity's result, or `failed` after its retries are exhausted.

    Raises:
        CancelledError: the activity was cancelled, and its last try failed meanwhile.
        ActivityError: the activity was cancelled, and it stopped.
    """
    try:
        return await activity
    except ActivityError as error:
        if error.retry_state is RetryState.CANCEL_REQUESTED:
            raise asyncio.CancelledError from error
        if is_cancelled_exception(error):
            raise
        return failed
