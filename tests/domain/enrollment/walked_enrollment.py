"""An enrollment in a world that decides nothing: whatever could happen next is a letter.

Every status and every e-mail is compared with the oracle's in
tests/domain/enrollment/watched_programme.py.
"""

import copy
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from domain.enrollment import updates
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentStatus
from domain.enrollment.steps import (
    CheckNumber,
    EnrollmentStep,
    LookUpWarnings,
    PlaceCall,
    PrepareCall,
    Send,
)
from domain.enrollment.timeline import EnrollmentEventKind
from domain.shared.errors import Refused
from domain.shared.events import Event, SendLink
from domain.shared.result import Result
from domain.shared.steps import Announce, ShareContact, TellDeactivation, WaitUntil
from tests.domain.case.build import NUMBER
from tests.domain.enrollment.build import (
    DAY,
    READMITTED,
    REINSTATED,
    rated,
)
from tests.domain.enrollment.letters import EVENTS, events_on
from tests.domain.enrollment.status_oracle import minus_six_months
from tests.domain.enrollment.watched_programme import WatchedProgramme
from tests.domain.enrollment.world import Task
from tests.domain.enrollment.written import ASKS, as_written
from tests.domain.walk import HowFar, Letter, Walk

NEVER = datetime.max.replace(tzinfo=UTC)
BEGINS = datetime(2026, 8, 31, 12, tzinfo=UTC)
"""Six months before is 28 February."""

RESULTS = [Result.ACCEPTED, Result.BOUNCED]


