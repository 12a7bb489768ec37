"""The checks after a fault can fail: doctored books are found out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.case.attempt import Channel, Purpose
from domain.case.events import EventKind
from domain.case.policy import effective_policy
from domain.case.status import Reason, Status
from domain.case.timeline import TimelineEntry
from domain.case.view import AttemptView, CaseView
from domain.shared.result import Result
from experiments.faults.checks import violations
from experiments.faults.evidence import Call, CaseSeen, Delivered, Evidence
from reference.mail_tokens import thread_of
from tests.engine import HOUR, account, issue

OPENED = datetime(2026, 3, 2, 17, tzinfo=UTC)
DEADLINE = OPENED + 72 * HOUR
ID = "case/US/DOCTORED/run"
CALLS, EMAILS = {2: 1, 3: 8, 5: 30, 6: 56}, {1: 0, 4: 24, 7: 66}
"""By the attempt's number, at which hour."""


def _attempt(number: int) -> AttemptView:
    call = number in CALLS
    return AttemptView(
        number=number,
        channel=Channel.CALL if call else Channel.EMAIL,
        about=Purpose.FINAL_NOTICE if number == 7 else Purpose.NOTICE,
        at=OPENED + (CALLS | EMAILS)[number] * HOUR,
        result=Result.NO_ANSWER if call else Result.ACCEPTED,
    )


def _rejection(number: int) -> AttemptView:
    at = OPENED + number * HOUR
    return AttemptView(
        number=number,
        channel=Channel.EMAIL,
        about=Purpose.PLAN_REJECTED,
        at=at,
        result=Result.ACCEPTED,
    )


def _entry(what: EventKind, at: datetime, status: Status | None = None) -> TimelineEntry:
    return TimelineEntry(at=at, what=what, status=status)


VIEW = CaseView(
    id=ID,
    status=Status.DEACTIVATED,
    reason=Reason.NOT_REACHED,
    opened_at=OPENED,
    deadline=DEADLINE,
    closed_at=DEADLINE,
    account=account("DOCTORED"),
    issues=(issue(),),
    agenda=(),
    attempts=tuple(map(_attempt, range(1, 8))),
    plans=(),
    conversation_required=False,
    timeline=(
        _entry(EventKind.OUTREACH_BEGAN, OPENED),
        _entry(EventKind.CLOCK_STARTED, OPENED),
        _entry(EventKind.STATUS, DEADLINE, Status.DEACTIVATING),
    ),
)
CASE = CaseSeen("case/US/DOCTORED", effective_policy(None), VIEW)


def honest() -> Evidence:
    """A seller who was really tried, and not reached."""
    return Evidence(
        [CASE],
        dials=[f"{ID}/{number}" for number in CALLS],
        calls=[
            Call(f"{ID}/{n}", ID, hour * 3600, hour * 3600 + 2, Result.NO_ANSWER)
            for n, hour in CALLS.items()
        ],
        mails=[
            Delivered(f"<{thread_of(ID)}.{n}@case72.example>", "to", f"{hour}", "")
            for n, hour in EMAILS.items()
        ],
        deactivated={("US", "DOCTORED"): ID},
    )


def told(**changes: Any) -> list[CaseSeen]:
    """The case, had it told something else."""
    return [replace(CASE, view=VIEW.model_copy(update=changes))]


def test_books_that_agree_with_the_rules_show_no_violation() -> None:
    assert violations(honest()) == []


