"""The stories that cases play."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from domain.case.events import Decision
from domain.case.status import Status
from experiments.faults.crowd import Life, Part
from tests.engine import issue
from tests.workflows.events import (
    ACCEPT,
    ASK,
    CALL_ME,
    CONTACT,
    FRAUD,
    PLAN,
    REJECT,
    WITHDRAW,
    decided,
    joins,
    talked,
)
from workflows.case.issue_case import IssueCase

_SECOND = 1 / 3600

BRIEF = {
    "window": "PT20S",
    "email_hours": [0, 6 * _SECOND, 14 * _SECOND],
    "call_hours": [0, 3 * _SECOND, 8 * _SECOND, 14 * _SECOND, 17 * _SECOND],
    "call_spacing": "PT1S",
    "late_notice": "PT2S",
    "call_timeout": "PT5S",
    "email_timeout": "PT5S",
    "redial_after": "PT2S",
}
"""A policy of twenty real seconds instead of 72 hours. Time that a fault takes counts fully."""


async def silence(case: Life) -> None:
    """The seller does not turn up. If we did not really try, the lead resolves the case."""
    hours = None if case.start.policy and "window" in case.start.policy else 13
    status = await case.leaves(Status.CONTACTING, hours=hours)
    if status is Status.ESCALATED:
        await case.tell(IssueCase.decide, decided(Decision.RESOLVE))


async def answered(case: Life) -> None:
    """The seller answers a call and sends a plan, which is accepted."""
    await case.leaves(Status.CONTACTING, hours=3)
    await case.tell(IssueCase.submit_plan, PLAN)
    await case.tell(IssueCase.review_plan, ACCEPT)


async def by_the_page(case: Life) -> None:
    """The seller presses the button, sends a plan, is asked for more, and talks to us."""
    await case.tell(IssueCase.request_call, CALL_ME)
    await case.tell(IssueCase.submit_plan, PLAN)
    await case.tell(IssueCase.review_plan, ASK)
    await case.play(5)
    await case.tell(IssueCase.record_conversation, talked())
    await case.tell(IssueCase.submit_plan, PLAN)
    await case.tell(IssueCase.review_plan, ACCEPT)


async def rejected(case: Life) -> None:
    """Three plans are rejected, and the lead deactivates."""
    for _ in range(3):
        await case.tell(IssueCase.submit_plan, PLAN)
        await case.tell(IssueCase.review_plan, REJECT)
    await case.tell(IssueCase.decide, decided(Decision.DEACTIVATE))


async def harm(case: Life) -> None:
    """Fraud is reported while we call."""
    await case.play(2)
    await case.tell(IssueCase.report_harm, FRAUD)


async def withdrawn(case: Life) -> None:
    """The case is withdrawn, since it was raised in error."""
    await case.play(5)
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def not_cooperating(case: Life) -> None:
    """The seller is reached and then silent. The case is escalated, resumed, then resolved."""
    await case.tell(IssueCase.report_contact, CONTACT)
    await case.leaves(Status.WORKING, hours=40)
    await case.tell(IssueCase.decide, decided(Decision.RESUME))
    await case.tell(IssueCase.submit_plan, PLAN)
    await case.tell(IssueCase.review_plan, ACCEPT)


async def joined(case: Life) -> None:
    """A further issue joins, the outreach begins anew, and the seller does not turn up."""
    await case.play(20)
    await case.tell(IssueCase.add_issue, joins(issue("ISS-2")))
    await silence(case)


def later(part: Part, moment: asyncio.Event) -> Part:
    """Return the part, played no earlier than at a moment. The case is opened before it."""

    async def play(case: Life) -> None:
        await moment.wait()
        await part.story(case)

    return replace(part, story=play)


SILENT = Part("silent", silence)
HARM = Part("harm", harm)
REJECTED = Part("plans rejected", rejected)
PARTS: Sequence[tuple[int, Part]] = (
    (3, SILENT),
    (1, Part("voicemail", silence, "12")),
    (1, Part("declined", silence, "13")),
    (1, Part("busy", silence, "11")),
    (1, Part("invalid number", silence, "14")),
    (1, Part("mail bounces", silence, email="bounce@bluekettle.example")),
    (6, Part("72 hours in 20 s", silence, rules=BRIEF)),
    (3, Part("answered", answered, "02")),
    (3, Part("by the page", by_the_page)),
    (2, REJECTED),
    (2, HARM),
    (2, Part("withdrawn", withdrawn)),
    (2, Part("not cooperating", not_cooperating)),
    (1, Part("issue joins", joined)),
)
"""The parts with their shares."""


def cast(random: Random, count: int) -> list[Part]:
    """Draw `count` parts at random."""
    shares, parts = zip(*PARTS, strict=True)
    return random.choices(parts, weights=shares, k=count)