class Walked(WatchedProgramme):
    """A watched programme whose every step waits for a letter to end it."""

    def fork(self) -> "Walked":
        other = copy.copy(self)
        other.enrollment = self.enrollment.model_copy()
        other.seller = self.seller.copy()
        other._tasks = dict(self._tasks)
        other._expelled_in = set(self._expelled_in)
        other.announced = ()
        other.prover = self.prover.copy()
        other.warner, other._beside = self.warner.copy(), list(self._beside)
        for name in (
            "changes",
            "status_log",
            "mailed",
            "confirmed",
            "called_off",
            "shared",
            "told_of_deactivation",
            "woken",
        ):
            setattr(other, name, [])
        return other

    def form(self) -> Hashable:
        """All but the timeline, the numbers of letters, and what no window sees any more."""
        it = self.enrollment
        return (
            self.now,
            it.status,
            it.reason,
            it.account.emergency_phone,
            it.account.email,
            it.account.selling_plan,
            tuple((e.date, e.rating) for e in it.ratings.entries),
            it.number_valid,
            it.expulsion is None,
            it.expelled_in,
            (it.deactivated, it.case_to_hear),
            tuple((letter.reason, as_written(letter)) for letter in it.outbox.letters),
            it.remind_at,
            it.warnings.days,
            it.warnings.given,
            it.warnings.failed_on == self.now.date(),
            (it.contact_news.fields, it.contact_news.confirmed),
            ShareContact() in self._tasks and self._tasks[ShareContact()].news == it.contact_news,
            self._untold_end,
            self._remind_at,
            self.seller.number_valid,
            (self.warner.at, tuple(self.warner.had.items()), self._warning),
            self.warner.failed_on == self.now.date(),
            tuple(asked for asked in self.links if self.now - asked < DAY),
            it.verification.model_copy(update={"calls": 0}).model_dump_json(),
            tuple(asked for asked in self.prover.asked if self.now - asked < DAY),
            it.must_be_verified,
        )

    def shows(self) -> Iterable[Hashable]:
        yield self.enrollment.status
        yield self.enrollment.reason
        yield from (letter.about for letter in self.enrollment.outbox.letters)

    # --- letters ------------------------------------------------------------------------------

    def could_happen(self) -> Sequence[Letter]:
        return [*self._events(), *self._results(), *self._moments()]

    def _events(self) -> Iterator[Letter]:
        today = self.now.date()
        for name, event in events_on(today).items():
            if name != "number comes" or self._is_news(NUMBER):
                yield name, partial(Walked.offer, event=event)
        too_early = rated({today: 250, today + DAY: 250})
        yield "a rating of tomorrow", partial(Walked.offer, event=too_early, refused=True)
        yield "cancelled", Walked.is_cancelled

    def _is_news(self, number: str) -> bool:
        """A number that the start found invalid is refused by the update's validator."""
        return self.seller.number_valid or number != self.seller.number

    def _results(self) -> Iterator[Letter]:
        for step in self._tasks:
            match step:
                case LookUpWarnings():
                    yield "warnings", partial(Walked.hear, step=step, outcome=(7, 10))
                case PrepareCall():
                    yield "call prepared", partial(Walked.hear, step=step, outcome=None)
                    for result in (Result.SKIPPED, Result.CANCELLED):
                        name = f"call not dialled: {result}"
                        yield name, partial(Walked.hear, step=step, outcome=result)
                case PlaceCall():
                    for result in (Result.CONNECTED, Result.NO_ANSWER, Result.PROVIDER_FAILED):
                        yield f"call: {result}", partial(Walked.hear, step=step, outcome=result)
                case CheckNumber():
                    yield "number valid", partial(Walked.hear, step=step, outcome=True)
                    yield "number invalid", partial(Walked.hear, step=step, outcome=False)
                case Send(about=about):
                    for result in RESULTS:
                        name = f"{about}: {result}"
                        yield name, partial(Walked.hear, step=step, outcome=result)
                case ShareContact():
                    yield "shared", partial(Walked.hear, step=step, outcome=True)
                    yield "not shared", partial(Walked.hear, step=step, outcome=False)
                case TellDeactivation():
                    yield "case told", partial(Walked.hear, step=step, outcome=True)
                    yield "case not told", partial(Walked.hear, step=step, outcome=False)

    def _moments(self) -> Iterator[Letter]:
        yield "a day passes", partial(Walked.wakes, moment=self.now + DAY)
        yield "half a year passes", partial(Walked.wakes, moment=self.now + 185 * DAY)
        for step in self._tasks:
            if isinstance(step, WaitUntil):
                moment = step.moment
                yield "the moment waited for", partial(Walked.wakes, moment=moment)
                before = moment - timedelta(seconds=1)
                if before > self.now:
                    yield "just before it", partial(Walked.wakes, moment=before)

    def offer(self, event: Event, *, refused: bool = False) -> None:
        before, seller = self.enrollment, self.seller
        refused = refused or (event is READMITTED and not seller.expelled)
        refused = refused or (event is REINSTATED and not seller.deactivated)
        state = before.model_copy()
        try:
            self.take(event)
        except Refused:
            refused = refused or (isinstance(event, SendLink) and self.refuses_link())
            assert refused or self.refuses_call_or_code(event)
            assert self.enrollment is before
            assert before == state
        else:
            assert not refused
        self._check()

    def is_cancelled(self) -> None:
        before = self.enrollment.model_copy()
        updates.ignore_cancellation(self.enrollment, self.now)
        assert self.enrollment.timeline.entries[-1].what is EnrollmentEventKind.CANCELLATION_IGNORED
        self._reconcile()
        assert self.enrollment.status is before.status
        self._check()

    def hear(self, step: EnrollmentStep, outcome: Any) -> None:
        if isinstance(step, CheckNumber):
            self.number_valid = self.seller.number_valid = outcome
        elif isinstance(step, LookUpWarnings):
            self.warn_days = outcome
        elif isinstance(step, PrepareCall):
            self.call_refused_as = outcome
        elif isinstance(step, PlaceCall):
            self.call_result = outcome
        elif isinstance(step, Send):
            self.mail_result = outcome
        else:
            self.case_can_be_told = outcome
        self._tell(step, self._tasks.pop(step))
        self._reconcile()
        self._check()

    def wakes(self, moment: datetime) -> None:
        self.now = moment
        self._reconcile()
        self._check()

    def _check(self) -> None:
        """Section 2, of a state alone."""
        it, today = self.enrollment, self.now.date()
        if it.number_unchecked:
            assert CheckNumber(it.account.emergency_phone or "") in self._tasks
            return
        assert it.status is self.seller.status_on(today)
        assert (TellDeactivation() in self._tasks) == (it.case_to_hear is not None)
        assert it.deactivated or it.case_to_hear is None, "what is over is not told"
        if it.deactivated:
            assert (ASKS | {LetterPurpose.ENROLLED}).isdisjoint(
                letter.about for letter in it.outbox.letters
            )
        if it.status is not EnrollmentStatus.INVITED:
            assert ASKS.isdisjoint(letter.about for letter in it.outbox.letters), (
                "asked for no reason"
            )
            assert it.remind_at is None
        assert self.status_log == self.changes
        said = [(event.at, event.data["status"]) for event in self.announced]
        assert said == self.status_log, "other systems are told of each change, once (section 7)"
        sends = [step for step in self._tasks if isinstance(step, Send)]
        assert len(sends) == any(x.to or it.account.email for x in it.outbox.letters), (
            "one after the other"
        )
        assert len(it.ratings.entries) <= 186

    # --- a world that decides nothing ---------------------------------------------------------

    def _take_off_finished(self) -> bool:
        return False

    def _reconcile(self) -> None:
        """Other systems are told at once: what comes of it changes nothing else.

        So is the setting looked up for another number: an update waits for it.
        """
        super()._reconcile()
        for step in [step for step in self._tasks if isinstance(step, CheckNumber)]:
            if self.enrollment.number_valid:
                self._tell(step, self._tasks.pop(step))
                super()._reconcile()
        if Announce() in self._tasks:
            self._tell(Announce(), self._tasks.pop(Announce()))
            super()._reconcile()

    def _perform(self, step: EnrollmentStep) -> Task:
        return super()._perform(step)._replace(ends=NEVER)


