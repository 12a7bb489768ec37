"""The demo's stories: what people do in each case. The engine does the rest."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from domain.case.events import (
    ConversationOutcome,
    Decide,
    Decision,
    RecordConversation,
    ReportHarm,
    Review,
    ReviewPlan,
    SubmitPlan,
)
from domain.case.status import Reason, Status
from domain.shared.events import HarmCategory
from examples.stage import Stage
from workflows.case.issue_case import IssueCase


def _plan(by: str, cause: str) -> SubmitPlan:
    return SubmitPlan(
        by=by,
        root_causes=(cause,),
        corrective_actions=("The listings concerned were removed and the stock recalled",),
        preventive_measures=("Two people now check each new listing against the policy",),
    )


async def _answers_the_second_call(case: Stage) -> None:
    await case.until(Status.WORKING)
    await case.play(timedelta(hours=3))
    await case.tell(IssueCase.submit_plan, _plan("seller", "A supplier changed the product"))
    await case.play(timedelta(hours=2))
    review = ReviewPlan(by="reviewer.kim", decision=Review.ACCEPT)
    await case.tell(IssueCase.review_plan, review)


async def _stays_silent(case: Stage) -> None:
    await case.play(timedelta(hours=73))


async def _needs_to_talk(case: Stage) -> None:
    await case.play(timedelta(hours=2))
    await case.tell(IssueCase.submit_plan, _plan("seller", "We did not know the rule"))
    ask = ReviewPlan(
        by="reviewer.kim",
        decision=Review.MORE_INFORMATION,
        note="Which supplier sold you the batch, and where is the rest of it?",
    )
    await case.tell(IssueCase.review_plan, ask)
    talk = RecordConversation(
        by="specialist.lee", outcome=ConversationOutcome.PLAN_EXPECTED, note="Named the supplier"
    )
    await case.play(timedelta(hours=20))
    await case.tell(IssueCase.record_conversation, talk)
    again = _plan("seller", "The supplier Northwind sold us a forged batch")
    await case.tell(IssueCase.submit_plan, again)
    review = ReviewPlan(by="reviewer.kim", decision=Review.ACCEPT)
    await case.tell(IssueCase.review_plan, review)


async def _cannot_be_called(case: Stage) -> None:
    await case.play(timedelta(hours=74))
    await case.until(Status.ESCALATED)
    decision = Decide(
        by="lead.ortiz",
        decision=Decision.RESOLVE,
        note="Our telephone provider was down for three days; the listing is gone",
    )
    await case.tell(IssueCase.decide, decision)


async def _is_not_covered(case: Stage) -> None:
    await case.end()


async def _turns_out_a_fraud(case: Stage) -> None:
    await case.play(timedelta(hours=5))
    report = ReportHarm(by="investigations", category=HarmCategory.FRAUD, evidence="INV-2291")
    await case.tell(IssueCase.report_harm, report)


@dataclass(frozen=True)
class Story:
    """A case of the demo, and its expected end."""

    file: str
    told: str
    play: Callable[[Stage], Awaitable[None]]
    status: Status
    reason: Reason | str
    """The reason, or the beginning of a reason that is a sentence."""


STORIES = (
    Story(
        "second-call.json",
        "answers the second call, plan accepted",
        _answers_the_second_call,
        Status.RESOLVED,
        Reason.PLAN_ACCEPTED,
    ),
    Story(
        "silent.json",
        "stays silent for 72 hours",
        _stays_silent,
        Status.DEACTIVATED,
        Reason.NOT_REACHED,
    ),
    Story(
        "conversation.json",
        "plan needs more information, a talk, accepted",
        _needs_to_talk,
        Status.RESOLVED,
        Reason.PLAN_ACCEPTED,
    ),
    Story(
        "outage.json",
        "our telephone is down, a person decides",
        _cannot_be_called,
        Status.RESOLVED,
        Reason.DECISION,
    ),
    Story(
        "fraud.json",
        "fraud is reported in hour 5",
        _turns_out_a_fraud,
        Status.DEACTIVATED,
        Reason.HARM,
    ),
    Story(
        "not-covered.json",
        "is not enrolled, so the promise does not hold",
        _is_not_covered,
        Status.NOT_COVERED,
        "the account is not enrolled",
    ),
)
