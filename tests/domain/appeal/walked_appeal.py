"""An appeal in a world that decides nothing: whatever could happen next is a letter.

What each event makes of it is compared with oracle.py, which shares no code with the rules.
"""

import copy
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from domain.appeal import look_up, step_results, updates
from domain.appeal.advance import advance
from domain.appeal.deactivation import AppealFacts
from domain.appeal.events import Appeal as AppealEvent
from domain.appeal.events import ChangeAddress, ReportOutage
from domain.appeal.letters import ASKS, AppealPurpose
from domain.appeal.status import AppealReason
from domain.appeal.steps import (
    AppealStep,
    LookAtAccount,
    LookForAnswer,
    LookUp,
    Reinstate,
    Send,
    TellDesk,
    TellProgramme,
)
from domain.case.events import ReceiveBounce
from domain.shared.errors import Refused
from domain.shared.events import Event
from domain.shared.result import Result
from domain.shared.steps import WaitUntil
from tests.domain.appeal.build import DAY, FACTS, NOW, a_new_appeal, apply
from tests.domain.appeal.letters import APPEALS, EVENTS, NOT_DONE, WHAT_IS_FOUND
from tests.domain.appeal.oracle import (
    ANSWERED,
    LAPSED,
    MORE_INFORMATION,
    OVER,
    REINSTATED,
    REINSTATING,
    SUBMITTED,
    UPHELD,
    UPHOLDING,
    Known,
)
from tests.domain.appeal.state_form import form_of
from tests.domain.walk import Letter


