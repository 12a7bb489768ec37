"""The failures of activities. Their messages carry no personal data."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from providers.protocols import Engaged, ProviderFailed

SILENCE_HELD = "SilenceHeld"
FAILURES = "case72_provider_failures"


class BadInput(ApplicationError):
    """The case was started with invalid input. A retry does not help."""

    def __init__(self, message: str) -> None:
        super().__init__(message, type="BadInput", non_retryable=True)


class SilenceHeld(ApplicationError):
    """Deactivating for silence is held for now. A retry at once does not help."""

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
    """Turn a provider's failure into one that Temporal retries and logs in one line."""
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
