"""What the page shows of a case. It takes only what is for the seller from the view.

It leaves out the timeline and its notes, the names of the desk's people, and who reported harm.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.case.attempt import Channel, Purpose
from domain.case.events import Review
from domain.case.plans import Plan
from domain.case.status import CLOSED, HAS_DEADLINE, OPEN, READS_PLANS, Status
from domain.case.timeline import CHANGES_THE_CASE
from domain.case.view import AttemptView, CaseView
from domain.shared.result import Result
from page import words
from page.enrollment_page import EnrollmentPage
from page.plan_form import mark_of
from web.languages import Left
from web.seller_words import STATUS, WHY_ENDED

_TONES = {
    Status.CONTACTING: "urgent",
    Status.WORKING: "act",
    Status.PLAN_REVIEW: "wait",
    Status.ESCALATED: "wait",
    Status.DEACTIVATING: "over",
    Status.RESOLVED: "done",
    Status.DEACTIVATED: "over",
    Status.WITHDRAWN: "done",
    Status.NOT_COVERED: "wait",
}


@dataclass(frozen=True)
class Attempt:
    """An attempt, made or to come. `words` and `result` are messages to translate."""

    words: str
    at: datetime
    icon: str
    result: str | None = None
    under_way: bool = False
    good: bool = False


@dataclass(frozen=True)
class CasePage:
    """A case as its seller sees it."""

    view: CaseView
    now: datetime
    """The time of the case's own clock."""

    @property
    def status(self) -> Status:
        """The status of the case."""
        return self.view.status

    @property
    def headline(self) -> str:
        """The words for the status, to translate."""
        return STATUS[self.status]

    @property
    def why_ended(self) -> str | None:
        """Why the case ended, to translate."""
        return WHY_ENDED.get(self.view.reason or "")  # type: ignore[call-overload, no-any-return]  # a reason, or a sentence

    @property
    def tone(self) -> str:
        """The tone of the page: `urgent`, `act`, `wait`, `done` or `over`."""
        return _TONES[self.status]

    @property
    def wants_plan(self) -> bool:
        """Whether the seller should submit a plan now."""
        return self.status in (Status.CONTACTING, Status.WORKING)

    @property
    def is_open(self) -> bool:
        """Whether the seller can still act on the case."""
        return self.status in OPEN

    @property
    def is_closed(self) -> bool:
        """Whether the case has ended."""
        return self.status in CLOSED

    @property
    def of_deactivated_account(self) -> bool:
        """Whether the account was deactivated before the case opened."""
        return self.status is Status.NOT_COVERED and self.view.account_deactivated

    def is_outdated_by(self, enrollment: EnrollmentPage | None) -> bool:
        """Return whether the account was deactivated or reinstated after the case ended."""
        if enrollment is None or not self.is_closed:
            return False
        return enrollment.deactivated != (self.status is Status.DEACTIVATED)

    def is_another_than(self, about_id: str) -> bool:
        """Return whether the id in a link is of another case of the account."""
        return about_id.startswith("case/") and about_id not in (
            self.view.id,
            self.view.id.rpartition("/")[0],
        )

    @property
    def deadline(self) -> datetime | None:
        """The running deadline, if there is one."""
        running = self.status in HAS_DEADLINE
        return self.view.deadline if running else None

    @property
    def left(self) -> Left:
        """The time left until the deadline."""
        return Left.of(self.deadline - self.now if self.deadline else timedelta())

    @property
    def calling(self) -> bool:
        """Whether a call rings now, or a requested call is about to."""
        asked_for = any(p.about is Purpose.REQUESTED for p in self.view.agenda)
        under_way = (a.channel is Channel.CALL and a.result is None for a in self.view.attempts)
        return self.is_open and (asked_for or any(under_way))

    @property
    def has_button(self) -> bool:
        """Whether the button "contact me now" is shown."""
        waits = self.calling or self.call_again_from or self.cannot_call
        return self.is_open and not waits

    @property
    def call_again_from(self) -> datetime | None:
        """When the seller may ask for a call again; None if they may now."""
        again = self.view.call_again_from
        return again if again is not None and again > self.now else None

    @property
    def cannot_call(self) -> str | None:
        """Why we do not call the number that we have, to translate; None if we do."""
        problem = self.view.cannot_call
        return None if problem is None else words.CANNOT_CALL[problem]

    @property
    def tried(self) -> list[Attempt]:
        """The calls and e-mails that were made, the newest first."""
        return [_attempt_made(a) for a in reversed(self.view.attempts)]

    @property
    def to_come(self) -> list[Attempt]:
        """The calls and e-mails to come, the next one first."""
        return [
            Attempt(words.attempt(p.channel, p.about), p.due, words.icon(p.channel))
            for p in self.view.agenda
        ]

    @property
    def plans(self) -> list[Plan]:
        """The versions of the plan, the newest first."""
        return list(reversed(self.view.plans))

    @property
    def plan_waits(self) -> bool:
        """Whether an unanswered plan is still read by somebody."""
        return self.status in READS_PLANS

    @property
    def answer(self) -> Plan | None:
        """The newest plan, if a reviewer has answered it and the seller must send another."""
        newest = self.view.plans[-1] if self.view.plans else None
        if self.status is Status.WORKING and newest is not None and newest.decision is not None:
            return newest
        return None

    @property
    def outdated_plan(self) -> bool:
        """Whether an issue has joined since the newest plan, which nobody answers any more."""
        newest = self.view.plans[-1] if self.view.plans else None
        return self.status is Status.WORKING and newest is not None and newest.decision is None

    @property
    def rejected(self) -> str:
        """The mark of a rejected plan that the seller must change; empty if there is none."""
        answer = self.answer
        is_rejected = answer is not None and answer.decision is Review.REJECT
        return mark_of(answer.plan) if answer is not None and is_rejected else ""

    @property
    def state(self) -> str:
        """A text that changes when a repeated request would mean something new.

        It begins with the number of plans. page.js keeps what was typed until that number changes.
        """
        changes = sum(entry.what in CHANGES_THE_CASE for entry in self.view.timeline)
        return f"{len(self.view.plans)}.{changes}"


def case_page(view: CaseView) -> CasePage:
    """Return a case as it is shown now.

    On a server that skips time the case's clock is ahead of the wall clock. Then the time of the
    last event counts as now.
    """
    happened = [entry.at for entry in view.timeline[-1:]] + [a.at for a in view.attempts[-1:]]
    return CasePage(view, max([datetime.now(UTC), *happened]))


def _attempt_made(attempt: AttemptView) -> Attempt:
    return Attempt(
        words=words.attempt(attempt.channel, attempt.about),
        at=attempt.at,
        icon=words.icon(attempt.channel),
        result=words.RESULT[attempt.result] if attempt.result else None,
        under_way=attempt.result is None,
        good=attempt.result in (Result.CONNECTED, Result.ACCEPTED),
    )
