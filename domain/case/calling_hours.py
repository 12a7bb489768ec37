"""When a seller may be called, and where planned calls go (docs/rules.md, section 3).

Everything here is arithmetic on absolute moments. The seller's zone enters once, in
`calling_hours`, which an activity calls: two machines can know different time-zone data.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta, tzinfo
from typing import NamedTuple

_LAST_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


class CallingWindow(NamedTuple):
    """A stretch in which calls may be dialled: from `opens` until before `closes`."""

    opens: datetime
    closes: datetime


def calling_hours(
    quiet_from: time, quiet_until: time, zone: tzinfo, start: datetime, until: datetime
) -> tuple[CallingWindow, ...]:
    """Every opening from the one at or after `start` to the first that closes after `until`.

    In UTC, daylight saving of `zone` included.
    """
    openings: list[CallingWindow] = []
    day = start.astimezone(zone).date() - _DAY
    while not openings or openings[-1].closes <= until:
        closing_day = day if quiet_from > quiet_until else day + _DAY
        opens = datetime.combine(day, quiet_until, zone).astimezone(start.tzinfo)
        closes = datetime.combine(closing_day, quiet_from, zone).astimezone(start.tzinfo)
        # A clock change can swallow a short opening whole.
        if closes > start and opens < closes:
            openings.append(CallingWindow(opens, closes))
        day += _DAY
    return tuple(openings)


def closes_at(moment: datetime, hours: Sequence[CallingWindow]) -> datetime | None:
    """The end of the opening that `moment` lies in; None in quiet hours."""
    return next((closes for opens, closes in hours if opens <= moment < closes), None)


def next_opening(moment: datetime, hours: Sequence[CallingWindow]) -> datetime | None:
    """The first moment allowed, `moment` or later; None beyond the known hours."""
    return next((max(opens, moment) for opens, closes in hours if moment < closes), None)


def moved_into_hours(
    moment: datetime, deadline: datetime, hours: Sequence[CallingWindow]
) -> datetime | None:
    """Where a call planned for `moment` goes.

    Out of quiet hours to the next opening; where that would pass the deadline, back to the
    last minute allowed before it; None where there is none, or where the hours are not known
    that far.
    """
    due = next_opening(moment, hours)
    if due is None:
        return None
    if due < deadline:
        return due
    last = max((closes for _, closes in hours if closes <= moment), default=None)
    return last - _LAST_MINUTE if last else None


def plan_calls(
    moments: Iterable[datetime],
    *,
    begins: datetime,
    deadline: datetime,
    hours: Sequence[CallingWindow],
    spacing: timedelta,
    last_call: datetime | None,
) -> list[datetime]:
    """The calls left of `moments` once moved into calling hours, in order of time.

    None is before `begins`, and none closer than `spacing` to the one before, planned or
    (`last_call`) made.
    """
    placed = {moved_into_hours(m, deadline, hours) for m in moments}
    kept: list[datetime] = []
    for due in sorted(d for d in placed if d is not None and d >= begins):
        before = kept[-1] if kept else last_call
        if before is None or due - before >= spacing:
            kept.append(due)
    return kept
