"""What an answer's headers say of time: its date, and when to ask again."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any


def parsed_date(text: Any) -> datetime | None:  # Any: the answer can hold anything
    """Return a date in the form of e-mail and HTTP; None if it is none."""
    if not isinstance(text, str):
        return None
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def retry_after(text: str, now: datetime | None, longest: timedelta) -> timedelta | None:
    """Return how long `Retry-After` asks to wait: a second at least, `longest` at most."""
    text = text.strip()
    if text.isdecimal() and len(text) < 7:
        wait = timedelta(seconds=int(text))
    elif until := parsed_date(text):
        wait = until - (now or datetime.now(UTC))
    else:
        return None
    return min(max(wait, timedelta(seconds=1)), longest)
