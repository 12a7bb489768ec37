"""The 72 hours: planning attempts, making them, and what follows (docs/rules.md, section 4)."""

from datetime import datetime, timedelta
from typing import assert_never

from domain.case.attempt import (
    GOT_THROUGH,
    LATE,
    OUTREACH,
    Attempt,
    CallEnded,
    Channel,
    Purpose,
    Result,
    Scheduled,
)
from domain.case.calling_hours import CallingWindow, closes_at, next_opening, plan_calls
from domain.case.state import CaseState
from domain.case.status import EventKind, Status

_HOUR = timedelta(hours=1)
_IN_ORDER = tuple(sorted(Channel, key=lambda channel: channel.rings))
"""Of two that are due together, what rings goes last."""
_HOURS_AHEAD = timedelta(days=2)
"""Calling hours are asked for again when less than this is known of them."""


class Outreach(CaseState):
    """A case that reaches its seller: keeps an agenda, performs it, reads the results."""

    # --- planning -------------------------------------------------------------------------

    def begin_outreach(self, now: datetime) -> None:
        """Notice at once, a new agenda, a provisional deadline never earlier than before."""
        self.outreach += 1
        self.noticed_at = None
        self.deadline = max(now + self.rules.window, self.deadline or now)
        # An earlier notice still on its way would only repeat what the new one says. A call
        # that is ringing already is the best thing that can happen, and goes on.
        self.call_off(lambda a: not a.channel.rings and a.about in OUTREACH)
        self.log(now, EventKind.OUTREACH_BEGAN)
        self._plan_outreach(now, self.rules.email_hours)

    def _plan_outreach(self, base: datetime, email_hours: tuple[float, ...]) -> None:
        self.base = base
        self.agenda = tuple(p for p in self.agenda if p.about not in OUTREACH)
        for channel in _IN_ORDER:
            match channel:
                case Channel.EMAIL:
                    self._plan_outreach_emails(base, email_hours)
                case Channel.CALL:
                    self.plan_outreach_calls(base)
                case _:
                    assert_never(channel)

    def _plan_outreach_emails(self, base: datetime, hours: tuple[float, ...]) -> None:
        for hour in hours:
            about = Purpose.FINAL_NOTICE if hour == hours[-1] else Purpose.NOTICE
            self.plan(Channel.EMAIL, about, base + hour * _HOUR)

    def plan_outreach_calls(self, now: datetime, *, call_now: bool = False) -> None:
        """Lay out anew the outreach's calls that are still to come, redials aside."""
        assert self.base is not None
        future = [p for p in self._planned_calls() if not _unplanned(p) and p.due >= now]
        self.agenda = tuple(p for p in self.agenda if p not in future)
        if self.cannot_call:
            return
        moments = {self.base + hour * _HOUR for hour in self.rules.call_hours}
        moments |= {p.due for p in future} | ({now} if call_now else set())
        calls = plan_calls(
            moments,
            begins=now,
            deadline=self.base + self.rules.window,
            hours=self.hours,
            spacing=self.rules.call_spacing,
            last_call=self._last_call(),
        )
        for due in calls:
            self.plan(Channel.CALL, Purpose.NOTICE, due)

    def request(self, now: datetime) -> None:
        """Plan the call the seller asked for: at once, whatever the hour."""
        self._drop_calls_before(now + self.rules.call_spacing)
        self.plan(Channel.CALL, Purpose.REQUESTED, now)

    def plan_conversation_call(self, now: datetime) -> None:
        """Keep one call planned for a conversation still to be held, if there is none."""
        assert self.conversation_due is not None
        calls = (*self.agenda, *self.under_way)
        if self.cannot_call or any(p.about is Purpose.CONVERSATION for p in calls):
            return
        earliest = max(now, self.conversation_due)
        if last := self._last_call():
            earliest = max(earliest, last + self.rules.call_spacing)
        due = next_opening(earliest, self.hours)
        if due and self.deadline and due < self.deadline:
            self.plan(Channel.CALL, Purpose.CONVERSATION, due)

    def hours_run_short(self, now: datetime) -> bool:
        """Whether calls are to be planned for which the calling hours are not known yet."""
        if not self.hours:
            return False
        known_until = self.hours[-1].closes
        if self.status is Status.CONTACTING:
            return self.base is not None and known_until <= self.base + self.rules.window
        wanted = self.conversation_wanted and not self.cannot_call
        return wanted and known_until <= now + _HOURS_AHEAD

    def learn_hours(self, hours: tuple[CallingWindow, ...], now: datetime) -> None:
        """Take in calling hours further ahead."""
        past = tuple(o for o in self.hours if o.opens < hours[0].opens)
        self.hours = past[-2:] + hours
        if self.status is Status.CONTACTING:
            # An outreach that began before its hours were known has its first call coming.
            calls = (*self.attempts, *self.under_way, *self.agenda)
            none_yet = not any(c.channel.rings for c in calls if self._of_outreach(c))
            self.plan_outreach_calls(now, call_now=none_yet and self.rules.call_hours[0] == 0)

    def _of_outreach(self, attempt: Scheduled) -> bool:
        """Whether an attempt, planned or made, belongs to the present outreach."""
        if attempt.about not in OUTREACH:
            return False
        return not isinstance(attempt, Attempt) or attempt.outreach == self.outreach

    @property
    def conversation_wanted(self) -> bool:
        """Whether the seller is being called for the conversation that is required."""
        return self.status is Status.WORKING and self.conversation_required

    @property
    def may_call(self) -> bool:
        """Whether the seller may still be called, as far as the case stands now."""
        to_come = [p for p in (*self.agenda, *self.under_way) if p.channel.rings]
        return not self.cannot_call and (bool(to_come) or self.conversation_wanted)

    def takes_requests(self, now: datetime) -> bool:
        """Whether "contact me now" would call the seller: their page has the button then."""
        again = self.call_again_from
        waits = again is not None and again > now
        return self.is_open and not self.cannot_call and not waits

    def _planned_calls(self) -> list[Scheduled]:
        return [p for p in self.agenda if p.channel.rings]

    def _drop_calls_before(self, moment: datetime) -> None:
        self.agenda = tuple(p for p in self.agenda if not p.channel.rings or p.due >= moment)

    def _last_call(self) -> datetime | None:
        """When the number was last called, is being called, or is to be called beside the plan."""
        made = [a for a in self.attempts if a.result is not Result.SKIPPED]
        number = self.account.emergency_phone
        calls = [a.at for a in (*made, *self.under_way) if a.channel.rings and a.to == number]
        calls += [p.due for p in self._planned_calls() if _unplanned(p)]
        return max(calls, default=None)

    # --- making attempts ------------------------------------------------------------------

    def begin_due(self, now: datetime) -> None:
        """Begin what is due. Of what is overdue, only the newest of each channel is made."""
        if not self.agenda or self.agenda[0].due > now:
            return
        due = [p for p in self.agenda if p.due <= now]
        for channel in _IN_ORDER:
            of_channel = [p for p in due if p.channel is channel]
            match channel:
                case Channel.EMAIL:
                    self._begin_emails(of_channel, now)
                case Channel.CALL:
                    self._begin_call(of_channel, now)
                case _:
                    assert_never(channel)

    def _begin_emails(self, emails: list[Scheduled], now: datetime) -> None:
        notices = [email for email in emails if email.about in OUTREACH]
        for email in emails:
            if email in notices[:-1]:
                self.record_unmade(email, now, Result.SKIPPED)
            else:
                self.begin(email, now)

    def _begin_call(self, calls: list[Scheduled], now: datetime) -> None:
        if not calls or any(a.channel.rings for a in self.under_way):
            return
        *older, newest = calls
        for call in older:
            self.record_unmade(call, now, Result.SKIPPED)
        latest = self._latest(newest)
        made = now < latest
        if made:
            self.begin(newest, now, latest)
        else:
            self.record_unmade(newest, now, Result.SKIPPED)
        if made and now - newest.due > LATE:
            self._drop_calls_before(now + self.rules.call_spacing)
        if newest.about is Purpose.CONVERSATION:
            self.conversation_due = now + self.rules.conversation_call_every if made else now

    def _latest(self, call: Scheduled) -> datetime:
        """The moment from which on a call may not be dialled any more."""
        if call.about is Purpose.REQUESTED:
            return call.due + self.rules.call_timeout
        closes = closes_at(call.due, self.hours) or call.due
        return min(closes, self.deadline) if self.deadline else closes

    def skip_rest(self, now: datetime) -> None:
        """Record the notices that our own delay kept from going out before the deadline."""
        for planned in self.agenda:
            if planned.about in OUTREACH:
                self.record_unmade(planned, now, Result.SKIPPED)

    # --- reading results ------------------------------------------------------------------

    def read_result(self, number: int, ended: CallEnded, now: datetime) -> Attempt | None:
        """Record what came of an attempt, and draw section 4's conclusions.

        None if no such attempt is under way.
        """
        attempt = next((a for a in self.under_way if a.number == number), None)
        if attempt is None:
            return None
        result = ended.result
        self.conclude(attempt, result, now, ended.served_by)
        if ended.dialled_at is not None:
            self._drop_calls_before(ended.dialled_at + self.rules.call_spacing)
        of_outreach = self._of_outreach(attempt)
        if self.status is Status.CONTACTING and of_outreach and result in GOT_THROUGH:
            self._got_through(attempt, now)
        if result is Result.BUSY:
            self._redial(attempt, now)
        if result is Result.INVALID_NUMBER and attempt.to == self.account.emergency_phone:
            self.number_is_invalid(now)
        return attempt

    def _got_through(self, attempt: Attempt, now: datetime) -> None:
        if self.noticed_at is not None or self.base is None:
            return
        self.noticed_at = now
        self.deadline = max(now + self.rules.window, self.deadline or now)
        self.log(now, EventKind.CLOCK_STARTED)
        if now - self.base <= self.rules.late_notice:
            return
        # The notice itself is what the first e-mail of a new agenda would be.
        emails = self.rules.email_hours
        on_its_way = attempt.channel is Channel.EMAIL or any(
            a.channel is Channel.EMAIL and a.about in OUTREACH for a in self.under_way
        )
        self.agenda = tuple(p for p in self.agenda if p.about not in OUTREACH)
        self._plan_outreach(now, emails[1:] if on_its_way and emails[0] == 0 else emails)

    def _redial(self, attempt: Attempt, now: datetime) -> None:
        due = now + self.rules.redial_after
        still_wanted = attempt.wanted and (
            (self._of_outreach(attempt) and self.status is Status.CONTACTING)
            or (attempt.about is Purpose.CONVERSATION and self.conversation_wanted)
        )
        if (
            still_wanted
            and attempt.redial < self.rules.redials
            and closes_at(due, self.hours)
            and (self.deadline is None or due < self.deadline)
        ):
            self._drop_calls_before(due + self.rules.call_spacing)
            self.plan(Channel.CALL, attempt.about, due, redial_of=attempt)

    def number_is_invalid(self, now: datetime) -> None:
        """End calling until the number changes, and see that an e-mail asks for it."""
        self.invalid_since = now
        self.agenda = tuple(p for p in self.agenda if not p.channel.rings)
        self.log(now, EventKind.NUMBER_INVALID)
        # In contacting the notices to come ask for it.
        if self.is_open and self.status is not Status.CONTACTING:
            self.email(Purpose.NUMBER_NEEDED, now)


def _unplanned(call: Scheduled) -> bool:
    """Whether a call came up beside the plan: a redial, or one the seller asked for."""
    return call.redial > 0 or call.about is Purpose.REQUESTED
