"""A case in a world that decides nothing: whatever could happen next is a letter to walk by.

The steps that a case wants are under way until a letter says what came of them, so every order of
results, events and moments is there. What is checked of each is in watched_world.py, for any
world, and in invariants.py.
"""

import copy
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from domain.case import step_results
from domain.case.announcements import announcements
from domain.case.attempt import Channel
from domain.case.events import (
    AddIssue,
    EventKind,
    ReceiveBounce,
    RequestCall,
)
from domain.case.status import Reason, Status
from domain.case.steps import (
    Deactivate,
    Expel,
    LookAtAccount,
    LookUp,
    LookUpHours,
    Reach,
    Step,
    TellDesk,
)
from domain.shared.errors import Refused
from domain.shared.events import Event, SendLink
from domain.shared.result import Result
from domain.shared.steps import Announce, ShareContact, TellDeactivation, WaitUntil
from tests.domain.case import invariants
from tests.domain.case.becomes import becomes
from tests.domain.case.build import (
    HOUR,
    MINUTE,
    MONDAY_9,
)
from tests.domain.case.letters import CALLS, EMAILS, EVENTS, OPENINGS
from tests.domain.case.state_form import form_of, witness_form
from tests.domain.case.watched_world import WatchedWorld
from tests.domain.case.world import Held, Task
from tests.domain.walk import Letter, name_of

DOWN = 100 * HOUR

NEVER = Task(datetime.max.replace(tzinfo=MONDAY_9.tzinfo), None)


