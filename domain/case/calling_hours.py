"""When a seller may be called, and where planned calls go (docs/rules.md, section 3).

Everything here is arithmetic on absolute moments. The seller's zone enters once, in
`calling_hours`, which an activity calls: two machines can know different time-zone data.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zlib import crc32

_LAST_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


class CallingWindow(NamedTuple):
    """A time in which calls may be dialled: from `opens` on, and before `closes`."""

    opens: datetime
    closes: datetime


def calling_hours(
    quiet_from: time, quiet_until: time, zone: tzinfo, start: datetime, until: datetime
) -> tuple[CallingWindow, ...]:
    """Return the windows from `start` on, up to the first that closes after `until`.

    They are in UTC. The clock changes of `zone` are included.
    """
    windows: list[CallingWindow] = []
    day = start.astimezone(zone).date() - _DAY
    while not windows or windows[-1].closes <= until:
        closing_day = day if quiet_from > quiet_until else day + _DAY
        opens = datetime.combine(day, quiet_until, zone).astimezone(start.tzinfo)
        closes = datetime.combine(closing_day, quiet_from, zone).astimezone(start.tzinfo)
        # A clock change can leave nothing of a short window.
        if closes > start and opens < closes:
            windows.append(CallingWindow(opens, closes))
        day += _DAY
    return tuple(windows)


def share_of(case_id: str) -> float:
    """Return a number from 0 to below 1, the same for a case for ever, spread evenly over cases."""
    return crc32(case_id.encode()) / 2**32


def closes_at(moment: datetime, hours: Sequence[CallingWindow]) -> datetime | None:
    """Return the end of the window that `moment` is in; None in quiet hours."""
    return next((closes for opens, closes in hours if opens <= moment < closes), None)


def moved_to_opening(
    moment: datetime, hours: Sequence[CallingWindow], delay: timedelta, ends: datetime
) -> datetime | None:
    """Return the first allowed moment from `moment` on; None beyond the known hours.

    If that is an opening, it is later by `delay`, but by half of what is left before the window
    closes, or before `ends`, at most.
    """
    window = next((w for w in hours if moment < w.closes), None)
    if window is None:
        return None
    if window.opens <= moment:
        return moment
    left = max(min(window.closes, ends) - window.opens, timedelta(0))
    return window.opens + min(delay, left / 2)


def moved_into_hours(
    moment: datetime, ends: datetime, hours: Sequence[CallingWindow], delay: timedelta
) -> datetime | None:
    """Move a call that is planned for `moment` out of the quiet hours.

    It goes to the next window. If that opens at `ends` or later, the call goes back to the
    last minute of the window before. Return None if there is none, or if the hours are not known
    that far ahead.
    """
    due = moved_to_opening(moment, hours, delay, ends)
    if due is None:
        return None
    if due < ends:
        return due
    last = max((closes for _, closes in hours if closes <= moment), default=None)
    return last - _LAST_MINUTE if last else None


def spaced_calls(
    moments: Iterable[datetime],
    *,
    begins: datetime,
    ends: datetime,
    hours: Sequence[CallingWindow],
    spacing: timedelta,
    last_call: datetime | None,
    delay: timedelta = timedelta(0),
) -> list[datetime]:
    """Return the calls of `moments` after moving them into calling hours, in order of time.

    A call that is moved to an opening comes later by `delay`, where that leaves it time.
    Calls before `begins` are left out. So are calls closer than `spacing` to the call before,
    whether that is planned or already made (`last_call`).
    """
    placed = {moved_into_hours(m, ends, hours, delay) for m in moments}
    kept: list[datetime] = []
    for due in sorted(d for d in placed if d is not None and d >= begins):
        before = kept[-1] if kept else last_call
        if before is None or due - before >= spacing:
            kept.append(due)
    return kept
