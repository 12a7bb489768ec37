"""An appeal in a world that decides nothing: whatever could happen next is a letter.

What each event makes of it is compared with oracle.py, which shares no code with the rules.
"""

import copy
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from domain.appeal import step_results, updates
from domain.appeal.advance import advance
from domain.appeal.deactivation import AppealFacts
from domain.appeal.events import Appeal as AppealEvent
from domain.appeal.events import Verdict
from domain.appeal.letters import AppealPurpose
from domain.appeal.status import AppealReason
from domain.appeal.steps import AppealStep, LookUp, Reinstate, Send, TellDesk, TellProgramme
from domain.shared.errors import Refused
from domain.shared.events import Event
from domain.shared.result import Result
from domain.shared.steps import WaitUntil
from tests.domain.appeal.build import (
    ADDED,
    AGAIN,
    APPEAL,
    BOUNCE,
    DAY,
    DEACTIVATED_AT,
    DIAZ,
    FACTS,
    FOUND,
    NOTHING,
    NOVAK,
    NOW,
    OUTAGE,
    PART,
    WITH_FILE,
    a_new_appeal,
    answer,
    apply,
)
from tests.domain.appeal.oracle import (
    LAPSED,
    MORE_INFORMATION,
    REINSTATED,
    REINSTATING,
    SUBMITTED,
    UPHELD,
    Known,
)
from tests.domain.walk import HowFar, Letter, Walk

ANOTHER = FACTS.model_copy(
    update={"deactivation": FOUND.model_copy(update={"case_id": "case/US/A2EXAMPLE/2"})}
)
APPEALS = {"an appeal": APPEAL, "one with evidence": AGAIN, "one with a file": WITH_FILE}
WHAT_IS_FOUND = {"": FACTS, ", of another case": ANOTHER, ", of nothing": NOTHING}
EVENTS: dict[str, Event] = {
    "information": ADDED,
    "outage": OUTAGE,
    "a letter comes back": BOUNCE,
    **{
        f"{verdict}, by {by}": answer(verdict, by)
        for verdict in Verdict
        for by in (PART, NOVAK, DIAZ)
    },
}


