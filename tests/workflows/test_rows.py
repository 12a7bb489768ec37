"""The workflow performs each row of docs/rules.md, section 5, on the real server."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.case.attempt import Purpose
from domain.case.events import ChangeContact, ConversationOutcome, Decision
from domain.case.status import Reason, Status
from domain.shared.result import Result
from tests.engine import HOUR, Engine, OpenCase, issue
from tests.workflows.events import (
    ACCEPT,
    ASK,
    CALL_ME,
    CONTACT,
    FRAUD,
    PLAN,
    REJECT,
    WITHDRAW,
    confirmed,
    decided,
    joins,
    talked,
)
from workflows.case.issue_case import IssueCase

Path = Callable[[OpenCase], Awaitable[object]]

NEW_ADDRESS = ChangeContact(by="seller", email="new@bluekettle.example")
NEVER_REALLY_TRIED = {"email": "bounce@bluekettle.example"}


async def working(case: OpenCase) -> None:
    await case.tell(IssueCase.report_contact, CONTACT)


async def reviewed(case: OpenCase) -> None:
    await case.tell(IssueCase.submit_plan, PLAN)


async def asked(case: OpenCase) -> None:
    await reviewed(case)
    await case.tell(IssueCase.review_plan, ASK)


async def rejected(case: OpenCase) -> None:
    await reviewed(case)
    await case.tell(IssueCase.review_plan, REJECT)


async def rejected_three_times(case: OpenCase) -> None:
    for _ in range(3):
        await rejected(case)


async def accepted(case: OpenCase) -> None:
    await reviewed(case)
    await case.tell(IssueCase.review_plan, ACCEPT)


async def accepted_after_a_conversation(case: OpenCase) -> None:
    await asked(case)
    await reviewed(case)
    await case.tell(IssueCase.record_conversation, talked())
    await case.tell(IssueCase.review_plan, ACCEPT)


async def accepted_after_a_conversation_but_rejected(case: OpenCase) -> None:
    await asked(case)
    await reviewed(case)
    await case.tell(IssueCase.record_conversation, talked())
    await case.tell(IssueCase.review_plan, REJECT)


async def resolved_by_conversation(case: OpenCase) -> None:
    await case.tell(IssueCase.record_conversation, talked(ConversationOutcome.RESOLVED))


async def uncooperative(case: OpenCase) -> None:
    await working(case)
    await case.play(72 * HOUR + timedelta(minutes=1))


async def silent(case: OpenCase) -> None:
    await case.play(73 * HOUR)


def decide(decision: Decision, before: Path = rejected_three_times) -> Path:
    async def path(case: OpenCase) -> None:
        await before(case)
        await case.reaches(Status.ESCALATED)
        await case.tell(IssueCase.decide, decided(decision))

    return path


async def proposed(case: OpenCase) -> None:
    await decide(Decision.DEACTIVATE)(case)


async def proposed_and_confirmed(case: OpenCase) -> None:
    await proposed(case)
    await case.tell(IssueCase.confirm, confirmed())


async def proposed_and_declined(case: OpenCase) -> None:
    await proposed(case)
    await case.tell(IssueCase.confirm, confirmed(confirm=False))


async def never_reached_resumed(case: OpenCase) -> None:
    await decide(Decision.RESUME, silent)(case)


async def plan_then_resumed(case: OpenCase) -> None:
    await rejected_three_times(case)
    await reviewed(case)
    await case.tell(IssueCase.decide, decided(Decision.RESUME))


async def escalated_then_the_seller(case: OpenCase) -> None:
    await rejected_three_times(case)
    await reviewed(case)
    await working(case)
    await case.tell(IssueCase.record_conversation, talked(ConversationOutcome.RESOLVED))


async def joined_in_review(case: OpenCase) -> None:
    await reviewed(case)
    await case.tell(IssueCase.add_issue, joins(issue("ISS-2")))


async def joined_in_contacting(case: OpenCase) -> None:
    await case.tell(IssueCase.add_issue, joins(issue("ISS-2")))


async def harmful(case: OpenCase) -> None:
    await case.tell(IssueCase.report_harm, FRAUD)


async def withdrawn(case: OpenCase) -> None:
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def cancelled(case: OpenCase) -> None:
    await case.handle.cancel()


async def requested(case: OpenCase) -> None:
    await case.tell(IssueCase.request_call, CALL_ME)


SECOND_PERSON = {"rules": {"second_person": True}}

STILL_OPEN: list[tuple[Path, dict[str, Any], Status, Reason | None]] = [
    (working, {}, Status.WORKING, None),
    (requested, {}, Status.WORKING, None),
    (reviewed, {}, Status.PLAN_REVIEW, None),
    (asked, {}, Status.WORKING, None),
    (rejected, {}, Status.WORKING, None),
    (rejected_three_times, {}, Status.ESCALATED, Reason.PLANS_REJECTED),
    (uncooperative, {}, Status.ESCALATED, Reason.NO_COOPERATION),
    (silent, NEVER_REALLY_TRIED, Status.ESCALATED, Reason.NOT_REALLY_TRIED),
    (never_reached_resumed, NEVER_REALLY_TRIED, Status.CONTACTING, None),
    (decide(Decision.RESUME), {}, Status.WORKING, None),
    (proposed, SECOND_PERSON, Status.ESCALATED, Reason.PLANS_REJECTED),
    (proposed_and_declined, SECOND_PERSON, Status.ESCALATED, Reason.PLANS_REJECTED),
    (plan_then_resumed, {}, Status.PLAN_REVIEW, None),
    (escalated_then_the_seller, {}, Status.ESCALATED, Reason.PLANS_REJECTED),
    (joined_in_contacting, {}, Status.CONTACTING, None),
    (joined_in_review, {}, Status.WORKING, None),
]

ENDED: list[tuple[Path, dict[str, Any], Status, Reason]] = [
    (accepted, {}, Status.RESOLVED, Reason.PLAN_ACCEPTED),
    (accepted_after_a_conversation, {}, Status.RESOLVED, Reason.PLAN_ACCEPTED),
    (resolved_by_conversation, {}, Status.RESOLVED, Reason.CONVERSATION),
    (silent, {}, Status.DEACTIVATED, Reason.NOT_REACHED),
    (decide(Decision.RESOLVE), {}, Status.RESOLVED, Reason.DECISION),
    (decide(Decision.DEACTIVATE), {}, Status.DEACTIVATED, Reason.DECISION),
    (proposed_and_confirmed, SECOND_PERSON, Status.DEACTIVATED, Reason.DECISION),
    (harmful, {}, Status.DEACTIVATED, Reason.HARM),
    (withdrawn, {}, Status.WITHDRAWN, Reason.RAISED_IN_ERROR),
    (cancelled, {}, Status.WITHDRAWN, Reason.CANCELLED),
]


def named(value: object) -> str | None:
    return getattr(value, "__name__", None)


@pytest.mark.parametrize(("path", "seller", "status", "reason"), STILL_OPEN, ids=named)
async def test_a_row_that_leaves_the_case_open(
    engine: Engine, path: Path, seller: dict[str, Any], status: Status, reason: Reason | None
) -> None:
    case = await engine.open(**seller)
    await path(case)
    view = await case.reaches(status)
    assert view.reason == reason
    assert view.closed_at is None
    await case.tell(IssueCase.withdraw, WITHDRAW)


@pytest.mark.parametrize(("path", "seller", "status", "reason"), ENDED, ids=named)
async def test_a_row_that_ends_the_case(
    engine: Engine, path: Path, seller: dict[str, Any], status: Status, reason: Reason
) -> None:
    case = await engine.open(**seller)
    await path(case)
    view = await case.end()
    assert (view.status, view.reason) == (status, reason)
    assert view.closed_at is not None
    assert view.agenda == ()
    # The seller is told how it ended, in the last of the attempts.
    assert (view.attempts[-1].about, view.attempts[-1].result) == (Purpose(status), Result.ACCEPTED)
    active = await engine.providers.accounts.is_active("US", view.account.seller_id)
    assert active == (status is not Status.DEACTIVATED)