DOCTORED: dict[str, tuple[dict[str, Any], str]] = {
    "dialled twice": ({"dials": [f"{ID}/2", f"{ID}/2"]}, "dialled 2 times"),
    "mailed twice": ({"mails": [*honest().mails, honest().mails[0]]}, "delivered 2 times"),
    "the same words under two numbers": (
        {
            "mails": [
                *honest().mails,
                *(
                    Delivered(f"<{thread_of(ID)}.{n}@case72.example>", "to", "1", "plan rejected")
                    for n in (8, 9)
                ),
            ],
            "cases": told(attempts=(*VIEW.attempts, *map(_rejection, (8, 9)))),
        },
        "the same words under 2 Message-IDs",
    ),
    "a notice twice at one moment": (
        {
            "mails": [
                *honest().mails[1:],
                Delivered(f"<{thread_of(ID)}.1@case72.example>", "to", "24", ""),
            ],
        },
        "the same words under 2 Message-IDs",
    ),
    "two answers to no plan": (
        {"cases": told(attempts=(*VIEW.attempts, _rejection(8)))},
        "1 e-mails plan_rejected to 0 reviews",
    ),
    "an e-mail of no attempt": (
        {
            "mails": [
                *honest().mails,
                Delivered(f"<{thread_of(ID)}.9@case72.example>", "to", "70", ""),
            ]
        },
        "the case knows of no such e-mail",
    ),
    "no final notice": ({"mails": honest().mails[:2]}, "no final notice was delivered"),
    "never rang": ({"calls": []}, "never dialled"),
    "invalid, and no carrier said so": (
        {
            "cases": told(
                attempts=tuple(
                    a.model_copy(update={"result": Result.INVALID_NUMBER})
                    if a.channel is Channel.CALL
                    else a
                    for a in VIEW.attempts
                ),
                timeline=(_entry(EventKind.NUMBER_INVALID, OPENED), *VIEW.timeline),
            ),
            "calls": [],
        },
        "only 0 calls rang",
    ),
    "said to be invalid, and never dialled": (
        {
            "cases": told(
                attempts=(
                    *VIEW.attempts,
                    VIEW.attempts[1].model_copy(
                        update={"number": 8, "result": Result.INVALID_NUMBER}
                    ),
                )
            )
        },
        "said to be invalid_number, and was never dialled",
    ),
    "machines that did not hear us": (
        {
            "calls": [replace(c, result=Result.VOICEMAIL_CUT) for c in honest().calls],
            "cases": told(
                attempts=tuple(
                    a.model_copy(update={"result": Result.VOICEMAIL_CUT})
                    if a.channel is Channel.CALL
                    else a
                    for a in VIEW.attempts
                )
            ),
        },
        "only 0 calls rang",
    ),
    "rang too seldom": ({"calls": honest().calls[:2]}, "only 2 calls rang"),
    "not late enough": ({"calls": honest().calls[:3]}, "no call rang in the last third"),
    "somebody answered": (
        {"calls": [*honest().calls[:3], replace(honest().calls[3], result=Result.CONNECTED)]},
        "the seller answered a call",
    ),
    "two calls at once": (
        {"calls": [replace(honest().calls[0], ends=9 * 3600.0), *honest().calls[1:]]},
        "was dialled while",
    ),
    "an active account": ({"deactivated": {}}, "the account is active"),
    "a stranger's account": (
        {"deactivated": {("US", "DOCTORED"): "case/US/OTHER/run"}},
        "which is not known",
    ),
    "a lost case": ({"cases": [replace(CASE, view=None)]}, "lost"),
    "a failing task": ({"cases": [replace(CASE, failing="tried 9 times")]}, "fails"),
    "a case that stands still": (
        {"cases": [replace(told(status=Status.WORKING)[0], closed=False)]},
        "nothing is to come",
    ),
    "the seller turned up": (
        {"cases": told(timeline=(_entry(EventKind.CONTACT, OPENED + HOUR), *VIEW.timeline))},
        "the seller turned up",
    ),
    "a skipped call": (
        {
            "cases": told(
                attempts=(
                    VIEW.attempts[0].model_copy(update={"number": 8, "result": Result.SKIPPED}),
                    *VIEW.attempts,
                )
            )
        },
        "an attempt was skipped",
    ),
    "too early": ({"cases": told(deadline=DEADLINE - timedelta(hours=1))}, "time was not over"),
    "nobody decided": ({"cases": told(reason=Reason.DECISION)}, "nobody decided so"),
    "no harm": ({"cases": told(reason=Reason.HARM)}, "no harm was reported"),
    "resolved, and deactivated": (
        {"cases": told(status=Status.RESOLVED)},
        "its account was deactivated",
    ),
}


@pytest.mark.parametrize("name", DOCTORED)
def test_doctored_books_are_found_out(name: str) -> None:
    changes, expected = DOCTORED[name]
    assert any(expected in said for said in violations(replace(honest(), **changes)))
