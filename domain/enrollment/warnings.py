"""The warnings of days below that a seller was sent (docs/rules.md, section 2)."""

from datetime import date, timedelta

from domain.enrollment.letters import Letter
from domain.shared.result import Result
from domain.shared.state import State
from domain.shared.text import Frozen

WARN_AGAIN_AFTER = timedelta(days=30)
"""Corrections that go back and forth come within days, and must not repeat a warning."""


class Warned(Frozen):
    """A warning threshold that the seller was warned about, and the day of the warning."""

    days: int
    on: date


class Warnings(State):
    """The warnings of a seller."""

    days: tuple[int, ...] | None = None
    """At how many days below the seller is warned. None until the setting is needed."""
    given: tuple[Warned, ...] = ()
    """The warnings that were sent, and are not sent again for now."""
    failed_on: date | None = None
    """The day on which the last undelivered warning bounced or failed."""

    def learn_days(self, days: tuple[int, ...] | None) -> None:
        """Take in at how many days below the seller is warned; None to look it up again."""
        self.days = days

    def allow_now(self) -> None:
        """Allow another warning today, to a new address."""
        self.failed_on = None

    def reached(self, below: int) -> tuple[int, ...]:
        """Return the days below at which a warning is due and was not given."""
        return tuple(days for days in self._not_given() if days <= below)

    def next_after(self, below: int) -> int | None:
        """Return at how many days below the next warning is due; None if at none."""
        return min((days for days in self._not_given() if days > below), default=None)

    def record(self, warning: Letter, result: Result, today: date) -> None:
        """Record the result of a warning, even if it was cancelled while it was being sent.

        After a warning that failed or bounced, another is written the next day.
        """
        if result is not Result.ACCEPTED:
            self.failed_on = today
            return
        given = {warned.days for warned in self.given}
        said = (days for days in warning.warns_at if days not in given)
        self.given += tuple(Warned(days=days, on=today) for days in said)

    def forget(self, below: int, today: date) -> None:
        """Allow a warning again if it is long ago and there are fewer days below than it said."""
        self.given = tuple(
            w for w in self.given if below >= w.days or today - w.on < WARN_AGAIN_AFTER
        )

    def _not_given(self) -> list[int]:
        given = {warned.days for warned in self.given}
        return [days for days in self.days or () if days not in given]