class WalkedAppeal:
    """An appeal whose every step waits for a letter to end it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now, self.appeal, self.known = now, a_new_appeal(now), Known()
        self.steps: tuple[AppealStep, ...] = ()
        self._advance()

    def fork(self) -> "WalkedAppeal":
        other = copy.copy(self)
        other.appeal, other.known = self.appeal.model_copy(), copy.copy(self.known)
        return other

    def form(self) -> Hashable:
        return form_of(self.appeal, self.known, self.now)

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
                case Send(about=about):
                    for result in (Result.ACCEPTED, Result.BOUNCED):
                        yield f"{about}: {result}", partial(WalkedAppeal.sent, result=result)
                case TellDesk(due=due):
                    yield "desk told", partial(WalkedAppeal.told_desk, due=due)
                case Reinstate():
                    yield "done", WalkedAppeal.reinstated
                    for reason in NOT_DONE:
                        yield reason, partial(WalkedAppeal.not_reinstated, reason=reason)
                case LookAtAccount():
                    for active, name in enumerate(("it is deactivated", "it is active")):
                        yield name, partial(WalkedAppeal.looked_at_account, active=bool(active))
                case TellProgramme():
                    yield "programme told", WalkedAppeal.told_programme
                    yield "another's", partial(WalkedAppeal.not_reinstated, reason=None)
                case WaitUntil(moment=moment):
                    yield "the moment waited for", partial(WalkedAppeal.wakes, moment=moment)
                    before = moment - timedelta(seconds=1)
                    if before > self.now:
                        yield "just before it", partial(WalkedAppeal.wakes, moment=before)
        yield from self._found()

    def _found(self) -> Iterator[Letter]:
        if LookUp() in self.steps:
            for found, facts in WHAT_IS_FOUND.items():
                yield f"looked up{found}", partial(WalkedAppeal.looked_up, facts=facts)
        if LookForAnswer() in self.steps:
            for waits, name in enumerate(("no message waits", "a message waits")):
                yield name, partial(WalkedAppeal.looked_for_answer, waits=bool(waits))

    def _moments(self) -> Iterator[Letter]:
        yield "a day passes", partial(WalkedAppeal.wakes, moment=self.now + DAY)
        yield "90 days pass", partial(WalkedAppeal.wakes, moment=self.now + 90 * DAY)

    def offer(self, event: Event, facts: AppealFacts = FACTS) -> None:
        if isinstance(event, AppealEvent):
            self._look_up(facts, gives_way=self.known.gives_way(event, facts, self.now))
        before, letters = self.appeal.model_copy(), self.appeal.letter_count
        expected = self.known.becomes(event, facts, self.now)
        moves = isinstance(event, ChangeAddress) and event.email != self.known.email
        comes_back = isinstance(event, ReceiveBounce) and event.attempt == self.known.answer_letter
        untold = not self._is_told() if moves else comes_back and self.known.has_moved()
        try:
            apply(self.appeal, event, self.now)
        except Refused:
            assert expected is None, "refused, and should have been taken"
            assert self.appeal == before, "what is refused changes nothing"
        else:
            assert expected is not None, "taken, and should have been refused"
            was = self.known.status
            self.known.took(event, expected, self.now)
            if expected is MORE_INFORMATION and was is not MORE_INFORMATION:
                self.known.question = self._new_letters(letters, AppealPurpose.MORE_INFORMATION)
            if self.known.status in ANSWERED:
                if isinstance(event, ReportOutage) and self.known.appeals == 1:
                    self._answer_is_written(letters, AppealPurpose.OUTAGE_FOUND)
                if untold:
                    self._answer_is_written_again(letters)
        self._advance()

    def _is_told(self) -> bool:
        return self.known.told_at is not None or self.known.answer_letter in self.known.waiting

    def _new_letters(self, before: int, about: AppealPurpose) -> tuple[int, ...]:
        """The numbers of the letters written since; there must be one about this."""
        new = tuple(one.number for one in self.appeal.letters if one.number > before)
        assert self.appeal.letters[-1].about is about
        assert len(new) == 1
        return new

    def _answer_is_written(self, before: int, about: AppealPurpose) -> None:
        (self.known.answer_letter,) = self._new_letters(before, about)
        self.known.told_at = None

    def _answer_is_written_again(self, before: int) -> None:
        abouts = [AppealPurpose(self.known.status)]
        if self.known.outage_since and self.known.appeals == 1:
            abouts.append(AppealPurpose.OUTAGE_FOUND)
        new = [one for one in self.appeal.letters if one.number > before]
        assert [one.about for one in new] == abouts
        self.known.answer_letter, self.known.told_at = new[-1].number, None

    def _look_up(self, facts: AppealFacts, *, gives_way: bool = False) -> None:
        if self.known.status in OVER or gives_way:
            self.known.email = facts.account.email or self.known.email
            found = facts.deactivation
            if found is not None and found.case_id != self.known.case:
                self.known.begins_anew(found.case_id)
        look_up.looked_up(self.appeal, facts, self.now)

    def looked_up(self, facts: AppealFacts) -> None:
        self._look_up(facts)
        self._advance()

    def sent(self, result: Result) -> None:
        letter, accepted = self.appeal.letters[0], result is Result.ACCEPTED
        step_results.sent(self.appeal, letter, result, self.now)
        if letter.number == self.known.answer_letter and accepted:
            self.known.told_at = self.now
        if self.known.status is MORE_INFORMATION and letter.number in self.known.question:
            self.known.question_sent(accepted, self.now)
        self._advance()

    def looked_for_answer(self, waits: bool) -> None:
        letters = self.appeal.letter_count
        step_results.looked_for_answer(self.appeal, waits, self.now)
        question = self.known.question
        lapses = not waits and not self.known.outages
        self.known.goes(LAPSED if lapses else SUBMITTED, self.now)
        if waits or lapses:
            self.known.question = question  # its e-mails may yet come back
        else:
            self.known.asked = False
        if lapses:
            self._answer_is_written(letters, AppealPurpose.LAPSED)
        self._advance()

    def told_desk(self, due: datetime) -> None:
        step_results.told_desk(self.appeal, due, True, self.now)
        self._advance()

    def reinstated(self) -> None:
        step_results.reinstated(self.appeal, self.now)
        self.known.goes(REINSTATED, self.now)
        self._advance()

    def not_reinstated(self, reason: AppealReason | None) -> None:
        if reason is None:
            step_results.deactivated_meanwhile(self.appeal, self.now)
        else:
            step_results.not_reinstated(self.appeal, reason, self.now)
        self.known.goes(SUBMITTED, self.now)
        self._advance()

    def looked_at_account(self, active: bool) -> None:
        letters = self.appeal.letter_count
        step_results.looked_at_account(self.appeal, active, self.now)
        self.known.goes(SUBMITTED if active else UPHELD, self.now)
        if not active:
            self._answer_is_written(letters, AppealPurpose.UPHELD)
        self._advance()

    def told_programme(self) -> None:
        step_results.told_programme(self.appeal, False, self.now)
        self._advance()

    def is_cancelled(self) -> None:
        updates.ignore_cancellation(self.appeal, self.now)
        self._advance()

    def wakes(self, moment: datetime) -> None:
        self.now = moment
        self._advance()

    # --- what holds always --------------------------------------------------------------------

    def _advance(self) -> None:
        self._sees_letters()
        letters, reminded = self.appeal.letter_count, self.known.is_reminded(self.now)
        self.steps = advance(self.appeal, self.now)
        if reminded:
            self.known.question += self._new_letters(letters, AppealPurpose.REMINDER)
        self._sees_letters()
        after = self.appeal.model_copy()
        assert advance(self.appeal, self.now) == self.steps, "asked again, the steps are the same"
        assert self.appeal == after, "asking again at the same moment changes nothing"
        self._check()

    def _sees_letters(self) -> None:
        self.known.waiting = frozenset(letter.number for letter in self.appeal.letters)
        self.known.written = self.appeal.letter_count

    def _check(self) -> None:
        it = self.appeal
        assert it.status is self.known.status
        assert (it.desk_by is not None) == (it.status is SUBMITTED)
        assert (it.desk_due is not None) == (it.status is SUBMITTED)
        assert it.seller_by == self.known.seller_by
        assert (LookForAnswer() in self.steps) == self.known.is_over
        assert it.answer_letter == self.known.answer_letter
        assert (Reinstate() in self.steps) == (it.status is REINSTATING)
        assert (LookAtAccount() in self.steps) == (it.status is UPHOLDING)
        assert len(it.submissions) == self.known.appeals <= 2
        kinds = [type(step) for step in self.steps]
        assert len(kinds) == len(set(kinds)), "each kind of step once: letters one after the other"
        assert (Send in kinds) == bool(it.letters)
        question = any(one.about in ASKS for one in it.letters)
        assert not question or it.status is MORE_INFORMATION, "asked for no reason"
        assert all(s.moment > self.now for s in self.steps if isinstance(s, WaitUntil))
        if it.status in (SUBMITTED, MORE_INFORMATION, REINSTATING, UPHOLDING):
            assert self.steps, "something is always waited for"
        if it.status in (UPHELD, LAPSED) and it.submissions and it.until and self.now < it.until:
            assert WaitUntil in kinds, "it stays, to refuse a third"
