"""Codes, moments and spans in words."""

from datetime import datetime, timedelta


def utc(at: datetime) -> str:
    """`2026-11-23 17:00 UTC`."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def left(span: timedelta) -> str:
    """`71 h 59 min left`, or that it has passed."""
    if span < timedelta():
        return "passed"
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min left"
