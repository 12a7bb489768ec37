"""Warnings to sellers before days below end the enrollment (docs/rules.md, section 2)."""

from datetime import date, datetime, timedelta

from domain.case.attempt import Result
from domain.enrollment.letters import Letters
from domain.enrollment.state import EnrollmentStatus, Letter, LetterPurpose, Warned

WARN_AGAIN_AFTER = timedelta(days=30)
"""Corrections that go back and forth come within days, and must not repeat a warning."""


class Warnings(Letters):
    """An enrollment's warnings. `warn_days` are the days below at which the seller is warned."""

    def used_up(self, today: date) -> int:
        """Return how many allowed days below are used up; 0 if the seller is not enrolled."""
        return self.ratings.days_below(today) if self.status is EnrollmentStatus.ENROLLED else 0

    def warnings_looked_up(self, days: tuple[int, ...]) -> None:
        """Record the setting that says at how many days below sellers are warned."""
        self.warn_days = days

    def warn(self, today: date, now: datetime) -> None:
        """Write a warning if few allowed days below are left and the seller was not told."""
        self.forget_warnings(today)
        below = self.used_up(today)
        if not below:
            self.warn_days = None  # look the setting up again when it is needed again
        # Without an address the warning is written later.
        reached = self.account.email is not None and self._reached(below)
        # Drop a waiting warning that is no longer true.
        self.outbox = tuple(
            x
            for x in self.outbox
            if x.about is not LetterPurpose.DAYS_BELOW or (reached and x.days_below == below)
        )
        waits = any(x.about is LetterPurpose.DAYS_BELOW for x in self.outbox)
        if reached and not waits and self.warning_failed_on != today:
            self.write(LetterPurpose.DAYS_BELOW, now, days_below=below, warns_at=reached)

    def next_warning(self, today: date) -> date | None:
        """Return the next day on which to write or check a warning; None if there is none."""
        if any(letter.about is LetterPurpose.DAYS_BELOW for letter in self.outbox):
            return today + timedelta(days=1)  # the waiting warning is true for today only
        below = self.used_up(today)
        if self.warning_failed_on == today and self._reached(below):
            return today + timedelta(days=1)
        more = [days for days in self._not_warned_of() if days > below]
        return self.ratings.reaches(today, min(more)) if more else None

    def has_warned(self, letter: Letter, result: Result, today: date) -> None:
        """Record the result of a warning, even if it was cancelled while it was being sent.

        After a warning that failed or bounced, another is written the next day.
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
        """Allow a warning again if it is long ago and there are fewer days below than it said."""
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
