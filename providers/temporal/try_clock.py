"""The clock of one try of an activity."""

import time
from datetime import datetime, timedelta

from temporalio import activity


class TryClock:
    """Tells the server's time from the beginning of a try on. Make it when the try begins.

    It is not this machine's clock: a workflow's time may be skipped.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> datetime:
        """Return the time."""
        return activity.info().started_time + timedelta(seconds=time.monotonic() - self._began)
