"""What the seller and the desk do in a simulated case, and when, as the case comes to it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from domain.case.attempt import NOTICES, Attempt, Purpose
from domain.case.case import Case
from domain.case.desk_updates import confirm, decide, record_conversation, review_plan
from domain.case.events import (
    Confirm,
    ConversationOutcome,
    Decide,
    Decision,
    ReceiveReply,
    RecordConversation,
    RequestCall,
    Review,
    ReviewPlan,
    SubmitPlan,
)
from domain.case.mail_updates import receive_reply
from domain.case.seller_updates import request_call, submit_plan
from domain.case.status import Status
from domain.shared.errors import Refused
from domain.shared.events import Event
from domain.shared.result import Result
from simulation.chance import Drawn, Mix, delay_at
from simulation.seller import Seller
from simulation.world import Answer, Ruling, Verdict, World

_WORDS = "simulated"


class Owed(Enum):
    """What a case waits for, of the seller or of the desk."""

    PLAN = "plan"
    REVIEW = "review"
    DECISION = "decision"
    CONFIRMATION = "confirmation"


Turn = tuple[Owed, int] | None
"""What is owed, and which: a newer version of a plan is reviewed anew."""


class Act(NamedTuple):
    """Something that somebody does at a moment, unless they have no reason to any more."""

    at: datetime
    rule: Callable[[Case, Any, datetime], None]  # Any: each rule takes an event of its own type
    event: Event
    turn: Turn = None
    """It is done only if the case still waits for it. None: whatever the case waits for."""
    is_answer: bool = False
    """It is done only if the seller has not turned up meanwhile."""


_REPLY = ReceiveReply(by="seller", text=_WORDS)
_REQUEST = RequestCall(by="seller")
_CONVERSATION = RecordConversation(
    by="specialist", outcome=ConversationOutcome.PLAN_EXPECTED, note=_WORDS
)
_REVIEWS = {
    verdict: ReviewPlan(by="reviewer", decision=Review(verdict), note=_WORDS) for verdict in Verdict
}
_RULINGS = {ruling: Decide(by="lead", decision=Decision(ruling), note=_WORDS) for ruling in Ruling}
_CONFIRMS = Confirm(by="second lead", confirm=True, note=_WORDS)


@cache
def _plan(number: int) -> SubmitPlan:
    """Return a plan. No two of a case have the same text, or they would be the same plan."""
    words = (f"{_WORDS} {number}",)
    return SubmitPlan(
        by="seller", root_causes=words, corrective_actions=words, preventive_measures=words
    )


class People:
    """The seller and the desk of one case.

    Args:
        world: how soon and how well they do things.
        verdicts: its mix of what reviewers say.
        rulings: its mix of what leads decide.
        seller: the seller, with their luck.
    """

    def __init__(
        self, world: World, verdicts: Mix[Verdict], rulings: Mix[Ruling], seller: Seller
    ) -> None:
        self._world, self._verdicts, self._rulings = world, verdicts, rulings
        self._seller = seller
        self._turn: Turn = None
        self._plans = self._decisions = 0

    def do(self, case: Case, act: Act) -> bool:
        """Do what somebody meant to do. Return False if they do not, or are refused."""
        if (act.is_answer and case.reached) or (act.turn and act.turn != self._turn):
            return False
        try:
            act.rule(case, act.event, act.at)
        except Refused:  # the case has ended meanwhile; the person reads that, and leaves it
            return False
        return True

    def after(self, case: Case, attempt: Attempt, result: Result, now: datetime) -> Act | None:
        """Return what follows from an attempt that has just ended."""
        if result is Result.ACCEPTED and attempt.about in NOTICES and not case.reached:
            answer = self._seller.answer_to_email(attempt.at)
            return self._answer(now + answer.after, answer.by) if answer else None
        if result is Result.CONNECTED and attempt.about is Purpose.CONVERSATION:
            minutes = self._world.desk.minutes.conversation
            return Act(now + timedelta(minutes=minutes), record_conversation, _CONVERSATION)
        return None

    def _answer(self, at: datetime, by: Answer) -> Act:
        match by:
            case Answer.REPLY:
                return Act(at, receive_reply, _REPLY, is_answer=True)
            case Answer.REQUEST_CALL:
                return Act(at, request_call, _REQUEST, is_answer=True)
            case Answer.PLAN:
                return Act(at, submit_plan, _plan(0), is_answer=True)

    def look(self, case: Case, now: datetime) -> Iterator[Act]:
        """Yield what somebody begins to do, if the case now waits for something else."""
        turn = self._turn_of(case)
        if turn == self._turn:
            return
        self._turn = turn
        if turn is None:
            return
        match turn[0]:
            case Owed.PLAN:
                self._plans += 1
                if (after := self._seller.plan_after(self._plans)) is not None:
                    yield Act(now + after, submit_plan, _plan(self._plans))
            case Owed.REVIEW:
                yield from self._review(case, turn, now)
            case Owed.DECISION:
                self._decisions += 1
                ruling, delay, *_ = self._seller.draw(Drawn.DECISION, self._decisions)
                at = now + delay_at(self._world.desk.until_decided, delay)
                yield Act(at, decide, _RULINGS[self._rulings.at(ruling)], turn)
            case Owed.CONFIRMATION:
                *_, delay = self._seller.draw(Drawn.DECISION, self._decisions)
                at = now + delay_at(self._world.desk.until_decided, delay)
                yield Act(at, confirm, _CONFIRMS, turn)

    def _review(self, case: Case, turn: Turn, now: datetime) -> Iterator[Act]:
        verdict, delay, *_ = self._seller.draw(Drawn.REVIEW, len(case.plans.versions))
        at = now + delay_at(self._world.desk.until_reviewed, delay)
        if case.conversation_required:  # no plan is accepted before; so a specialist holds it
            yield Act(at, record_conversation, _CONVERSATION, turn)
            at += timedelta(minutes=self._world.desk.minutes.conversation)
        yield Act(at, review_plan, _REVIEWS[self._verdicts.at(verdict)], turn)

    def _turn_of(self, case: Case) -> Turn:
        if case.status is Status.WORKING:
            return None if case.conversation_required else (Owed.PLAN, 0)
        if case.status is Status.PLAN_REVIEW:
            return Owed.REVIEW, len(case.plans.versions)
        if case.status is Status.ESCALATED:
            return (Owed.CONFIRMATION if case.desk.proposal else Owed.DECISION), 0
        return None
