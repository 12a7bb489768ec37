"""The chart of an account's ratings, on the sellers' page and at the desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.enrollment.ratings import GOOD, Rating, window_length, window_start

TOP = 1000
"""The best possible rating, at the top of the chart."""


@dataclass(frozen=True)
class Mark:
    """A month's first day on the chart. `x` is in percent of the width."""

    x: str
    day: date


@dataclass(frozen=True)
class Chart:
    """The rating over the window: a step line in a box of `width` days and `TOP` points."""

    ratings: tuple[Rating, ...]
    today: date

    @property
    def width(self) -> int:
        """The number of days in the window."""
        return window_length(self.today)

    @property
    def points(self) -> str:
        """The corners of the line, from the first known day to the end of today."""
        corners: list[tuple[int, int]] = []
        for rating, until in self._spans():
            corners += [(self._x(rating.date), rating.rating), (self._x(until), rating.rating)]
        return " ".join(f"{x},{TOP - y}" for x, y in corners)

    @property
    def low(self) -> list[tuple[int, int]]:
        """The stretches below: the first day of each, and its number of days."""
        return [
            (self._x(rating.date), self._x(until) - self._x(rating.date))
            for rating, until in self._spans()
            if rating.rating < GOOD
        ]

    @property
    def good_at(self) -> int:
        """The distance from the top to the line of a good rating."""
        return TOP - GOOD

    @property
    def good(self) -> int:
        """The lowest good rating."""
        return GOOD

    @property
    def months(self) -> list[Mark]:
        """The first days of months, except those too near to the right edge for a name."""
        start = window_start(self.today)
        days = (start + timedelta(days=n) for n in range(self.width))
        firsts = [day for day in days if day.day == 1]
        marks = [Mark(f"{self._x(day) / self.width:.1%}", day) for day in firsts]
        return [mark for mark in marks if float(mark.x[:-1]) < 93]

    @property
    def lowest(self) -> int:
        """The lowest rating of the window."""
        return min(rating.rating for rating in self.ratings)

    @property
    def highest(self) -> int:
        """The highest rating of the window."""
        return max(rating.rating for rating in self.ratings)

    def _spans(self) -> Iterable[tuple[Rating, date]]:
        ends = [rating.date for rating in self.ratings[1:]]
        return zip(self.ratings, [*ends, self.today + timedelta(days=1)], strict=True)

    def _x(self, day: date) -> int:
        return (day - window_start(self.today)).days
