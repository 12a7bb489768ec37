"""Section 2 once more, counted out day by day from nothing but what was recorded.

Written apart from domain/enrollment, to check it: it forgets no day, and its calendar is its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

from domain.enrollment.status import EnrollmentStatus
from domain.shared.account import SellingPlan

DAY = timedelta(days=1)
AHEAD = 200
"""Days looked ahead: more than a window."""

_LENGTHS = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}


def minus_six_months(day: date) -> date:
    """The same day of the month half a year before, or the last one there is."""
    year, month = (day.year, day.month - 6) if day.month > 6 else (day.year - 1, day.month + 6)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    last = 29 if leap and month == 2 else _LENGTHS[month]
    return date(year, month, min(day.day, last))


@cache
def window(day: date) -> frozenset[date]:
    """Every day after `day` minus 6 calendar months, up to and including `day`."""
    before = minus_six_months(day)
    return frozenset(before + n * DAY for n in range(1, (day - before).days + 1))


class DayByDay:
    """Each day with its rating, if the rating of `today` stays as it is."""

    def __init__(self, recorded: Mapping[date, int], today: date) -> None:
        self.today = today
        self.ratings: dict[date, int] = {}
        rating = None
        day = min(recorded, default=today)
        while day <= today + AHEAD * DAY:
            rating = recorded.get(day, rating)
            if rating is not None:
                self.ratings[day] = rating
            day += DAY
        self._met: dict[date, bool] = {}
        self._known = frozenset(self.ratings)
        self._below = frozenset(day for day, rating in self.ratings.items() if rating < 250)

    def rating(self) -> int | None:
        return self.ratings.get(self.today)

    def days_below(self, day: date) -> int:
        return len(window(day) & self._below)

    def days_on_record(self, day: date) -> int:
        return len(window(day) & self._known)

    def is_met(self, day: date) -> bool:
        if day not in self._met:
            self._met[day] = self.days_below(day) <= 10 and window(day) <= self._known
        return self._met[day]

    def qualifies_on(self) -> date | None:
        return next((day for day in self._days_to_come() if self.is_met(day)), None)

    def changes_on(self) -> date | None:
        today = self.is_met(self.today)
        return next((day for day in self._days_to_come() if self.is_met(day) != today), None)

    def _days_to_come(self) -> Iterator[date]:
        return (self.today + n * DAY for n in range(AHEAD + 1))


@lru_cache(maxsize=256)
def _day_by_day(recorded: frozenset[tuple[date, int]], today: date) -> DayByDay:
    return DayByDay(dict(recorded), today)


@lru_cache(maxsize=4096)
def _is_met(recorded: frozenset[tuple[date, int]], today: date) -> bool:
    return _day_by_day(recorded, today).is_met(today)


class Confirmed(NamedTuple):
    """A change of number or address, as its e-mail to an address must tell it."""

    to: str
    number_changed: bool
    number_ends: str | None
    email_changed: bool


def confirmations(
    number: tuple[str | None, str | None],
    address: tuple[str | None, str | None],
    told: Iterable[str] = (),
) -> list[Confirmed]:
    """Who is e-mailed what of a change (before, after); who was `told` already is not again.

    To the address there was before, and to a new one. What was not known has not changed.
    """
    number_changed = number[0] is not None and number[0] != number[1]
    email_changed = address[0] is not None and address[0] != address[1]
    if address[0] is None or not (number_changed or email_changed):
        return []
    ends = number[1][-2:] if number_changed and number[1] else None
    to = [a for a in dict.fromkeys(address) if a is not None and a not in told]
    return [Confirmed(a, number_changed, ends, email_changed) for a in to]


@dataclass
class Seller:
    """All there is to know of a seller, noted down by somebody beside the engine."""

    plan: SellingPlan | None = None
    number: str | None = None
    number_valid: bool = False
    address: str | None = None
    expelled: bool = False
    deactivated: bool = False
    must_be_verified: bool = False
    """Whether only a proven number enrolls."""
    proven: bool = False
    prove_by: datetime | None = None
    """Until when a number that was changed while enrolled needs no proof."""
    put_offs: int = 0
    """How many times that was put off."""
    recorded: dict[date, int] = field(default_factory=dict)

    def copy(self) -> "Seller":
        """One that later notes do not change."""
        return replace(self, recorded=dict(self.recorded))

    def time_to_prove_passes(self, now: datetime, *, ours_to_blame: bool) -> bool:
        """Whether it is put off."""
        if self.prove_by is None or now < self.prove_by:
            return False
        is_put_off = ours_to_blame and self.put_offs < 14
        self.prove_by = now + DAY if is_put_off else None
        self.put_offs += is_put_off
        return is_put_off

    def days(self, today: date) -> DayByDay:
        """Each day up to today, and those to come."""
        return _day_by_day(frozenset(self.recorded.items()), today)

    def status_on(self, day: date) -> EnrollmentStatus:
        """What the requirements say."""
        if self.expelled:
            return EnrollmentStatus.EXPELLED
        if self.deactivated:
            return EnrollmentStatus.NOT_ELIGIBLE
        met = _is_met(frozenset(self.recorded.items()), day)
        if self.plan is not SellingPlan.PROFESSIONAL or not met:
            return EnrollmentStatus.NOT_ELIGIBLE
        proven = self.proven or not self.must_be_verified or self.prove_by is not None
        valid = self.number is not None and self.number_valid and proven
        return EnrollmentStatus.ENROLLED if valid else EnrollmentStatus.INVITED
