"""The states that texts are shown in: of those that look alike to everybody, the first one met."""

from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from typing import Any

from domain.case.activity_inputs import SendEmailInput, send_email_input
from domain.case.attempt import Attempt, Channel
from domain.case.case import Case
from domain.case.status import Status
from domain.case.steps import LookUp
from domain.enrollment.activity_inputs import SendLetterInput, send_letter_input
from domain.enrollment.advance import advance as enrollment_advance
from domain.enrollment.enrollment import Enrollment
from domain.enrollment.status import EnrollmentStatus
from domain.enrollment.steps import Send
from domain.enrollment.view import StandingView, standing_of
from domain.shared.account import SellingPlan
from domain.shared.errors import Refused
from domain.shared.events import Event
from domain.shared.steps import WaitUntil
from tests.domain.case.build import ASK_MORE, a_harm_report, a_plan, a_request, apply
from tests.domain.case.letters import EVENTS, OPENINGS
from tests.domain.case.walked_case import Walked
from tests.domain.case.walks import SMALL, at_work, nearly_silent, opening
from tests.domain.enrollment import letters as enrollment_letters
from tests.domain.enrollment import walked_enrollment as enrolled
from tests.domain.enrollment.build import DAY, rated
from tests.domain.enrollment.status_oracle import minus_six_months
from tests.domain.enrollment.world import Programme, Task
from tests.domain.walk import Walk


@dataclass(frozen=True)
class Moment:
    """A state at a moment, of a case, of an enrollment or of both, and how it came to be."""

    path: tuple[str, ...]
    now: datetime
    case: Case | None = None
    enrollment: Enrollment | None = None
    standing: StandingView | None = None
    steps: tuple[Any, ...] = ()  # Any: steps of a case or of an enrollment
    mail: tuple[SendEmailInput, ...] = ()
    """The e-mails that leave at this moment."""
    letters: tuple[SendLetterInput, ...] = ()
    desk_phone: bool = True
    """Whether the desk's number is known to whoever writes."""
    linked: bool = True
    """Whether there is a page for sellers, that an e-mail can link."""

    @property
    def status(self) -> Status | None:
        """Where the case stands."""
        return self.case.status if self.case else None

    @property
    def calls_under_way(self) -> list[Attempt]:
        under_way = self.case.attempts.under_way if self.case else ()
        return [a for a in under_way if a.channel is Channel.CALL]

    @property
    def deactivated(self) -> bool:
        """Whether the account is, as far as anybody of ours knows."""
        by_case = self.case is not None and self.case.account_deactivated
        return by_case or (self.standing is not None and self.standing.deactivated)

    @property
    def enrolled(self) -> EnrollmentStatus | None:
        return self.standing.status if self.standing else None


class Gathered:
    """One moment for each form that somebody could tell apart."""

    def __init__(self) -> None:
        self.moments: dict[Hashable, Moment] = {}

    def case(self, world: Walked, path: Sequence[str]) -> None:
        case, now = world.case, world.now
        if world.asleep:
            return  # nobody of ours says anything
        begun = [a for a in case.attempts.under_way if a.at == now and a.number in world.begun]
        mail = tuple(send_email_input(case, a) for a in begun if a.channel is Channel.EMAIL)
        key = (looks(case, now), tuple(_form_of(input) for input in mail))
        steps = tuple(world._tasks)
        if key not in self.moments:
            self.moments[key] = Moment(tuple(path), now, case, steps=steps, mail=mail)

    def enrollment(self, world: Programme, steps: tuple[Any, ...]) -> None:
        it, now = world.enrollment, world.now
        letters = tuple(
            send_letter_input(it, letter, step.to)
            for step in steps
            for letter in it.outbox.letters
            if isinstance(step, Send) and letter.number == step.number
        )
        standing = standing_of(it, now)
        key = (
            standing.status,
            standing.reason,
            standing.deactivated,
            standing.qualifies_on is None,
            tuple(requirement.met for requirement in standing.requirements),
            bool(standing.days_below),
            tuple((x.about, x.reason, x.days_below) for x in letters),
        )
        if key not in self.moments:
            self.moments[key] = Moment(
                tuple(entry.what for entry in it.timeline.entries),
                now,
                standing=standing,
                steps=tuple(
                    s for s in enrollment_advance(it.model_copy(), now) if isinstance(s, WaitUntil)
                ),
                letters=letters,
                enrollment=it.model_copy(),
            )