class WalkedAppeal:
    """An appeal whose every step waits for a letter to end it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now, self.appeal, self.known = now, a_new_appeal(now), Known()
        self.steps: tuple[AppealStep, ...] = ()
        self.seller_by: datetime | None = None
        self._advance()

    def fork(self) -> "WalkedAppeal":
        other = copy.copy(self)
        other.appeal, other.known = self.appeal.model_copy(), copy.copy(self.known)
        return other

    def form(self) -> Hashable:
        """All but the timeline, ids and texts; moments as distances from now."""
        it, known = self.appeal, self.known
        distances = (it.desk_by, it.desk_due, it.seller_by, it.until)
        return (
            it.status,
            it.reason,
            it.problem,
            it.wants_look_up,
            it.deactivation and it.deactivation.case_id,
            tuple(
                (s.said, s.question and s.question.said.by, s.answer and s.answer.said.by)
                for s in it.submissions
            ),
            tuple(len(s.information) for s in it.submissions),
            tuple(outage.at > it.since for outage in it.outages),
            # In seconds: Python's hash of -1 day is that of -2 days.
            tuple(m and (m - self.now).total_seconds() for m in distances),
            self.now - DEACTIVATED_AT,
            self.now - it.since,
            it.delay_told,
            it.programme_told,
            tuple((e.about, e.note, e.number == BOUNCE.attempt) for e in it.letters),
            # Of the numbers of letters, only whether it is the one that may come back.
            (it.question_letter == BOUNCE.attempt, min(it.letter_count, 2), known.asked_by),
            (known.asked, known.judges, known.first_judges, self.now - known.answered_at),
        )

    def shows(self) -> Iterable[Hashable]:
        yield (self.appeal.status, self.appeal.reason)
        yield from (letter.about for letter in self.appeal.letters)

    # --- letters ------------------------------------------------------------------------------

    def could_happen(self) -> Sequence[Letter]:
        return [*self._events(), *self._results(), *self._moments()]

    def _events(self) -> Iterator[Letter]:
        for name, event in APPEALS.items():
            for found, facts in WHAT_IS_FOUND.items():
                yield f"{name}{found}", partial(WalkedAppeal.offer, event=event, facts=facts)
        for name, happens in EVENTS.items():
            yield name, partial(WalkedAppeal.offer, event=happens)
        yield "cancelled", WalkedAppeal.is_cancelled

    def _results(self) -> Iterator[Letter]:
        for step in self.steps:
            match step:
                case LookUp():
                    for found, facts in WHAT_IS_FOUND.items():
                        yield f"looked up{found}", partial(WalkedAppeal.looked_up, facts=facts)
                case Send(about=about):
                    for result in (Result.ACCEPTED, Result.BOUNCED):
                        yield f"{about}: {result}", partial(WalkedAppeal.sent, result=result)
                case TellDesk(due=due):
                    yield "desk told", partial(WalkedAppeal.told_desk, due=due)
                case Reinstate():
                    yield "done", WalkedAppeal.reinstated
                    for reason in (
                        AppealReason.REINSTATEMENT_FAILED,
                        AppealReason.REINSTATEMENT_HELD,
                    ):
                        yield reason, partial(WalkedAppeal.not_reinstated, reason=reason)
                case TellProgramme():
                    yield "programme told", WalkedAppeal.told_programme
                case WaitUntil():
                    pass

    def _moments(self) -> Iterator[Letter]:
        yield "a day passes", partial(WalkedAppeal.wakes, moment=self.now + DAY)
        yield "90 days pass", partial(WalkedAppeal.wakes, moment=self.now + 90 * DAY)
        for step in self.steps:
            if isinstance(step, WaitUntil):
                yield "the moment waited for", partial(WalkedAppeal.wakes, moment=step.moment)
                before = step.moment - timedelta(seconds=1)
                if before > self.now:
                    yield "just before it", partial(WalkedAppeal.wakes, moment=before)

    def offer(self, event: Event, facts: AppealFacts = FACTS) -> None:
        if isinstance(event, AppealEvent) and self.known.status in (UPHELD, LAPSED):
            step_results.looked_up(self.appeal, facts, self.now)
            self._learns(facts)
        before = self.appeal.model_copy()
        expected = self.known.becomes(event, facts, self.now)
        try:
            apply(self.appeal, event, self.now)
        except Refused:
            assert expected is None, "refused, and should have been taken"
            assert self.appeal == before, "what is refused changes nothing"
        else:
            assert expected is not None, "taken, and should have been refused"
            self.known.took(event, expected, self.now)
        self._advance()

    def _learns(self, facts: AppealFacts) -> None:
        found = facts.deactivation
        if found is not None and found.case_id != self.known.case:
            self.known.begins_anew(found.case_id)

    def looked_up(self, facts: AppealFacts) -> None:
        if self.known.status in (UPHELD, LAPSED):
            self._learns(facts)
        step_results.looked_up(self.appeal, facts, self.now)
        self._advance()

    def sent(self, result: Result) -> None:
        letter = self.appeal.letters[0]
        is_question = letter.about is AppealPurpose.MORE_INFORMATION
        step_results.sent(self.appeal, letter, result, self.now)
        if is_question and self.known.status is MORE_INFORMATION:
            if result is Result.ACCEPTED:
                self.seller_by = self.now + 7 * DAY
                self.known.question_letter = letter.number
            else:
                self.known.is_not_asked()
                self.known.goes(SUBMITTED, self.now)
        self._advance()

    def told_desk(self, due: datetime) -> None:
        step_results.told_desk(self.appeal, due, True, self.now)
        self._advance()

    def reinstated(self) -> None:
        step_results.reinstated(self.appeal, self.now)
        self.known.goes(REINSTATED, self.now)
        self._advance()

    def not_reinstated(self, reason: AppealReason) -> None:
        answered = self.appeal.newest.answer
        assert answered is not None
        step_results.not_reinstated(self.appeal, reason, self.now)
        asked = self.appeal.newest.question
        if asked is None or asked.said.by != answered.said.by:
            self.known.judges = self.known.judges - {answered.said.by}
        self.known.goes(SUBMITTED, self.now)
        self._advance()

    def told_programme(self) -> None:
        step_results.told_programme(self.appeal, self.now)
        self._advance()

    def is_cancelled(self) -> None:
        updates.ignore_cancellation(self.appeal, self.now)
        self._advance()

    def wakes(self, moment: datetime) -> None:
        self.now = moment
        self._advance()

    # --- what holds always --------------------------------------------------------------------

    def _advance(self) -> None:
        lapses = self.known.status is MORE_INFORMATION and self.seller_by is not None
        if lapses and self.seller_by is not None and self.now >= self.seller_by:
            self.known.goes(LAPSED, self.now)
        if self.known.status is not MORE_INFORMATION:
            self.seller_by = self.known.question_letter = None
        self.steps = advance(self.appeal, self.now)
        after = self.appeal.model_copy()
        assert advance(self.appeal, self.now) == self.steps, "asked again, the steps are the same"
        assert self.appeal == after, "asking again at the same moment changes nothing"
        self._check()

    def _check(self) -> None:
        it = self.appeal
        assert it.status is self.known.status
        assert (it.desk_by is not None) == (it.status is SUBMITTED)
        assert (it.desk_due is not None) == (it.status is SUBMITTED)
        assert it.seller_by == self.seller_by
        assert (Reinstate() in self.steps) == (it.status is REINSTATING)
        assert len(it.submissions) == self.known.appeals <= 2
        kinds = [type(step) for step in self.steps]
        assert len(kinds) == len(set(kinds)), "each kind of step once: letters one after the other"
        assert (Send in kinds) == bool(it.letters)
        question = any(one.about is AppealPurpose.MORE_INFORMATION for one in it.letters)
        assert not question or it.status is MORE_INFORMATION, "asked for no reason"
        assert all(s.moment > self.now for s in self.steps if isinstance(s, WaitUntil))
        if it.status in (SUBMITTED, MORE_INFORMATION, REINSTATING):
            assert self.steps, "something is always waited for"
        if it.status in (UPHELD, LAPSED) and it.submissions and it.until and self.now < it.until:
            assert WaitUntil in kinds, "it stays, to refuse a third"


def walks(how_far: HowFar) -> list[Walk]:
    """Every letter from the beginning; then with fewer letters further."""
    late = DEACTIVATED_AT + 89 * DAY
    roots: list[tuple[str, WalkedAppeal]] = [("not looked up", WalkedAppeal())]
    deep: list[tuple[str, WalkedAppeal]] = [
        ("appealed", _after(WalkedAppeal())),
        ("appealed on the last day", _after(WalkedAppeal(late))),
    ]
    few: Callable[[str], bool] = lambda name: ", of " not in name and "file" not in name  # noqa: E731
    return [
        Walk("appeal, all letters", roots, (3, 4, 4)[how_far], recheck=20),
        Walk("appeal, decided", deep, (4, 5, 5)[how_far], only=few, recheck=20),
    ]


def _after(walked: WalkedAppeal) -> WalkedAppeal:
    walked.looked_up(FACTS)
    walked.offer(APPEAL)
    return walked
