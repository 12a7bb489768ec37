"""Sellers are warned before the days below end an enrollment (docs/rules.md, section 2)."""

from datetime import date, datetime, timedelta

from domain.case.attempt import Result
from domain.enrollment.letters import Letters
from domain.enrollment.state import EnrollmentStatus, Letter, LetterPurpose, Warned

WARN_AGAIN_AFTER = timedelta(days=30)
"""A correction that goes back and forth comes within days."""


class Warnings(Letters):
    """An enrollment that warns: `warn_days` are the days below at which it does."""

    def used_up(self, today: date) -> int:
        """How many of the days below that an enrollment takes are used up; 0 where it is none."""
        return self.ratings.days_below(today) if self.status is EnrollmentStatus.ENROLLED else 0

    def warnings_looked_up(self, days: tuple[int, ...]) -> None:
        """At how many days below sellers are warned, as it is set now."""
        self.warn_days = days

    def warn(self, today: date, now: datetime) -> None:
        """Write that the days below are running out, where that is so and was not said."""
        self.forget_warnings(today)
        below = self.used_up(today)
        if not below:
            self.warn_days = None  # looked up anew when it matters again
        # Without an address it is written later.
        reached = self.account.email is not None and self._reached(below)
        # One that waits says what is so, or is not sent.
        self.outbox = tuple(
            x
            for x in self.outbox
            if x.about is not LetterPurpose.DAYS_BELOW or (reached and x.days_below == below)
        )
        waits = any(x.about is LetterPurpose.DAYS_BELOW for x in self.outbox)
        if reached and not waits and self.warning_failed_on != today:
            self.write(LetterPurpose.DAYS_BELOW, now, days_below=below, warns_at=reached)

    def next_warning(self, today: date) -> date | None:
        """The next day on which a warning is to be written or looked at again; None if never."""
        if any(letter.about is LetterPurpose.DAYS_BELOW for letter in self.outbox):
            return today + timedelta(days=1)  # it has not left yet, and says what is so today
        below = self.used_up(today)
        if self.warning_failed_on == today and self._reached(below):
            return today + timedelta(days=1)
        more = [days for days in self._not_warned_of() if days > below]
        return self.ratings.reaches(today, min(more)) if more else None

    def has_warned(self, letter: Letter, result: Result, today: date) -> None:
        """A warning left, though it may have been called off before it was known to have.

        One that never left, or came back, has warned nobody: another is written the next day.
        """
        if letter.about is not LetterPurpose.DAYS_BELOW:
            return
        if result is not Result.ACCEPTED:
            self.warning_failed_on = today
            return
        warned = {warning.days for warning in self.warned}
        said = (days for days in letter.warns_at if days not in warned)
        self.warned += tuple(Warned(days=days, on=today) for days in said)

    def forget_warnings(self, today: date) -> None:
        """A warning may be sent again when long after it there are fewer days below."""
        if self.warned:
            below = self.ratings.days_below(today)
            self.warned = tuple(
                w for w in self.warned if below >= w.days or today - w.on < WARN_AGAIN_AFTER
            )

    def _reached(self, below: int) -> tuple[int, ...]:
        return tuple(days for days in self._not_warned_of() if days <= below)

    def _not_warned_of(self) -> list[int]:
        warned = {warning.days for warning in self.warned}
        return [days for days in self.warn_days or () if days not in warned]