class Feedback(Programme):
    """A programme that is looked at whenever an e-mail leaves, and after each event."""

    def __init__(self, found: Gathered, **known: Any) -> None:  # Any: what a programme begins with
        self.found = found
        super().__init__(now=enrolled.BEGINS, **known)
        self.mail_takes = timedelta(hours=1)

    def _perform(self, step: Any) -> Task:  # Any: a step of an enrollment
        self.found.enrollment(self, (step,))
        return super()._perform(step)

    def hears(self, event: Event) -> None:
        with suppress(Refused):
            self.take(event)
        self.found.enrollment(self, ())


def looks(case: Case, now: datetime) -> Hashable:
    """Whatever a text about a case could depend on."""
    asked = case.call_again_from if case.call_requests.times else None
    running = case.deadline if case.status in (Status.CONTACTING, Status.WORKING) else None
    return (
        case.policy is None,
        case.closed_at is None,
        case.status,
        case.reason,
        (case.outreach.number.is_invalid, case.outreach.number.not_called is None),
        case.conversation_required,
        (bool(case.plans.versions), bool(case.plans.versions) and case.plans.versions[-1].decision),
        asked is not None and asked > now,
        running and running > now,
        frozenset((p.channel, p.about) for p in case.attempts.agenda),
        frozenset(
            (a.channel, a.about, a.wanted, a.to == case.account.emergency_phone)
            for a in case.attempts.under_way
            if a.channel is Channel.CALL
        ),
        case.account_deactivated,
        case.desk_due is not None and case.desk_due <= now,
    )


def _form_of(input: SendEmailInput) -> Hashable:
    return (input.about, input.calls, input.button, input.number_needed, input.note is None)


def of_cases() -> list[Moment]:
    """From every beginning, and from what lies further in, by every letter."""
    found = Gathered()

    def walk(name: str, root: Walked, depth: int) -> None:
        Walk(name, [(name, root)], depth, looks_at=found.case).go()

    for name, facts in OPENINGS.items():
        root = opening(SMALL)
        root.hear(LookUp(), facts)
        walk(name, root, 2)
    walk("opening", opening(SMALL), 1)
    walk("a harmful issue", opening(SMALL, harmful=True), 3)
    walk("nobody answers until the last hours", nearly_silent(None, 71), 2)
    walk("the seller is reached", at_work(), 2)
    further: dict[str, Callable[[Walked], None]] = {
        "a plan": partial(Walked.offer, event=a_plan()),
        "more information": partial(Walked.offer, event=ASK_MORE),
        "a call": partial(Walked.offer, event=a_request()),
        "a plan again": partial(Walked.offer, event=a_plan()),
        "harm": partial(Walked.offer, event=a_harm_report()),
    }
    world = at_work()
    for name, happens in further.items():
        world = world.fork()
        happens(world)
        walk(f"the seller is reached > {name}", world, 2)
    return list(found.moments.values())


def of_enrollments() -> list[Moment]:
    """From every beginning by every two events, while the mail is slow; then a week."""
    found = Gathered()
    begins = minus_six_months(enrolled.BEGINS.date())
    ratings = [
        rated({enrolled.BEGINS.date() - n * DAY: r}) for n, r in enrollment_letters.RATINGS.values()
    ]
    events = [*enrollment_letters.EVENTS.values(), *ratings]
    rated_well, for_less = rated({begins + DAY: 800}), rated({begins + 30 * DAY: 800})
    for known in ({}, {"number": None}):
        for first, second in product(events, events):
            _play(Feedback(found, **known), rated_well, first, second)
    beginnings: list[dict[str, Any]] = [  # Any: what a programme begins with
        {},
        {"number": None},
        {"number_valid": False},
        {"must_be_verified": True},
        {"email": None},
        {"plan": SellingPlan.INDIVIDUAL},
    ]
    for known in beginnings:
        for event in events:
            _play(Feedback(found, **known), rated_well, event)
            _play(Feedback(found, **known), for_less, event)
    return list(found.moments.values())


def _play(world: Feedback, *events: Event) -> None:
    for event in events:
        world.hears(event)
    world.play(8)


def answers(moments: Sequence[Moment]) -> list[Moment]:
    """What an update is answered with: a case that has taken it, and done nothing yet."""
    found: dict[Hashable, Moment] = {}
    for moment in moments:
        if moment.case is None or moment.case.policy is None or not moment.case.is_open:
            continue
        for name, event in EVENTS.items():
            case = moment.case.model_copy()
            try:
                apply(case, event, moment.now)
            except Refused:
                continue
            path = (*moment.path, f"{name}, answered")
            found.setdefault(
                looks(case, moment.now),
                replace(moment, path=path, case=case, steps=(), mail=()),
            )
    return list(found.values())
