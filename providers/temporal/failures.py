"""How a try of an activity fails. The messages carry no personal data."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from providers.protocols import NotNow, ProviderFailed

NOT_NOW = "NotNow"
"""The type of a failure that no provider is the cause of, such as a call that goes on."""
_COUNTER = "case72_provider_failures"

log = structlog.get_logger("provider")


@contextmanager
def provider_failures() -> Iterator[None]:
    """Turn a provider's failure into one that Temporal retries. Log why in one line.

    What Temporal is told is encrypted there, and the SDK logs no failure of this category.
    """
    try:
        yield
    except ProviderFailed as failure:
        if not isinstance(failure, NotNow):
            meter = activity.metric_meter()
            meter.create_counter(_COUNTER, "Tries that a provider failed").add(1)
            of = activity.info()
            log.warning(
                "a try failed",
                activity=of.activity_type,
                workflow=of.workflow_id,
                attempt=of.attempt,
                why=str(failure),
            )
        raise ApplicationError(
            str(failure),
            type=NOT_NOW if isinstance(failure, NotNow) else "ProviderFailed",
            category=ApplicationErrorCategory.BENIGN,
            next_retry_delay=failure.retry_after,
        ) from None


class CallGoesOn(NotNow):
    """The call has not ended. Look at it again after the given time."""

    def __init__(self, look_after: timedelta) -> None:
        super().__init__("the call goes on", look_after)


class CalledAnew(NotNow):
    """The call never rang. The next try places another at once."""

    def __init__(self) -> None:
        super().__init__("the call never rang, and is placed anew", timedelta(milliseconds=1))


class Overtaken(NotNow):
    """The present try has timed out, and another one goes on instead. Nothing is to be done."""

    def __init__(self) -> None:
        super().__init__("this try of the activity has timed out")
