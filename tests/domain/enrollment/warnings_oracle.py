"""Section 2's warnings once more, from nothing but what was recorded and what was sent.

Written apart from domain/enrollment/warnings.py, to check it: it goes through every day, also
those on which the engine slept.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.domain.enrollment.status_oracle import DAY, Seller

AGAIN_AFTER = timedelta(days=30)


@dataclass
class Warner:
    """Notes down which warnings are owed to a seller, and which they have had."""

    today: date
    at: tuple[int, ...] | None = None
    """At how many days below they are warned; None while that is not known."""
    had: dict[int, date] = field(default_factory=dict)
    """By which number of days, and when."""
    failed_on: date | None = None
    """When the last one did not arrive."""

    def copy(self) -> "Warner":
        """One that later notes do not change."""
        return Warner(self.today, self.at, dict(self.had), self.failed_on)

    def time_passes(self, seller: Seller, until: date) -> None:
        """A warning may come again if on a day long after it fewer days are below."""
        days = seller.days(until)
        while self.had:
            for number, on in list(self.had.items()):
                if self.today >= on + AGAIN_AFTER and days.days_below(self.today) < number:
                    del self.had[number]
            if self.today >= until:
                break
            self.today += DAY
        self.today = until

    def owed(self, below: int) -> tuple[int, ...]:
        """The numbers that have been reached without a warning."""
        return tuple(n for n in self.at or () if n <= below and n not in self.had)

    def sent(self, numbers: tuple[int, ...], on: date, *, arrived: bool) -> None:
        """A warning that arrived need not say again that these have been reached."""
        if not arrived:
            self.failed_on = on
            return
        for number in numbers:
            self.had.setdefault(number, on)
