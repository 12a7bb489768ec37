"""How often something may be asked for: at a distance, and so many times in 24 hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wait:
    """From when on something may be asked for again, and why not before."""

    until: datetime
    day_is_full: bool
    """Whether the number in 24 hours is the reason, and not the distance to the last time."""


def full_until(times: Sequence[datetime], per_day: int, now: datetime) -> datetime | None:
    """Return until when the number in 24 hours is reached; None if it is not."""
    wait = wait_after(times, timedelta(0), per_day)
    return wait.until if wait is not None and now < wait.until else None


def wait_after(times: Sequence[datetime], spacing: timedelta, per_day: int) -> Wait | None:
    """Return the wait after the times at which it was asked for, in order; None before any."""
    if not times:
        return None
    spaced = times[-1] + spacing
    day_over = times[-per_day] + DAY if len(times) >= per_day else spaced
    return Wait(max(spaced, day_over), day_is_full=day_over > spaced)
