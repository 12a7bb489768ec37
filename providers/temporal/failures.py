"""How an activity fails if a provider failed. The messages carry no personal data."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from providers.protocols import NotNow, ProviderFailed

NOT_NOW = "NotNow"
"""The type of a failure that no provider is the cause of, such as a call that goes on."""
_COUNTER = "case72_provider_failures"


@contextmanager
def provider_failures() -> Iterator[None]:
    """Turn a provider's failure into one that Temporal retries and logs in one line."""
    try:
        yield
    except ProviderFailed as failure:
        if not isinstance(failure, NotNow):
            meter = activity.metric_meter()
            meter.create_counter(_COUNTER, "Tries that a provider failed").add(1)
        raise ApplicationError(
            str(failure),
            type=NOT_NOW if isinstance(failure, NotNow) else "ProviderFailed",
            category=ApplicationErrorCategory.BENIGN,
            next_retry_delay=failure.retry_after,
        ) from None
