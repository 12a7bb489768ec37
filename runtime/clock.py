"""Playing a case's own clock forward, on a server that offers it (`make dev`)."""

from temporalio.client import Client
from temporalio.testing import TimeSkipper, TimeSkippingConfig

_MANY_SKIPS = 100_000
"""By itself the server gives up after some hundred skips, which a provider's outage, tried
again and again for hours, can take."""


def time_skipper(client: Client) -> TimeSkipper:
    """What plays clocks forward: `await skipper.fast_forward(handle, timedelta(hours=8))`.

    False where the workflow ended before. Let what is under way end first: skipping while a
    call rings can take the clock further than asked.
    """
    return TimeSkipper(client, config=TimeSkippingConfig(max_session_skip_count=_MANY_SKIPS))
