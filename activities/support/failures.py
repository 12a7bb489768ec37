"""How activities fail: said in words, never with personal data."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from providers.protocols import Engaged, ProviderFailed

SILENCE_HELD = "SilenceHeld"
FAILURES = "case72_provider_failures"


class BadInput(ApplicationError):
    """The case was started with something nobody can work with; it will not get better."""

    def __init__(self, message: str) -> None:
        super().__init__(message, type="BadInput", non_retryable=True)


class SilenceHeld(ApplicationError):
    """Nobody is deactivated for silence for now; trying again at once would change nothing."""

    def __init__(self, until: datetime) -> None:
        super().__init__(
            f"nobody is deactivated for silence until {until.isoformat()} "
            "(CASE72_SILENCE_HELD_UNTIL)",
            type=SILENCE_HELD,
            non_retryable=True,
            category=ApplicationErrorCategory.BENIGN,
        )


@contextmanager
def provider_failures() -> Iterator[None]:
    """Turn a provider's failure into one that is tried again, and logged in one line."""
    try:
        yield
    except ProviderFailed as failure:
        if not isinstance(failure, Engaged):  # a line that is busy is nobody's outage
            meter = activity.metric_meter()
            meter.create_counter(FAILURES, "Tries that a provider failed").add(1)
        raise ApplicationError(
            str(failure),
            type="ProviderFailed",
            category=ApplicationErrorCategory.BENIGN,
            next_retry_delay=failure.retry_after,
        ) from None
