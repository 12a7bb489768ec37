"""The rating requirement, exact to the day (docs/rules.md, section 2).

A rating holds until the next recorded day. Answers about days to come assume that the rating
stays as it is. Days are UTC days.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Annotated, NamedTuple

from dateutil.relativedelta import relativedelta
from pydantic import BeforeValidator, Field

from domain.shared.text import Frozen

GOOD = 250
"""The lowest rating that does not count as below."""
DAYS_BELOW_ALLOWED = 10
MONTHS = 6

_DAY = dt.timedelta(days=1)
_HORIZON = 190
"""After this many days a window holds no day up to today, so nothing changes any more."""


def _iso(value: object) -> object:
    """Accept only YYYY-MM-DD. Otherwise pydantic reads 20260301 as a number of seconds."""
    if isinstance(value, str) and (len(value) != len("2026-03-01") or value[4] != "-"):
        raise ValueError("must be a day such as 2026-03-01")
    if isinstance(value, int | float):
        raise ValueError("must be a day such as 2026-03-01")  # noqa: TRY004 (pydantic wants it)
    return value


def _whole(value: object) -> object:
    digits = isinstance(value, str) and value.isascii() and value.isdigit()
    if isinstance(value, bool) or (isinstance(value, str) and not digits):
        raise ValueError("must be a whole number from 0 to 1000")
    return value


Day = Annotated[dt.date, BeforeValidator(_iso)]
Score = Annotated[int, Field(ge=0, le=1000), BeforeValidator(_whole)]


class Rating(Frozen):
    """The Account Health Rating from one day on."""

    date: Day
    rating: Score


class Outlook(NamedTuple):
    """How the requirement stands on one day."""

    day: dt.date
    on_record: bool
    """Whether the record reaches back to the window's first day."""
    days_below: int

    @property
    def met(self) -> bool:
        """Whether the requirement is met."""
        return self.on_record and self.days_below <= DAYS_BELOW_ALLOWED


@lru_cache(maxsize=4096)
def window_start(day: dt.date) -> dt.date:
    """Return the first day of the window of `day`: the day after `day` minus 6 calendar months."""
    return day - relativedelta(months=MONTHS) + _DAY


def window_length(day: dt.date) -> int:
    """Return the number of days in the window of `day`: 181 to 184."""
    return (day - window_start(day)).days + 1


class RatingRecord(Frozen):
    """The recorded days in order, each of them once."""

    entries: tuple[Rating, ...] = ()

    def recorded(self, ratings: Iterable[Rating]) -> "RatingRecord":
        """Return the record with `ratings` added. Of two ratings of a day the later counts."""
        by_day = {rating.date: rating for rating in chain(self.entries, ratings)}
        return RatingRecord(entries=tuple(by_day[day] for day in sorted(by_day)))

    def kept(self, today: dt.date) -> "RatingRecord":
        """Return the record without entries that no window of today or later needs."""
        start = window_start(today)
        # The last entry on or before the window's first day gives the rating of that day.
        seen_from = sum(entry.date <= start for entry in self.entries) - 1
        return RatingRecord(entries=self.entries[seen_from:]) if seen_from > 0 else self

    def on(self, day: dt.date) -> int | None:
        """Return the rating of a day; None before the first recorded day."""
        return next((e.rating for e in reversed(self.entries) if e.date <= day), None)

    def changes(self, today: dt.date) -> tuple[Rating, ...]:
        """Return the rating on the window's first known day, and each change in the window."""
        start, changes = window_start(today), list[Rating]()
        for entry in self.entries:
            if not changes or entry.rating != changes[-1].rating:
                day = max(entry.date, start)
                # Of the entries before the window only the last counts: it holds on the first day.
                kept = changes[:-1] if changes and changes[-1].date == day else changes
                changes = [*kept, Rating(date=day, rating=entry.rating)]
        return tuple(changes)

    def days_on_record(self, today: dt.date) -> int:
        """Count the days of today's window that have a known rating."""
        if not self.entries:
            return 0
        first = max(self.entries[0].date, window_start(today))
        return max((today - first).days + 1, 0)

    def days_below(self, today: dt.date) -> int:
        """Count the days of today's window that are below."""
        return len(self._days_below(today))

    def is_met(self, today: dt.date) -> bool:
        """Tell whether the requirement is met today."""
        return next(self.outlook(today)).met

    def qualifies_on(self, today: dt.date) -> dt.date | None:
        """Return the first day, today or later, on which the requirement is met; None if never."""
        return next((ahead.day for ahead in self.outlook(today) if ahead.met), None)

    def changes_on(self, today: dt.date) -> dt.date | None:
        """Return the next day on which `met` changes; None if it never does."""
        outlook = self.outlook(today)
        met = next(outlook).met
        return next((ahead.day for ahead in outlook if ahead.met is not met), None)

    def reaches(self, today: dt.date, days_below: int) -> dt.date | None:
        """Return the first day, today or later, with that many days below; None if none."""
        return next((a.day for a in self.outlook(today) if a.days_below >= days_below), None)

    def outlook(self, today: dt.date) -> Iterator[Outlook]:
        """Yield today and the days to come, until nothing changes any more."""
        rating = self.on(today)
        stays_below = rating is not None and rating < GOOD
        below = self._days_below(today)
        first = self.entries[0].date if self.entries else dt.date.max
        for days in range(_HORIZON + 1):
            day = today + days * _DAY
            start = window_start(day)
            count = len(below) - bisect_left(below, start.toordinal())
            if stays_below:
                count += min(days, (day - start).days + 1)
            yield Outlook(day, first <= start, count)

    def _days_below(self, today: dt.date) -> list[int]:
        """Return the ordinals of the days below in today's window."""
        start, end = window_start(today).toordinal(), today.toordinal() + 1
        ends = [entry.date.toordinal() for entry in self.entries[1:]]
        return [
            day
            for entry, until in zip(self.entries, [*ends, end], strict=False)
            if entry.rating < GOOD
            for day in range(max(entry.date.toordinal(), start), min(until, end))
        ]