def a_seller(
    *,
    number: str | None = NUMBER,
    email: str | None = "a@b.example",
    must_be_verified: bool = False,
    **known: int,
) -> Walked:
    """Rated well since the given days before the day on which the window begins, if at all."""
    world = Walked(
        now=BEGINS,
        number=number,
        email=email,
        number_valid=True,
        announces=True,
        must_be_verified=must_be_verified,
    )
    for days in known.values():
        world.take(rated({minus_six_months(BEGINS.date()) + (1 - days) * DAY: 800}))
    return world


def nearly_warned() -> Walked:
    """Enrolled, below for 6 days and still, and it is known that the 7th is warned of."""
    world = a_seller(rated_for=0)
    world.hear(CheckNumber(NUMBER), True)
    world.hear(next(step for step in world._tasks if isinstance(step, Send)), Result.ACCEPTED)
    world.offer(rated({BEGINS.date() - 5 * DAY: 249}))
    world.hear(LookUpWarnings(), (7, 10))
    return world


def proven() -> Walked:
    """Enrolled, where only a proven number enrolls."""
    world = a_seller(rated_for=0, must_be_verified=True)
    world.hear(CheckNumber(NUMBER), True)
    world.offer(EVENTS["call with a code"])
    world.hear(PrepareCall(1), None)
    world.offer(EVENTS["right code"])
    world.hear(PlaceCall(1), Result.CONNECTED)
    return world


def to_prove_by_tomorrow() -> Walked:
    """Enrolled with another number, to be proven within half a day. A code was just asked for."""
    world = proven()
    world.offer(EVENTS["other number"])
    while sends := [step for step in world._tasks if isinstance(step, Send)]:
        world.hear(sends[0], Result.ACCEPTED)
    world.wakes(world.now + 13 * DAY + DAY / 2)
    world.offer(EVENTS["call with a code"])
    return world


def walks(how_far: HowFar) -> list[Walk]:
    """The walks: ten seconds of them if they go far; one otherwise."""
    roots = [
        ("never rated", a_seller()),
        ("rated since the window begins", a_seller(rated_for=0)),
        ("rated since a day later, no number", a_seller(number=None, rated_for=-1)),
        ("invited", a_seller(number=None, rated_for=0)),
        ("no address", a_seller(email=None, rated_for=0)),
        ("enrolled, below for 6 days", nearly_warned()),
        ("to be verified", a_seller(number=None, rated_for=0, must_be_verified=True)),
        ("verified", proven()),
        ("to be proven by tomorrow", to_prove_by_tomorrow()),
    ]
    return [Walk("enrollment, all letters", roots, 3 if how_far is HowFar.FAR else 2, recheck=20)]
