"""A world in which a witness watches that the rules hold at every step (docs/rules.md)."""

from collections import Counter
from datetime import datetime
from typing import Any

from domain.case.announcements import announcements
from domain.case.attempt import NOTICES, Attempt, Channel, Purpose
from domain.case.case import Case
from domain.case.events import (
    AddIssue,
    ChangeContact,
    Confirm,
    Decide,
    Decision,
    EventKind,
    ReceiveBounce,
    ReceiveReply,
    RecordConversation,
    ReportContact,
    ReportHarm,
    RequestCall,
    SubmitPlan,
)
from domain.case.policy import effective_policy
from domain.case.status import OPEN, Status
from domain.case.steps import LookAtAccount, Reach, Step, TellDesk
from domain.shared.announcements import EventType
from domain.shared.errors import Refused
from domain.shared.events import Event, RecordDeactivation, SendLink
from domain.shared.result import Result
from domain.shared.steps import Announce, WaitUntil
from reference.time_zones import zone_of
from tests.domain.case.build import ADDRESS, NUMBER
from tests.domain.case.oracle import Witness
from tests.domain.case.world import Task, World

SIGNS_OF_THE_SELLER = (ReportContact, ReceiveReply, RequestCall, SubmitPlan, RecordConversation)


class WatchedWorld(World):
    """Plays a case as `World` does, and checks whatever the case does against the rules."""

    def __init__(self, opened_at: datetime, **script: Any) -> None:
        policy = effective_policy(script.get("policy"))
        self.witness = Witness(policy, NUMBER, ADDRESS, not_called=bool(script.get("not_called")))
        self.promised: datetime | None = None
        """The contact deadline while it stands."""
        super().__init__(opened_at, **script)

    # --- time ---------------------------------------------------------------------------------

    def _advance(self) -> tuple[Step, ...]:
        before, made = self.case.status, len(self.case.attempts.made)
        steps = super()._advance()
        self._check_that_asking_again_changes_nothing(steps)
        self._check_that_something_is_waited_for(steps)
        self.witness.skipped += sum(
            a.result is Result.SKIPPED and a.about in NOTICES
            for a in self.case.attempts.made[made:]
        )
        self._check_that_what_is_recorded_was_made()
        self._check_that_every_change_is_confirmed()
        if self.case.status is not before:
            self._check_what_the_timer_did(before)
        self._check_what_was_announced(steps)
        self._check_that_the_deadline_stands()
        return steps

    def _check_what_was_announced(self, steps: tuple[Step, ...]) -> None:
        """Section 7: each once, in order; what was not yet is under way, if anybody listens."""
        case = self.case
        ids = [event.id for event in self.announced]
        every = announcements(case.id, case.account, case.timeline.entries)
        assert ids == [event.id for event in every][: len(ids)]
        happened = {
            EventType.CASE_OPENED: int(case.policy is not None),
            EventType.CASE_REACHED: int(case.reached),
            EventType.CASE_PLAN_SUBMITTED: len(case.plans.versions),
            EventType.CASE_ESCALATED: sum(
                e.what is EventKind.STATUS and e.status is Status.ESCALATED
                for e in case.timeline.entries
            ),
            EventType.CASE_CLOSED: int(case.closed_at is not None),
        }
        if case.policy is not None:
            assert Counter(event.type for event in every) == +Counter(happened)
            assert (Announce() in steps) == (case.announces and len(ids) < len(every))

    def _check_that_what_is_recorded_was_made(self) -> None:
        """An attempt that was not begun is none, but for one that we were too late for."""
        for attempt in self.case.attempts.made:
            assert attempt.number in self.witness.seen or attempt.result is Result.SKIPPED

    def _check_that_every_change_is_confirmed(self) -> None:
        """Section 5: however the case ends meanwhile."""
        case, seen = self.case, self.witness.seen
        confirming = [
            x
            for x in (*case.attempts.under_way, *case.attempts.agenda)
            if x.about is Purpose.CONTACT_CHANGED
        ]
        assert all(x.wanted for x in confirming if isinstance(x, Attempt)), "never called off"
        begun = {a.number for a in confirming if isinstance(a, Attempt)} & set(seen)
        assert len(confirming) - len(begun) == len(self.witness.owed)

    def _check_that_asking_again_changes_nothing(self, steps: tuple[Step, ...]) -> None:
        before = self.case.model_copy()
        assert super()._advance() == steps
        assert self.case == before

    def _check_that_something_is_waited_for(self, steps: tuple[Step, ...]) -> None:
        if self.case.closed_at is not None:
            told = any(event.type is EventType.CASE_CLOSED for event in self.announced)
            opened = self.case.policy is not None
            owed = self.case.announces and opened and not told
            assert steps == ((Announce(),) if owed else ())
            return
        hangs_up = any(
            Reach(attempt.number) in self._tasks for attempt in self.case.attempts.under_way
        )
        assert steps or self._called_off or hangs_up
        timers = [step.moment for step in steps if isinstance(step, WaitUntil)]
        assert all(moment > self.now for moment in timers)
        if self.case.status in (Status.ESCALATED, Status.PLAN_REVIEW):
            told_now = any(isinstance(step, TellDesk) for step in steps)
            trying = any(attempt.wanted for attempt in self.case.attempts.under_way)
            assert told_now or trying or min(timers) <= self.now + self.case.rules.desk_reminder

    def _check_what_the_timer_did(self, before: Status) -> None:
        """Neither an event nor a result changed the status, only time."""
        case = self.case
        if before is not Status.CONTACTING:
            assert (before, case.status) == (Status.WORKING, Status.ESCALATED)
            return
        assert not self.witness.reached
        assert case.deadline is not None
        assert self.now >= case.deadline
        tried = self.witness.really_tried(case.deadline)
        assert case.status is (Status.DEACTIVATING if tried else Status.ESCALATED)

    def _check_that_the_deadline_stands(self) -> None:
        """While we try to reach the seller it never moves earlier."""
        deadline = self.case.deadline if self.case.status is Status.CONTACTING else None
        if deadline is not None and self.promised is not None:
            assert deadline >= self.promised
        self.promised = deadline

    # --- attempts -----------------------------------------------------------------------------

    def _perform(self, step: Step) -> Task:
        if isinstance(step, Reach):
            self._check_that_it_may_begin(step.number)
        return super()._perform(step)

    def _check_that_it_may_begin(self, number: int) -> None:
        case = self.case
        attempt = next(a for a in case.attempts.under_way if a.number == number)
        self.witness.begins(attempt, self.now)
        assert attempt.at == self.now
        if case.status is Status.CONTACTING:
            assert case.deadline is not None
            assert self.now < case.deadline
        if attempt.channel is Channel.CALL:
            assert attempt.latest is not None
            assert self.now < attempt.latest
            assert [a for a in case.attempts.under_way if a.channel is Channel.CALL] == [attempt]
            hour = self.now.astimezone(zone_of(case.account.time_zone)).hour
            assert 8 <= hour < 21 or attempt.about is Purpose.REQUESTED

    def _tell(self, step: Step, task: Task) -> None:
        before = self.case.status
        super()._tell(step, task)
        if isinstance(step, Reach):
            self.witness.ends(step.number, task.outcome, self.now)
            if task.outcome is Result.CONNECTED and before in OPEN:
                self.witness.reached = True
                assert self.case.status is not Status.CONTACTING
        opening = before is Status.CONTACTING and self.case.outreach.count == 0
        assert opening or before is self.case.status or self._is_result(before, task, step)

    def _is_result(self, before: Status, task: Task, step: Step) -> bool:
        """Whether a result may have changed the status: contact, or how deactivating ended."""
        if isinstance(step, LookAtAccount):
            return task.outcome is False and self.case.status is Status.DEACTIVATED
        if before is Status.CONTACTING:
            return task.outcome is Result.CONNECTED and self.case.status is Status.WORKING
        becomes = Status.DEACTIVATED if task.outcome is True else Status.ESCALATED
        return before is Status.DEACTIVATING and self.case.status is becomes

    # --- events -------------------------------------------------------------------------------

    def _hand_over(self, event: Event) -> None:
        case, before = self.case, self.case.model_copy()
        try:
            super()._hand_over(event)
        except Refused:
            assert self.case is case
            assert case == before
            raise
        assert case == before, "an event tried on a copy leaves the original alone"
        # Of an account that is deactivated, until the case has closed, harm alone is taken.
        expels = before.account_deactivated and isinstance(event, ReportHarm | AddIssue)
        over = isinstance(event, RecordDeactivation) and self.case == before
        assert before.status in OPEN or before.status is Status.DEACTIVATING or expels or over
        if isinstance(event, SIGNS_OF_THE_SELLER):
            self.witness.reached = True
            assert self.case.status is not Status.CONTACTING
        if isinstance(event, ReceiveBounce):
            self.witness.bounces(event.attempt)
        if isinstance(event, ChangeContact):
            self.witness.changed(
                event.emergency_phone,
                event.email,
                event.confirmed,
                own=bool(event.by_seller) if event.from_enrollment else event.by == "seller",
            )
        if isinstance(event, SendLink):
            assert not self.witness.refuses_link(self.now)
            self.witness.links += (self.now,)
            self._check_that_a_link_changes_nothing_else(before)
        if isinstance(event, SubmitPlan):
            self._check_what_became_of_a_plan(before, event)
        if self.case.status is Status.PLAN_REVIEW and isinstance(event, Decide):
            assert self.case.desk_due == self._desk_hears_of_a_plan()
        if self.case.status is Status.CONTACTING and (
            isinstance(event, Decide)
            or (isinstance(event, AddIssue) and event.issue not in before.issues)
        ):
            self.witness.outreach_begins()
        if self.case.status is Status.DEACTIVATING and before.status in OPEN:
            assert self._deactivates(event)

    def _check_that_a_link_changes_nothing_else(self, before: Case) -> None:
        """Section 5: no contact, and it stops nothing; an e-mail is planned, at once."""
        case = self.case
        (link,) = [p for p in case.attempts.agenda if p not in before.attempts.agenda]
        assert link.about is Purpose.FRESH_LINK
        assert (link.channel, link.due, link.to) == (Channel.EMAIL, self.now, None)
        rest = case.model_copy()
        rest.attempts.drop(lambda planned: planned is link)
        rest.attempts.entry_count = before.attempts.entry_count
        rest.timeline, rest.bytes_written = before.timeline, before.bytes_written
        assert rest == before

    def _check_what_became_of_a_plan(self, before: Case, event: SubmitPlan) -> None:
        """Section 5: the same text again is no new version; of a new one the desk hears at once."""
        case = self.case
        if self._waits_with_the_same_text(before, event):
            assert (case.plans, case.desk_due) == (before.plans, before.desk_due)
            return
        assert case.plans.versions[:-1] == before.plans.versions
        assert case.plans.versions[-1].plan == event
        if case.status is Status.PLAN_REVIEW:
            assert case.desk_due == self._desk_hears_of_a_plan()
        else:
            assert case.desk_due == before.desk_due, "an escalation is told again in its own time"

    def _desk_hears_of_a_plan(self) -> datetime:
        rules = self.case.rules
        return self.now if rules.desk_told_of_plans else self.now + rules.desk_reminder

    @staticmethod
    def _waits_with_the_same_text(case: Case, event: SubmitPlan) -> bool:
        if case.status not in {Status.PLAN_REVIEW, Status.ESCALATED} or not case.plans.versions:
            return False
        newest = case.plans.versions[-1]
        told = [
            n for n, e in enumerate(case.timeline.entries) if e.what is EventKind.PLAN_SUBMITTED
        ][-1]
        joined = [e for e in case.timeline.entries[told:] if e.what is EventKind.ISSUE_JOINED]
        lists = ("root_causes", "corrective_actions", "preventive_measures", "evidence", "files")
        same = all(getattr(event, name) == getattr(newest.plan, name) for name in lists)
        return same and newest.reviewed_at is None and not joined

    def _deactivates(self, event: Event) -> bool:
        harmful = isinstance(event, AddIssue) and event.issue.harmful
        decided = isinstance(event, Decide) and event.decision is Decision.DEACTIVATE
        confirmed = isinstance(event, Confirm) and event.confirm
        alone = decided and not self.case.rules.second_person
        return harmful or alone or confirmed or isinstance(event, ReportHarm)