class Walked(WatchedWorld):
    """A watched world whose every step waits for a letter to end it."""

    def __init__(self, opened_at: datetime, *, announces_late: bool = False, **script: Any) -> None:
        self.announces_late = announces_late
        """Announcing waits for a letter, too. Otherwise it is done at once, whatever comes."""
        self.asked: tuple[datetime, ...] = ()
        """When "contact me now" was taken."""
        self.asleep = False
        """Nothing of ours runs, until the next letter."""
        self.moves: set[tuple[Status | None, Status]] = set()
        """From status to status, by the last letter."""
        self.begun: tuple[int, ...] = ()
        """The attempts that the last letter had begun, by their numbers."""
        super().__init__(opened_at, **script)

    # --- walking ------------------------------------------------------------------------------

    def fork(self) -> "Walked":
        other = copy.copy(self)
        other.case = self.case.model_copy()
        seen = {n: s if s.result else replace(s) for n, s in self.witness.seen.items()}
        other.witness = replace(self.witness, seen=seen)
        other._tasks, other._called_off = dict(self._tasks), dict(self._called_off)
        other.moves, other.begun = set(), ()
        return other

    def form(self) -> Hashable:
        case = (form_of(self.case, self.now), self._announcing())
        if self.case.closed_at is not None or self.case.policy is None:
            return case
        waiting = tuple(step for step in self._tasks if not isinstance(step, Reach | WaitUntil))
        return (
            case,
            witness_form(self.witness, self.now),
            self.asleep,
            self.promised and (self.promised - self.now).total_seconds(),
            len(waiting),
            any(task.outcome == self.case.contact_news for task in self._tasks.values()),
        )

    def _announcing(self) -> Hashable:
        """Whether something is being announced, and whether something is to be after it."""
        if Announce() not in self._tasks:
            return None
        _, entries = self._tasks[Announce()].outcome
        case = self.case
        return bool(announcements(case.id, case.account, case.timeline.entries, entries))

    def could_happen(self) -> Sequence[Letter]:
        return [*self._updates(), *self._results(), *self._moments()]

    def _updates(self) -> Iterator[Letter]:
        if self.case.policy is not None:  # before that an update waits (section 3)
            for name, event in EVENTS.items():
                yield name, partial(Walked.offer, event=event)
            yield from self._late_bounces()
        yield "cancelled", Walked.is_cancelled

    def _late_bounces(self) -> Iterator[Letter]:
        """Of the newest e-mail that was accepted, and only once: more would be too many states."""
        if self.case.timeline.times_of(EventKind.BOUNCED):
            return
        made = [a for a in self.case.attempts.made if a.result is Result.ACCEPTED]
        for email in made[-1:]:
            bounce = ReceiveBounce(by="mail", attempt=email.number, code="5.1.1")
            about = email.about.replace("_", " ")
            yield f"{about} bounced after all", partial(Walked.offer, event=bounce)

    def _results(self) -> Iterator[Letter]:
        """What could come of each step under way, and of each attempt that is being called off."""
        under_way = {a.number: a for a in self.case.attempts.under_way}
        for step in (*self._tasks, *self._called_off):
            for what, outcome in self._outcomes(step, under_way):
                name = f"{name_of(step)} {what}".strip().replace("_", " ")
                yield name, partial(Walked.hear, step=step, outcome=outcome)

    def _outcomes(self, step: Step, under_way: dict[int, Any]) -> list[tuple[str, Any]]:
        match step:
            case LookUp():
                return list(OPENINGS.items())
            case Reach(number=number):
                call = under_way[number].channel is Channel.CALL
                results = CALLS if call else EMAILS
                called_off = [Result.CANCELLED] if step in self._called_off else []
                what = "call" if call else under_way[number].about
                return [(f"{what}: {result}", result) for result in (*called_off, *results)]
            case Deactivate() if self.case.reason == Reason.NOT_REACHED and not step.for_harm:
                return [
                    ("done", True),
                    ("failed", False),
                    ("held", Held(Reason.SILENCE_HELD)),
                    ("a message waits", Held(Reason.MESSAGE_WAITING)),
                    ("a message waits after a try", Held(Reason.MESSAGE_WAITING, tried=True)),
                ]
            case LookAtAccount():
                return [("active", True), ("deactivated", False)]
            case TellDesk() | Deactivate() | ShareContact():
                return [("done", True), ("failed", False)]
            case Announce() | Expel() | TellDeactivation() | LookUpHours():
                return [("done", True)]
        return []

    def _moments(self) -> Iterator[Letter]:
        """The clock: to what is waited for, around the deadline, and a downtime of ours."""
        if self.asleep:
            yield "we are up again", partial(Walked.wakes, moment=self.now)
            return
        waits = [step.moment for step in self._tasks if isinstance(step, WaitUntil)]
        if waits:
            yield "the moment waited for", partial(Walked.wakes, moment=waits[0])
        deadline = self.case.deadline
        if deadline is not None and self.case.status in (Status.CONTACTING, Status.WORKING):
            for name, minutes in (("just before", -1), ("at", 0), ("just after", 1)):
                moment = deadline + minutes * MINUTE
                if moment > self.now and [moment] != waits:
                    yield f"{name} the deadline", partial(Walked.wakes, moment=moment)
        if self.case.closed_at is None:
            yield "we are down for long", Walked.sleeps

    def shows(self) -> Iterable[Hashable]:
        """The last letter's moves, and where the case stands and why."""
        yield from self.moves
        if self.case.status is Status.NOT_COVERED:
            yield self.case.status, "a sentence"
        elif self.case.policy is not None:
            yield self.case.status, self.case.reason

    # --- letters ------------------------------------------------------------------------------

    def offer(self, event: Event) -> None:
        """An update: it leads where section 5's table says, or is refused."""
        before, throttled = self.case, isinstance(event, RequestCall) and self._throttled()
        if isinstance(event, SendLink):
            throttled = self.witness.refuses_link(self.now)
        expected = becomes(before, event, throttled=throttled)
        try:
            self._hand_over(event)
        except Refused:
            assert expected is None, "what is not to be refused is taken"
            return
        assert expected is not None, "what is to be refused is refused"
        assert self.case.status is expected
        if isinstance(event, AddIssue) and event.issue in before.issues:
            assert self.case == before, "an issue named again changes nothing"
        if isinstance(event, RequestCall):
            self.asked += (self.now,)
        self._rest(before.status)

    def _throttled(self) -> bool:
        """Section 5: once in 5 minutes, and so many times in 24 hours."""
        rules = self.case.rules
        lately = [asked for asked in self.asked if self.now - asked < 24 * HOUR]
        just_now = lately and self.now - lately[-1] < rules.request_spacing
        return bool(just_now) or len(lately) >= rules.requests_per_day

    def is_cancelled(self) -> None:
        """The workflow is."""
        before = self.case.status
        goes_on = not self.case.is_open or self.case.unanswered_deactivation is not None
        after = before if goes_on else Status.WITHDRAWN
        self.case.cancel(self.now)
        assert self.case.status is after
        self._rest(before)

    def hear(self, step: Step, outcome: Any) -> None:
        """A step ended. What failed for as long as it was tried took that long."""
        before = None if isinstance(step, LookUp) else self.case.status
        if outcome is False and not isinstance(step, ShareContact):
            self.now += 24 * HOUR
        began = self._tasks.pop(step, None) or self._called_off.pop(step)
        match step:
            case LookUp():
                self._open(**outcome)
            case Announce():
                self._tell(step, began)
            case ShareContact():
                step_results.shared_contact(self.case, began.outcome, outcome, self.now)
            case _:
                self._tell(step, Task(self.now, outcome))
        self._rest(before)

    def wakes(self, moment: datetime) -> None:
        """Time passes until a moment, without anything seen on the way."""
        self.now = moment
        self._rest(self.case.status)

    def sleeps(self) -> None:
        """Time passes, and whatever is next is the first thing seen after it."""
        self.now += DOWN
        self.asleep = True

    def _rest(self, before: Status | None) -> None:
        self.asleep = False
        middle = self.case.status
        self._reconcile()
        while Announce() in self._tasks and not self.announces_late:
            self._tell(Announce(), self._tasks.pop(Announce()))
            self._reconcile()
        self.moves = {(a, b) for a, b in ((before, middle), (middle, self.case.status)) if a != b}
        invariants.check(self.case, tuple(self._tasks), self.now)

    # --- a world that decides nothing ---------------------------------------------------------

    def _take_off_finished(self) -> bool:
        return False

    def _perform(self, step: Step) -> Task:
        if isinstance(step, Reach):
            self._check_that_it_may_begin(step.number)
            self.begun += (step.number,)
        if isinstance(step, Announce):
            return NEVER._replace(outcome=super()._perform(step).outcome)
        return NEVER._replace(outcome=self.case.contact_news if step == ShareContact() else None)

    def _open(self, *, not_called: str | None = None, **facts: Any) -> None:
        self.witness.not_called = not_called is not None
        found = {"not_called": not_called, "shares_contact": True, "announces": True} | facts
        step_results.looked_up(self.case, self.facts.model_copy(update=found), self.now)
