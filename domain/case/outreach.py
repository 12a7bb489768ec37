"""The outreach of a case: when the seller is called and written to (docs/rules.md, section 4).

An attempt that is due is begun here; what its result means for the case is in step_results.py.
"""

from datetime import datetime, timedelta
from typing import assert_never

from pydantic import Field

from domain.case.attempt import (
    DIALLED_LATE,
    GOT_THROUGH,
    NOTICES,
    Attempt,
    CallEnded,
    Channel,
    Purpose,
    Scheduled,
)
from domain.case.attempts import Attempts
from domain.case.calling_hours import CallingWindow, closes_at, moved_to_opening, spaced_calls
from domain.case.emergency_number import EmergencyNumber
from domain.case.policy import Policy
from domain.shared.account import Account, contact_of
from domain.shared.result import Result
from domain.shared.state import State

_HOUR = timedelta(hours=1)
_IN_ORDER = tuple(sorted(Channel, key=lambda channel: channel.rings))
"""Of two that are due together, what rings goes last."""


class Outreach(State):
    """The agenda and its clock, what came of each attempt, and when the number may be called."""

    count: int = 0
    """How often it has begun. Attempts carry it as their `outreach_number`."""
    agenda_start: datetime | None = None
    """What the agenda's hours count from."""
    noticed_at: datetime | None = None
    """When this outreach's first notice got through."""
    deadline: datetime | None = None
    """Until when the seller has time: to be reached, then to work with us."""
    attempts: Attempts = Field(default_factory=Attempts)

    calling_hours: tuple[CallingWindow, ...] = ()
    """When the seller may be called, for the weeks ahead."""
    delay: timedelta = timedelta(0)
    """How long after an opening the calls that are moved to it are made."""
    number: EmergencyNumber = Field(default_factory=EmergencyNumber)
    own_contacts: tuple[str, ...] = ()
    """The numbers and addresses on file when the case opened, and those that the seller has given
    since (`contact_of`). Others may have given the present ones."""
    conversation_due: datetime | None = None
    """From when on the seller is called for a conversation."""

    def open(
        self,
        account: Account,
        calling_hours: tuple[CallingWindow, ...],
        not_called: str | None,
        delay: timedelta,
    ) -> None:
        """Take in what was on file, and what was looked up, when the case opened."""
        self.own_contacts = contact_of(account)
        self.calling_hours, self.number.not_called = calling_hours, not_called
        self.delay = delay

    def stop_calling(self, now: datetime) -> None:
        """End calling until the number, which is invalid, changes."""
        self.number.invalid_since = now
        self.attempts.drop(lambda planned: planned.channel.rings)

    def call_again(self, now: datetime) -> None:
        """Begin calling again: there is another number, or we call the present one now."""
        self.number = EmergencyNumber()
        self.conversation_due = now

    # --- planning -------------------------------------------------------------------------

    def begin(self, now: datetime, rules: Policy, account: Account) -> None:
        """Notice at once, a new agenda, a provisional deadline never earlier than before."""
        self.count += 1
        self.noticed_at = None
        self.deadline = max(now + rules.window, self.deadline or now)
        # An earlier notice still on its way would only repeat what the new one says. A call
        # that is ringing already is the best thing that can happen, and goes on.
        self.attempts.cancel(lambda a: not a.channel.rings and a.about in NOTICES)
        self._plan(now, rules.email_hours, rules, account)

    def _plan(
        self, start: datetime, email_hours: tuple[float, ...], rules: Policy, account: Account
    ) -> None:
        self.agenda_start = start
        self.attempts.drop(lambda planned: planned.about in NOTICES)
        for channel in _IN_ORDER:
            match channel:
                case Channel.EMAIL:
                    self._plan_emails(start, email_hours)
                case Channel.CALL:
                    self.plan_calls(start, rules, account)
                case _:
                    assert_never(channel)

    def _plan_emails(self, start: datetime, email_hours: tuple[float, ...]) -> None:
        for hour in email_hours:
            about = Purpose.FINAL_NOTICE if hour == email_hours[-1] else Purpose.NOTICE
            self.attempts.schedule(Channel.EMAIL, about, start + hour * _HOUR)

    def plan_calls(
        self, now: datetime, rules: Policy, account: Account, *, call_now: bool = False
    ) -> None:
        """Lay out anew the outreach's calls that are still to come, redials aside."""
        assert self.agenda_start is not None
        future = [p for p in self._calls_to_come() if not _is_extra(p) and p.due >= now]
        self.attempts.drop(lambda planned: planned in future)
        if self.number.cannot_be_called:
            return
        moments = {self.agenda_start + hour * _HOUR for hour in rules.call_hours}
        moments |= {p.due for p in future} | ({now} if call_now else set())
        calls = spaced_calls(
            moments,
            begins=now,
            ends=self.agenda_start + rules.window,
            hours=self.calling_hours,
            spacing=rules.call_spacing,
            last_call=self._last_call(account),
            delay=self.delay,
        )
        for due in calls:
            self.attempts.schedule(Channel.CALL, Purpose.NOTICE, due)

    def plan_requested_call(self, now: datetime, rules: Policy) -> None:
        """Plan the call the seller asked for: at once, whatever the hour."""
        self._drop_calls_before(now + rules.call_spacing)
        self.attempts.schedule(Channel.CALL, Purpose.REQUESTED, now)

    def plan_conversation_call(self, now: datetime, rules: Policy, account: Account) -> None:
        """Keep one call planned for a conversation still to be held, if there is none."""
        assert self.conversation_due is not None
        assert self.deadline is not None
        if self.number.cannot_be_called or self.attempts.is_planned_or_under_way(
            Purpose.CONVERSATION
        ):
            return
        earliest = max(now, self.conversation_due)
        if last := self._last_call(account):
            earliest = max(earliest, last + rules.call_spacing)
        due = moved_to_opening(earliest, self.calling_hours, self.delay, self.deadline)
        if due and due < self.deadline:
            self.attempts.schedule(Channel.CALL, Purpose.CONVERSATION, due)

    def learn_hours(self, hours: tuple[CallingWindow, ...]) -> None:
        """Take in calling hours further ahead."""
        past = tuple(o for o in self.calling_hours if o.opens < hours[0].opens)
        self.calling_hours = past[-2:] + hours

    def knows_hours_after(self, moment: datetime) -> bool:
        """Whether calling hours are known beyond a moment."""
        return self.calling_hours[-1].closes > moment

    @property
    def has_call(self) -> bool:
        """Whether this outreach has a call, made or still to be made."""
        attempts = self.attempts
        calls = (*attempts.made, *attempts.under_way, *attempts.agenda)
        return any(call.channel.rings for call in calls if self.includes(call))

    def includes(self, attempt: Scheduled) -> bool:
        """Whether an attempt, planned or made, belongs to the present outreach."""
        if attempt.about not in NOTICES:
            return False
        return not isinstance(attempt, Attempt) or attempt.outreach_number == self.count

    def _calls_to_come(self) -> list[Scheduled]:
        return [p for p in self.attempts.agenda if p.channel.rings]

    def _drop_calls_before(self, moment: datetime) -> None:
        self.attempts.drop(lambda planned: planned.channel.rings and planned.due < moment)

    def _last_call(self, account: Account) -> datetime | None:
        """When the number was last called, is being called, or is to be called beside the plan."""
        made = [a for a in self.attempts.made if a.result is not Result.SKIPPED]
        number = account.emergency_phone
        calls = [
            a.at for a in (*made, *self.attempts.under_way) if a.channel.rings and a.to == number
        ]
        calls += [p.due for p in self._calls_to_come() if _is_extra(p)]
        return max(calls, default=None)

    # --- making attempts ------------------------------------------------------------------

    def begin_due(self, now: datetime, rules: Policy, account: Account) -> tuple[Attempt, ...]:
        """Begin what is due, and answer what was skipped instead.

        Of what is overdue, only the newest of each channel is made.
        """
        agenda = self.attempts.agenda
        if not agenda or agenda[0].due > now:
            return ()
        due = [p for p in agenda if p.due <= now]
        skipped: list[Attempt] = []
        for channel in _IN_ORDER:
            of_channel = [p for p in due if p.channel is channel]
            match channel:
                case Channel.EMAIL:
                    skipped += self._begin_emails(of_channel, now, account)
                case Channel.CALL:
                    skipped += self._begin_call(of_channel, now, rules, account)
                case _:
                    assert_never(channel)
        return tuple(skipped)

    def _begin_emails(
        self, emails: list[Scheduled], now: datetime, account: Account
    ) -> list[Attempt]:
        skipped = []
        notices = [email for email in emails if email.about in NOTICES]
        for email in emails:
            if email in notices[:-1]:
                skipped.append(self.attempts.skip(email, account, self.count, now))
            else:
                self.attempts.begin(email, account, self.count, now)
        return skipped

    def _begin_call(
        self, calls: list[Scheduled], now: datetime, rules: Policy, account: Account
    ) -> list[Attempt]:
        if not calls or self.attempts.ringing:
            return []
        *older, newest = calls
        skipped = [self.attempts.skip(call, account, self.count, now) for call in older]
        latest = self._latest(newest, rules)
        made = now < latest
        if made:
            self.attempts.begin(newest, account, self.count, now, latest)
        else:
            skipped.append(self.attempts.skip(newest, account, self.count, now))
        if made and now - newest.due > DIALLED_LATE:
            self._drop_calls_before(now + rules.call_spacing)
        if newest.about is Purpose.CONVERSATION:
            self.conversation_due = now + rules.conversation_call_every if made else now
        return skipped

    def _latest(self, call: Scheduled, rules: Policy) -> datetime:
        """The moment from which on a call may not be dialled any more."""
        if call.about is Purpose.REQUESTED:
            return call.due + rules.call_timeout
        closes = closes_at(call.due, self.calling_hours) or call.due
        return min(closes, self.deadline) if self.deadline else closes

    def skip_rest(self, now: datetime, account: Account) -> tuple[Attempt, ...]:
        """Record the notices that our own delay kept from going out before the deadline."""
        rest = [planned for planned in self.attempts.agenda if planned.about in NOTICES]
        return tuple(self.attempts.skip(planned, account, self.count, now) for planned in rest)

    # --- what came of them ----------------------------------------------------------------

    def conclude(self, number: int, ended: CallEnded, rules: Policy) -> Attempt | None:
        """Record what came of an attempt; None if no such attempt is under way."""
        attempt = self.attempts.conclude(number, ended.result)
        if attempt is not None and ended.dialled_at is not None:
            self._drop_calls_before(ended.dialled_at + rules.call_spacing)
        return attempt

    def is_first_notice(self, attempt: Attempt) -> bool:
        """Whether an attempt, just made, is the first of this outreach to get through."""
        got_through = attempt.result in GOT_THROUGH and self.includes(attempt)
        return got_through and self.noticed_at is None and self.agenda_start is not None

    def start_clock(self, first: Attempt, now: datetime, rules: Policy, account: Account) -> None:
        """The first notice got through: the window begins, and if that was late, a new agenda."""
        assert self.agenda_start is not None
        self.noticed_at = now
        self.deadline = max(now + rules.window, self.deadline or now)
        if now - self.agenda_start <= rules.late_notice:
            return
        # The notice itself is what the first e-mail of a new agenda would be.
        emails = rules.email_hours
        on_its_way = first.channel is Channel.EMAIL or any(
            a.channel is Channel.EMAIL and a.about in NOTICES for a in self.attempts.under_way
        )
        emails = emails[1:] if on_its_way and emails[0] == 0 else emails
        self._plan(now, emails, rules, account)

    def redial(self, call: Attempt, now: datetime, rules: Policy) -> None:
        """The line was busy: call once more soon, if the seller may be called then."""
        due = now + rules.redial_after
        in_time = self.deadline is None or due < self.deadline
        if call.redial < rules.redials and closes_at(due, self.calling_hours) and in_time:
            self._drop_calls_before(due + rules.call_spacing)
            self.attempts.schedule(Channel.CALL, call.about, due, redial_of=call)


def _is_extra(call: Scheduled) -> bool:
    """Whether a call came up beside the plan: a redial, or one the seller asked for."""
    return call.redial > 0 or call.about is Purpose.REQUESTED
