"""Everything a case is (docs/rules.md, section 3; docs/api.md)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, assert_never

from pydantic import ConfigDict, JsonValue

from domain.case.attempt import Attempt, Channel, Purpose, Result, Scheduled
from domain.case.calling_hours import CallingWindow
from domain.case.events import HarmCategory, Review, SubmitPlan
from domain.case.policy import Policy
from domain.case.status import OPEN, CannotCall, EventKind, Status
from domain.case.timeline import ENGINE, TimelineEntry
from domain.shared.account import Account, Confirmation, ContactNews, Issue
from domain.shared.taken_updates import TakesUpdates
from domain.shared.text import Frozen

DAY = timedelta(days=1)

ALREADY_DEACTIVATED = "the account is deactivated already; what is left to the seller is to appeal"
"""Why such an account's case is not covered."""


class Plan(Frozen):
    """A version of the seller's plan, and what a reviewer made of it."""

    version: int
    at: datetime
    plan: SubmitPlan
    decision: Review | None = None
    note: str | None = None
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None


class Harm(Frozen):
    """What somebody is expelled for."""

    reporter: str
    category: HarmCategory
    evidence: str


class CaseState(TakesUpdates):
    """The state of a case: nothing but frozen values and tuples of them.

    So a shallow copy is a true copy, and the whole survives a continue-as-new as JSON.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    id: str
    account: Account
    issues: tuple[Issue, ...]
    opened_at: datetime
    status: Status = Status.CONTACTING
    reason: str | None = None
    closed_at: datetime | None = None

    opened_by: str = ENGINE
    overrides: dict[str, JsonValue] | None = None
    """The policy as it was asked for, until the case is open."""
    policy: Policy | None = None
    """Frozen when the case opens; None until then."""
    hours: tuple[CallingWindow, ...] = ()
    """When the seller may be called, for the weeks ahead."""

    # The outreach (section 4)
    outreach: int = 0
    """How often it has begun."""
    base: datetime | None = None
    """What the agenda's hours count from."""
    entries: int = 0
    """How many entries its agendas have had."""
    noticed_at: datetime | None = None
    """When this outreach's first notice got through."""
    deadline: datetime | None = None
    reached: bool = False
    invalid_since: datetime | None = None
    """When a carrier said that there is no such number as the present one."""
    not_called: str | None = None
    """Why the present number is not one that we call; None if it is."""
    shares_contact: bool = False
    """Whether the enrollment hears of a new number or address."""
    contact_news: ContactNews = ContactNews()
    """What the enrollment is still to be told."""
    agenda: tuple[Scheduled, ...] = ()
    under_way: tuple[Attempt, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    """Those made."""

    # Working it out (section 5)
    requests: tuple[datetime, ...] = ()
    """The latest times the seller asked to be called."""
    plans: tuple[Plan, ...] = ()
    rejections: int = 0
    conversation_required: bool = False
    conversation_due: datetime | None = None
    """From when on the seller is called for it."""
    desk_due: datetime | None = None
    """When the desk is told (again)."""
    harm: Harm | None = None
    expelled: bool = False
    account_deactivated: bool = False
    """By this case, or before it."""
    deactivation_told: bool = False
    """Whether the programme knows."""

    timeline: tuple[TimelineEntry, ...] = ()
    written: int = 0
    """Bytes that what people wrote takes up in the case."""

    @property
    def rules(self) -> Policy:
        """The policy of a case that is open."""
        if self.policy is None:
            raise RuntimeError("the case is not open yet")
        return self.policy

    @property
    def number_invalid(self) -> bool:
        """Whether a carrier said that there is no such number as the present one."""
        return self.invalid_since is not None

    @property
    def number_problem(self) -> CannotCall | None:
        """Why another number is needed before the seller can be called; None if none is."""
        if self.number_invalid:
            return CannotCall.NO_SUCH_NUMBER
        return None if self.not_called is None else CannotCall.NOT_CALLED

    @property
    def cannot_call(self) -> bool:
        """Whether another number is needed before the seller can be called."""
        return self.number_problem is not None

    @property
    def call_again_from(self) -> datetime | None:
        """From when on the seller may ask to be called again; None before the first time."""
        if not self.requests:
            return None
        spaced = self.requests[-1] + self.rules.request_spacing
        most = self.rules.requests_per_day
        return max(spaced, self.requests[-most] + DAY) if len(self.requests) >= most else spaced

    @property
    def number_of_attempts(self) -> int:
        """All attempts so far, those under way included."""
        return len(self.attempts) + len(self.under_way)

    def log(
        self, now: datetime, what: EventKind, by: str = ENGINE, **facts: Any
    ) -> None:  # Any: of an entry
        """Put an event into the timeline, with fields of `TimelineEntry`."""
        self.timeline += (TimelineEntry(at=now, what=what, by=by, **facts),)

    @property
    def is_open(self) -> bool:
        """Whether events are still taken."""
        return self.status in OPEN

    def begin(self, planned: Scheduled, now: datetime, latest: datetime | None = None) -> None:
        """Make an attempt of an entry of the agenda: from here on it is under way."""
        self.under_way += (self._attempt(planned, now, latest),)

    def record_unmade(self, planned: Scheduled, now: datetime, result: Result) -> None:
        """Record an attempt that ended without having been begun."""
        self._conclude(self._attempt(planned, now), result, now)

    def conclude(
        self, attempt: Attempt, result: Result, now: datetime, served_by: str | None
    ) -> None:
        """Record what came of an attempt under way, `served_by` one of several providers."""
        self.under_way = tuple(a for a in self.under_way if a.number != attempt.number)
        self._conclude(attempt, result, now, served_by)

    def plan(
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
    ) -> Scheduled:
        """Put an attempt into the agenda, which is kept in the order of time."""
        if redial_of is None:
            self.entries += 1
        planned = Scheduled(
            channel=channel,
            about=about,
            due=due,
            entry=redial_of.entry if redial_of else self.entries,
            redial=redial_of.redial + 1 if redial_of else 0,
            note=note,
            plan=plan,
            to=to,
            confirms=confirms,
        )
        self.agenda = tuple(sorted((*self.agenda, planned), key=_in_order))
        return planned

    def email(
        self, about: Purpose, now: datetime, note: str | None = None, plan: int | None = None
    ) -> None:
        """Plan an e-mail to the seller for this moment; `plan` is the version it answers."""
        self.plan(Channel.EMAIL, about, now, note=note, plan=plan)

    def call_off(self, unwanted: Callable[[Attempt], bool] = lambda _: True) -> None:
        """Stop what is under way: all of it, or the attempts that are `unwanted`."""
        self.under_way = tuple(
            a.model_copy(update={"wanted": False}) if unwanted(a) else a for a in self.under_way
        )

    def _attempt(
        self, planned: Scheduled, now: datetime, latest: datetime | None = None
    ) -> Attempt:
        self.agenda = tuple(p for p in self.agenda if p is not planned)
        to = planned.to or planned.channel.address(self.account)
        return Attempt(
            **{**dict(planned), "to": to},
            number=self.number_of_attempts + 1,
            at=now,
            outreach=self.outreach,
            latest=latest,
        )

    def _conclude(
        self, attempt: Attempt, result: Result, now: datetime, served_by: str | None = None
    ) -> None:
        self.attempts += (attempt.model_copy(update={"result": result}),)
        self.log(
            now,
            _event_of(attempt.channel),
            attempt=attempt.number,
            about=attempt.about,
            result=result,
            served_by=served_by,
        )


def _in_order(planned: Scheduled) -> tuple[datetime, bool]:
    """By time; of two due together the e-mail goes first."""
    return planned.due, planned.channel.rings


def _event_of(channel: Channel) -> EventKind:
    """What the end of an attempt is in the timeline."""
    match channel:
        case Channel.CALL:
            return EventKind.CALL
        case Channel.EMAIL:
            return EventKind.EMAIL
        case _:
            assert_never(channel)
