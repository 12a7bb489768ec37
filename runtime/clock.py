"""Moves a case's own clock forward, on a server that can skip time (`make dev`)."""

from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

_MANY_SKIPS = 100_000
"""By default the server stops after some hundred skips. Hours of retries in a provider's outage
can need more."""


def time_skipper(client: Client) -> TimeSkipper:
    """Return a time skipper. Use `await skipper.fast_forward(handle, timedelta(hours=8))`.

    It returns False if the workflow ended before. Let activities end first: a skip while a call
    rings can move the clock further than asked.
    """
    return TimeSkipper(client, config=TimeSkippingConfig(max_session_skip_count=_MANY_SKIPS))
