"""A case: what each event does to it, and what is to be done next (docs/rules.md, section 5).

The events are in domain/case/desk_updates.py. Here time passes: `advance` is the only question the
workflow asks, and `done` tells the case what came of what it wanted.
"""

from datetime import datetime

from domain.case.attempt import OUTREACH, CallEnded, Purpose, Result
from domain.case.desk_updates import Working
from domain.case.really_tried import in_words, shortfall
from domain.case.state import ALREADY_DEACTIVATED
from domain.case.status import CLOSED, EventKind, Reason, Status
from domain.case.steps import (
    CaseFacts,
    Deactivate,
    Expel,
    LookUp,
    LookUpHours,
    Reach,
    ShareContact,
    Step,
    TellDeactivation,
    TellDesk,
    WaitUntil,
)
from domain.case.timeline import ENGINE
from domain.shared.account import ContactNews


class Case(Working):
    """The whole of a case."""

    def advance(self, now: datetime) -> tuple[Step, ...]:
        """Let time pass until `now`; answer every step that is to be under way from here on.

        A step under way that is not in the answer is to be called off. A closed case wants
        nothing; asking again at the same moment changes nothing.
        """
        if self.closed_at is not None:
            return ()
        if self.policy is None:
            # A case cancelled before it opened has nothing to undo and nobody to tell.
            return self._close(now) if self.status in CLOSED else (LookUp(),)
        self._let_deadline_pass(now)
        self._begin_attempts(now)
        steps = self._wanted(now)
        if self.status in CLOSED and not steps and not self.under_way:
            return self._close(now)
        if moment := self._next_moment(now):
            steps.append(WaitUntil(moment))
        return tuple(steps)

    def _begin_attempts(self, now: datetime) -> None:
        if not self._deadline_passed(now):
            self.begin_due(now)
        if self.conversation_wanted:
            self.plan_conversation_call(now)
            self.begin_due(now)

    def _wanted(self, now: datetime) -> list[Step]:
        """Every step that is to be under way, but for waiting."""
        steps: list[Step] = [Reach(a.number) for a in self.under_way if a.wanted]
        if self.status is Status.DEACTIVATING:
            steps.append(Deactivate())
        steps += self._programme_is_to_hear()
        if self.contact_news.fields:
            steps.append(ShareContact())
        if self.desk_due is not None and self.desk_due <= now:
            steps.append(TellDesk(self.desk_due))
        if self.hours_run_short(now):
            steps.append(LookUpHours())
        return steps

    def _programme_is_to_hear(self) -> list[Step]:
        if self.harm is not None and not self.expelled:
            return [Expel()]  # first, so that the seller is written to of that
        if self.account_deactivated and not self.deactivation_told:
            return [TellDeactivation()]
        return []

    # --- time -----------------------------------------------------------------------------

    def _deadline_passed(self, now: datetime) -> bool:
        """Whether it is too late to begin an attempt of the 72 hours."""
        return (
            self.status is Status.CONTACTING and self.deadline is not None and now >= self.deadline
        )

    def _let_deadline_pass(self, now: datetime) -> None:
        if self.deadline is None or now < self.deadline:
            return
        if self.status is Status.WORKING:
            self.escalate(now, Reason.NO_COOPERATION)
        # A notice under way is let finish, and counts. Anything else has no say in it.
        trying = any(attempt.about in OUTREACH for attempt in self.under_way)
        if self.status is not Status.CONTACTING or trying:
            return
        self.skip_rest(now)
        missing = shortfall(self)
        if self.noticed_at is None:
            self.escalate(now, Reason.NO_NOTICE)
        elif missing:
            self.escalate(now, Reason.NOT_REALLY_TRIED)
            self.log(now, EventKind.ESCALATED, missing=missing, note=in_words(missing, self))
        else:
            self.deactivate(now, Reason.NOT_REACHED)

    def _next_moment(self, now: datetime) -> datetime | None:
        moments = [p.due for p in self.agenda if p.due > now][:1]
        if self.desk_due is not None:
            moments.append(self.desk_due)
        if self.deadline is not None and self.status in (Status.CONTACTING, Status.WORKING):
            moments.append(self.deadline)
        return min((m for m in moments if m > now), default=None)

    def _close(self, now: datetime) -> tuple[Step, ...]:
        self.closed_at = now
        self.log(now, EventKind.CLOSED)
        return ()

    # --- what came of a step --------------------------------------------------------------

    def looked_up(self, facts: CaseFacts, now: datetime) -> None:
        """The case opens: harm is looked at first, then coverage, then the clock (section 3)."""
        if self.policy is not None or not self.is_open:
            return
        self.policy, self.hours, self.overrides = facts.policy, facts.hours, None
        self.shares_contact = facts.shares_contact
        self.log(now, EventKind.OPENED, self.opened_by)
        self.not_called = facts.not_called
        if self.not_called is not None:
            self.log(now, EventKind.NUMBER_NOT_CALLED, note=self.not_called)
        harmful = next((issue for issue in self.issues if issue.harmful), None)
        if harmful is not None:
            reporter = "opening" if self.opened_by == ENGINE else self.opened_by
            self.harmful_issue(reporter, harmful.id, now)
        elif facts.deactivated:
            self.account_deactivated = True
            self.set_status(now, Status.NOT_COVERED, ALREADY_DEACTIVATED)
        elif facts.not_covered is not None:
            self.set_status(now, Status.NOT_COVERED, facts.not_covered)
        else:
            self.begin_outreach(now)

    def reached_out(self, number: int, ended: Result | CallEnded, now: datetime) -> None:
        """An attempt ended. Only a connected call is contact."""
        ended = ended if isinstance(ended, CallEnded) else CallEnded(result=ended)
        attempt = self.read_result(number, ended, now)
        if attempt and ended.result is Result.CONNECTED and self.is_open:
            self.seller_turned_up(now, by="seller")

    def told_desk(self, due: datetime, told: bool, now: datetime) -> None:
        """The desk was told, or could not be; it is told again while it has not acted."""
        if due != self.desk_due:
            return
        self.log(now, EventKind.DESK_TOLD if told else EventKind.DESK_NOT_TOLD)
        again = due + self.rules.desk_reminder
        if told and again <= now:
            again = now + self.rules.desk_reminder
        self.desk_due = max(again, now)

    def deactivated(self, done: bool, now: datetime) -> None:
        """The account service deactivated the account, or failed for 24 hours."""
        if self.status is not Status.DEACTIVATING:
            return
        if done:
            self.account_deactivated = True
            self.end(now, Status.DEACTIVATED, self.reason, Purpose.DEACTIVATED)
        else:
            self.log(now, EventKind.DEACTIVATION_FAILED)
            self.escalate(now, Reason.DEACTIVATION_FAILED)

    def deactivation_held(self, now: datetime) -> None:
        """Operations let nobody be deactivated for silence for now: a person decides.

        Harm that was reported meanwhile is carried out all the same: it is tried again for that.
        """
        if self.status is Status.DEACTIVATING and self.harm is None:
            self.escalate(now, Reason.SILENCE_HELD)

    def expelled_from_programme(self, now: datetime) -> None:
        """The programme took the expulsion."""
        self.expelled = True
        self.log(now, EventKind.EXPELLED)

    def told_deactivation(self, now: datetime) -> None:
        """The programme knows that the account is deactivated."""
        self.deactivation_told = True

    def shared_contact(self, news: ContactNews, told: bool, now: datetime) -> None:
        """The enrollment heard the news, or could not be told in time."""
        if news == self.contact_news:
            self.contact_news = news.told()
        if not told:
            self.log(now, EventKind.CONTACT_NOT_SHARED)
