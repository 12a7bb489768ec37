"""What the case page shows of a case: the clock, the plan, the timeline, the seller's day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from desk.case_workflows import CaseFile
from desk.plan_changes import PartChange, changes
from domain.case.events import EventKind
from domain.case.plans import Plan
from domain.case.policy import Policy
from domain.case.status import HAS_DEADLINE, OPEN, Status
from domain.case.timeline import TimelineEntry
from domain.case.view import AttemptView, CaseView
from domain.enrollment.view import StandingView
from domain.shared.account import Account, SellerAccount
from domain.shared.codes import plain
from domain.shared.events import ENGINE
from mail.desk_words import EVENTS, REASONS, RESULTS, STATUSES
from reference.time_zones import clock_of
from web.languages import Left
from web.rating_chart import Chart
from web.seller_words import STATUS, WHY_ENDED

_TONES = {
    Status.CONTACTING: "urgent",
    Status.WORKING: "wait",
    Status.PLAN_REVIEW: "act",
    Status.ESCALATED: "urgent",
    Status.DEACTIVATING: "over",
    Status.RESOLVED: "done",
    Status.DEACTIVATED: "over",
    Status.WITHDRAWN: "done",
    Status.NOT_COVERED: "wait",
}


@dataclass(frozen=True)
class Line:
    """An event in the words of the desk. `what`, `facts` and `result` are messages to translate."""

    at: datetime
    what: str
    number: int | None
    """Of the attempt, if it is one."""
    facts: tuple[str, ...]
    names: tuple[str, ...]
    """Facts that are nobody's words: an issue's id, a person's name."""
    result: str | None
    by: str | None
    """Who did it; None for the engine."""
    note: str | None


def line_of(entry: TimelineEntry) -> Line:
    """Return an event in words."""
    return Line(
        at=entry.at,
        what=EVENTS.get(entry.what) or plain(entry.what).capitalize(),
        number=entry.attempt,
        facts=tuple(_facts(entry)),
        names=tuple(name for name in (entry.issue, entry.assignee, entry.served_by) if name),
        result=RESULTS[entry.result] if entry.result else None,
        by=None if entry.by == ENGINE else entry.by,
        note=entry.note,
    )


def news(view: CaseView, seen: int) -> list[Line]:
    """Return what happened since somebody looked, the oldest first.

    E-mails are left out: the engine sends them by itself after what a person does.
    """
    told = (EventKind.DESK_TOLD, EventKind.EMAIL)
    return [line_of(entry) for entry in view.timeline[seen:] if entry.what not in told]


def _facts(entry: TimelineEntry) -> Iterator[str]:
    for code in (entry.about, entry.code, *entry.changed):
        if code is not None:
            yield plain(code)
    if entry.status is not None:
        yield STATUSES[entry.status]
    if entry.reason is not None:
        yield reason_words(entry.reason)
    if entry.what is EventKind.ASSIGNED and entry.assignee is None:
        yield "nobody"


def reason_words(reason: str) -> str:
    """Return the words for the reason of a status. Of one that is not covered it is a sentence."""
    return REASONS.get(reason, reason)  # type: ignore[call-overload, no-any-return]  # as it says


@dataclass(frozen=True)
class CasePage:
    """A case as the desk sees it."""

    file: CaseFile

    @property
    def view(self) -> CaseView:
        """The case."""
        return self.file.snapshot.view

    @property
    def now(self) -> datetime:
        """The time of the case's own clock."""
        return self.file.snapshot.now

    @property
    def proof(self) -> StandingView | None:
        """What the enrollment knows of the case's number; None if it has another, or is unknown."""
        standing = self.file.standing
        if standing is None or self._dialled(standing.account) != self._dialled(self.view.account):
            return None
        return standing

    @staticmethod
    def _dialled(account: Account | SellerAccount) -> tuple[str | None, str | None]:
        return account.emergency_phone, account.extension

    @property
    def seen(self) -> int:
        """How many events the timeline has."""
        return len(self.view.timeline)

    @property
    def is_open(self) -> bool:
        """Whether anybody can still act on the case."""
        return self.view.status in OPEN

    @property
    def status_words(self) -> str:
        """The words for the status, to translate."""
        return STATUSES[self.view.status]

    @property
    def reason_words(self) -> str | None:
        """Why it has that status, to translate."""
        return reason_words(self.view.reason) if self.view.reason else None

    @property
    def tone(self) -> str:
        """The tone of the page: `urgent`, `act`, `wait`, `done` or `over`."""
        return _TONES[self.view.status]

    @property
    def seller_reads(self) -> tuple[str, str | None]:
        """What the seller's page says now: the state, and why the case ended. To translate."""
        why = WHY_ENDED.get(self.view.reason or "")  # type: ignore[call-overload]  # or a sentence
        return STATUS[self.view.status], why

    # --- time ---------------------------------------------------------------------------------

    @property
    def deadline(self) -> datetime | None:
        """The running deadline, if there is one."""
        return self.view.deadline if self.view.status in HAS_DEADLINE else None

    @property
    def left(self) -> Left:
        """The time left until the deadline."""
        return Left.of(self.deadline - self.now if self.deadline else timedelta())

    @property
    def since(self) -> datetime:
        """When the case came into its status."""
        entries = self.view.timeline
        came = [e.at for e in entries if e.status is self.view.status]
        return came[-1] if came else self.view.opened_at

    @property
    def waits(self) -> Left:
        """How long the case has had its status."""
        return Left.of(self.now - self.since)

    @property
    def seller_zone(self) -> tzinfo:
        """The seller's own time zone."""
        return clock_of(self.view.account.time_zone)

    @property
    def is_day(self) -> bool:
        """Whether it is a time at which the seller may be called by the default policy."""
        rules = Policy()
        return rules.quiet_until <= self.now.astimezone(self.seller_zone).time() < rules.quiet_from

    # --- who works it -------------------------------------------------------------------------

    @property
    def holder(self) -> str | None:
        """Who has the case now. One that was left alone for too long is free."""
        until = self.view.assigned_until
        return self.view.assignee if self.is_open and until and self.now < until else None

    # --- the plan -----------------------------------------------------------------------------

    @property
    def newest(self) -> Plan | None:
        """The newest version of the plan."""
        return self.view.plans[-1] if self.view.plans else None

    @property
    def earlier_versions(self) -> list[Plan]:
        """The versions before it, the newest first."""
        return list(reversed(self.view.plans[:-1]))

    @property
    def changed(self) -> list[PartChange]:
        """What changed from the version before to the newest one."""
        plans = self.view.plans
        return changes(plans[-2].plan, plans[-1].plan) if len(plans) > 1 else []

    @property
    def under_review(self) -> bool:
        """Whether the newest version waits for a reviewer."""
        return self.view.status is Status.PLAN_REVIEW

    # --- what happened ------------------------------------------------------------------------

    @property
    def lines(self) -> list[Line]:
        """The timeline, the newest event first."""
        return [line_of(entry) for entry in reversed(self.view.timeline)]

    @property
    def attempts(self) -> list[tuple[AttemptView, str | None]]:
        """Each attempt, the newest first, with the words for its result, to translate."""
        return [
            (one, RESULTS[one.result] if one.result else None)
            for one in reversed(self.view.attempts)
        ]

    @property
    def chart(self) -> Chart | None:
        """The rating over six months, if there is any."""
        standing = self.file.standing
        return Chart(standing.ratings, standing.today) if standing and standing.ratings else None
