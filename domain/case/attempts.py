"""All attempts of a case: planned, under way, and made (docs/rules.md, section 4)."""

from bisect import insort
from collections.abc import Callable, Container
from datetime import datetime

from domain.case.attempt import Attempt, Channel, Purpose, Scheduled
from domain.shared.account import Account, Confirmation
from domain.shared.result import Result
from domain.shared.state import State

Unwanted = Callable[[Scheduled], bool]
"""Whether an attempt, planned or under way, is to stop."""


class Attempts(State):
    """An attempt is planned, then under way, then made. It never goes back."""

    agenda: tuple[Scheduled, ...] = ()
    """Those planned, in the order of time."""
    under_way: tuple[Attempt, ...] = ()
    made: tuple[Attempt, ...] = ()
    entry_count: int = 0
    """How many entries the agenda has had, redials aside."""

    @property
    def count(self) -> int:
        """All that were begun or recorded so far, those under way included."""
        return len(self.made) + len(self.under_way)

    @property
    def ringing(self) -> bool:
        """Whether a call is under way."""
        return any(attempt.channel.rings for attempt in self.under_way)

    def is_planned_or_under_way(self, about: Purpose) -> bool:
        """Whether the seller is being reached, or is to be reached, for this."""
        return any(attempt.about is about for attempt in (*self.agenda, *self.under_way))

    def schedule(
        self,
        channel: Channel,
        about: Purpose,
        due: datetime,
        *,
        note: str | None = None,
        plan: int | None = None,
        redial_of: Scheduled | None = None,
        to: str | None = None,
        confirms: Confirmation | None = None,
    ) -> None:
        """Put an attempt into the agenda."""
        if redial_of is None:
            self.entry_count += 1
        planned = Scheduled(
            channel=channel,
            about=about,
            due=due,
            entry=redial_of.entry if redial_of else self.entry_count,
            redial=redial_of.redial + 1 if redial_of else 0,
            note=note,
            plan=plan,
            to=to,
            confirms=confirms,
        )
        agenda = list(self.agenda)
        insort(agenda, planned, key=_in_order)
        self.agenda = tuple(agenda)

    def email(
        self, about: Purpose, now: datetime, note: str | None = None, plan: int | None = None
    ) -> None:
        """Plan an e-mail to the seller for this moment; `plan` is the version it answers."""
        self.schedule(Channel.EMAIL, about, now, note=note, plan=plan)

    def begin(
        self,
        planned: Scheduled,
        account: Account,
        outreach_number: int,
        now: datetime,
        latest: datetime | None = None,
    ) -> None:
        """Make an attempt of an entry of the agenda: from here on it is under way."""
        self.under_way += (self._attempt(planned, account, outreach_number, now, latest),)

    def skip(
        self, planned: Scheduled, account: Account, outreach_number: int, now: datetime
    ) -> Attempt:
        """Record that an entry of the agenda was not attempted."""
        attempt = self._attempt(planned, account, outreach_number, now)
        return self._record(attempt, Result.SKIPPED)

    def conclude(self, number: int, result: Result) -> Attempt | None:
        """Record what came of an attempt; None if no such attempt is under way."""
        attempt = next((a for a in self.under_way if a.number == number), None)
        if attempt is None:
            return None
        self.under_way = tuple(a for a in self.under_way if a is not attempt)
        return self._record(attempt, result)

    def bounce(self, number: int) -> None:
        """Record that an e-mail that the mail server had accepted has come back."""
        self.made = tuple(
            a.model_copy(update={"result": Result.BOUNCED}) if a.number == number else a
            for a in self.made
        )

    def come_back_from(self, address: str, passing: Container[int | None]) -> bool:
        """Return whether all e-mails to an address came back, up to the last one that did.

        One that was sent later may still do so. Those numbered in `passing` do not count.
        """
        results = [
            email.result
            for email in self.made
            if email.channel is Channel.EMAIL
            and email.to == address
            and email.number not in passing
        ]
        if Result.BOUNCED not in results:
            return False
        last = len(results) - results[::-1].index(Result.BOUNCED)
        return Result.ACCEPTED not in results[:last]

    def drop(self, unwanted: Unwanted) -> None:
        """Take entries out of the agenda."""
        self.agenda = tuple(planned for planned in self.agenda if not unwanted(planned))

    def cancel(self, unwanted: Unwanted) -> None:
        """Stop attempts under way. Each is under way until its result is known."""
        self.under_way = tuple(
            a.model_copy(update={"wanted": False}) if unwanted(a) else a for a in self.under_way
        )

    def stop(self, unwanted: Unwanted) -> None:
        """Stop attempts, planned or under way."""
        self.drop(unwanted)
        self.cancel(unwanted)

    def _attempt(
        self,
        planned: Scheduled,
        account: Account,
        outreach_number: int,
        now: datetime,
        latest: datetime | None = None,
    ) -> Attempt:
        self.drop(lambda entry: entry is planned)
        to = planned.to or planned.channel.address(account)
        return Attempt(
            **{**vars(planned), "to": to},
            extension=account.extension if planned.channel.rings else None,
            number=self.count + 1,
            at=now,
            outreach_number=outreach_number,
            latest=latest,
        )

    def _record(self, attempt: Attempt, result: Result) -> Attempt:
        ended = attempt.model_copy(update={"result": result})
        self.made += (ended,)
        return ended


def _in_order(planned: Scheduled) -> tuple[datetime, bool]:
    """By time; of two due together the e-mail goes first."""
    return planned.due, planned.channel.rings
