"""What the page shows of an enrollment: the progress of each requirement, and a chart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.enrollment.ratings import (
    DAYS_BELOW_ALLOWED,
    GOOD,
    Rating,
    window_length,
    window_start,
)
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.view import Requirement, StandingView

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


@dataclass(frozen=True)
class EnrollmentPage:
    """An enrollment as its seller sees it."""

    view: StandingView

    @property
    def status(self) -> EnrollmentStatus:
        """The status of the enrollment."""
        return self.view.status

    @property
    def deactivated(self) -> bool:
        """Whether the account is deactivated, whatever the status of the enrollment."""
        return self.view.deactivated

    @property
    def tone(self) -> str:
        """The tone of the page: `act`, `wait`, `done` or `over`."""
        if self.deactivated:
            return "over"
        tones = {
            EnrollmentStatus.ENROLLED: "done",
            EnrollmentStatus.INVITED: "act",
            EnrollmentStatus.EXPELLED: "over",
        }
        return tones.get(self.status, "wait")

    @property
    def reason(self) -> EnrollmentReason:
        """Why the enrollment has its status."""
        return self.view.reason

    def met(self, requirement: str) -> bool:
        """Return whether a requirement is met."""
        return next(r.met for r in self.view.requirements if r.name == Requirement(requirement))

    @property
    def window(self) -> int:
        """The number of days in the window."""
        return window_length(self.view.today)

    @property
    def days_short(self) -> int:
        """By how many days the record is too short."""
        return self.window - self.view.days_on_record

    @property
    def allowed(self) -> int:
        """How many days of the window may be below."""
        return DAYS_BELOW_ALLOWED

    @property
    def days_left(self) -> int | None:
        """How many more days may be below; None if no day was, or the seller is not enrolled."""
        below = self.view.days_below
        return self.allowed - below if self.status is EnrollmentStatus.ENROLLED and below else None

    @property
    def good(self) -> int:
        """The lowest good rating."""
        return GOOD

    @property
    def qualifies_on(self) -> date | None:
        """The day on which the rating will meet the requirement; None if it does today."""
        on = self.view.qualifies_on
        over = self.deactivated or self.status is EnrollmentStatus.EXPELLED
        awaited = on is not None and not self.met("rating") and not over
        return on if awaited else None

    @property
    def chart(self) -> Chart | None:
        """The chart of six months; None if no rating is known."""
        return Chart(self.view.ratings, self.view.today) if self.view.ratings else None
