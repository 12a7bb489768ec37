"""Sample values that try every template in every situation it depends on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import NamedTuple

from babel import Locale

from domain.case.activity_inputs import SendEmailInput, TellDeskInput
from domain.case.attempt import Purpose
from domain.case.desk_work import Proposal
from domain.case.events import EventKind, SubmitPlan
from domain.case.evidence_file import EvidenceFile, MediaType
from domain.case.plans import Plan
from domain.case.status import Reason, Status
from domain.case.timeline import TimelineEntry
from domain.enrollment.activity_inputs import SendLetterInput
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentReason
from domain.shared.account import Account, Confirmation, Issue, Store
from mail.appeal_samples import appeal_samples
from mail.values import (
    Values,
    Ways,
    WebUI,
    values_of_case,
    values_of_desk,
    values_of_letter,
)

CASE_MESSAGES = tuple(
    about for about in Purpose if about not in (Purpose.REQUESTED, Purpose.CONVERSATION)
)
"""The purposes of a case's e-mails. The other purposes are of calls."""

_NUMBER_NEEDED = (
    EnrollmentReason.NO_NUMBER,
    EnrollmentReason.INVALID_NUMBER,
    EnrollmentReason.NUMBER_NOT_VERIFIED,
)

LETTERS: dict[LetterPurpose, tuple[EnrollmentReason, ...]] = {
    LetterPurpose.ENROLLED: (EnrollmentReason.REQUIREMENTS_MET,),
    LetterPurpose.INVITED: _NUMBER_NEEDED,
    LetterPurpose.INVITED_AGAIN: _NUMBER_NEEDED,
    LetterPurpose.ENDED: (
        EnrollmentReason.HARM,
        EnrollmentReason.SELLING_PLAN,
        EnrollmentReason.RECORD_TOO_SHORT,
        EnrollmentReason.TOO_MANY_DAYS_BELOW,
        *_NUMBER_NEEDED,
    ),
    LetterPurpose.ENDED_NUMBER_NEEDED: _NUMBER_NEEDED,
    LetterPurpose.FRESH_LINK: (EnrollmentReason.REQUIREMENTS_MET,),  # the text ignores the reason
    LetterPurpose.DAYS_BELOW: (EnrollmentReason.REQUIREMENTS_MET,),
    LetterPurpose.CONTACT_CHANGED: (EnrollmentReason.REQUIREMENTS_MET,),
    LetterPurpose.PROVE_NUMBER: (EnrollmentReason.REQUIREMENTS_MET,),
    LetterPurpose.VERIFY_AGAIN: (EnrollmentReason.REQUIREMENTS_MET,),
}
"""The purposes of the programme's letters, with their reasons."""

_AT = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
_NOTE = "Which supplier sold it to you?\n\nPlease attach the invoices:\n- of January\n- of February"
_WITH_NOTE: dict[Purpose, tuple[str | None, ...]] = {
    Purpose.MORE_INFORMATION: (_NOTE,),
    Purpose.PLAN_REJECTED: (_NOTE,),
    Purpose.ISSUE_WITHDRAWN: (_NOTE,),
    Purpose.WITHDRAWN: (_NOTE, None),
}


_CHANGES = (
    Confirmation(number_changed=True, number_ends="02", email_changed=False),
    Confirmation(number_changed=True, number_ends=None, email_changed=False),
    Confirmation(number_changed=False, number_ends=None, email_changed=True),
    Confirmation(number_changed=True, number_ends="02", email_changed=True),
)


class _Telephone(NamedTuple):
    """How a seller can be reached by telephone."""

    number_needed: bool = False
    calls: bool = True
    button: bool = True


_TELEPHONES = (
    _Telephone(),
    _Telephone(calls=False),
    _Telephone(button=False),
    _Telephone(number_needed=True, calls=False, button=False),
)
_ANSWERS = (Purpose.MORE_INFORMATION, Purpose.PLAN_REJECTED)
_ISSUES = (
    Issue(id="ISS-1", code="LISTING_POLICY", summary="Restricted product listed"),
    Issue(id="ISS-2", code="LATE_SHIPMENTS", summary="Orders shipped late"),
)
_ACCOUNT = Account(
    store=Store.US,
    seller_id="A2EXAMPLE",
    name="Blue Kettle Goods",
    language="en-US",
    time_zone="America/Los_Angeles",
    email="owner@bluekettle.example",
    emergency_phone="+12065550101",
)


def _page(own_id: str) -> str:
    return f"https://shop.example/health?of={own_id.rpartition('/')[2]}"


def samples(locale: Locale, has_ways: bool) -> Iterator[tuple[str, Values]]:
    """Yield the file name of each message, with the values of every situation."""
    ways = Ways(proof=True)
    if has_ways:
        ways = Ways(_page, "+12065550198", "+12065550199", takes_calls=True)
    for mail in email_inputs():
        yield mail.about, values_of_case(mail, locale, ways)
    for letter in letter_inputs():
        yield f"enrollment/{letter.about}", values_of_letter(letter, locale, ways)
    yield from appeal_samples(locale, ways)


def email_inputs() -> Iterator[SendEmailInput]:
    """Yield e-mails of cases."""
    for about, telephone, escalated in product(CASE_MESSAGES, _TELEPHONES, (False, True)):
        reasons: tuple[Reason | None, ...] = (None,)
        if about is Purpose.DEACTIVATED:
            reasons = (Reason.NOT_REACHED, Reason.DECISION, Reason.HARM)
        changes = _CHANGES if about is Purpose.CONTACT_CHANGED else (None,)
        for note, reason, change in product(_WITH_NOTE.get(about, (None,)), reasons, changes):
            yield SendEmailInput(
                case_id="case/US/A2EXAMPLE/7d0f6c2e-6f7a-4b0e-9a57-0123456789ab",
                number=1,
                about=about,
                email=_ACCOUNT.email,
                name=_ACCOUNT.name,
                language=_ACCOUNT.language,
                time_zone=_ACCOUNT.time_zone,
                issues=_ISSUES,
                # A case that opens with harm has no deadline.
                deadline=None if reason is Reason.HARM else _AT + timedelta(hours=72),
                number_needed=telephone.number_needed,
                calls=telephone.calls,
                button=telephone.button,
                typed_reference="04821934417",
                note=note,
                status=Status.ESCALATED if escalated else Status.WORKING,
                reason=reason,
                at=_AT,
                plan=2 if about in _ANSWERS and not escalated else None,
                confirms=change,
            )


def letter_inputs() -> Iterator[SendLetterInput]:
    """Yield letters of the programme."""
    for about, reasons in LETTERS.items():
        changes = _CHANGES if about is LetterPurpose.CONTACT_CHANGED else (None,)
        below = (7, 9, 10) if about is LetterPurpose.DAYS_BELOW else (None,)
        for reason, name, change, days in product(reasons, (_ACCOUNT.name, None), changes, below):
            yield SendLetterInput(
                enrollment_id="enrollment/US/A2EXAMPLE/4f1c2b7e-0d5a-4c1e-8a3f-0123456789ab",
                number=1,
                about=about,
                reason=reason,
                email=_ACCOUNT.email,
                store=Store.US,
                name=name,
                language=None,
                time_zone=None,
                at=_AT,
                days_below=days,
                confirms=change,
                prove_by=_AT + timedelta(days=14) if about is LetterPurpose.PROVE_NUMBER else None,
            )


def desk_samples() -> Iterator[Values]:
    """Yield values of e-mails to the desk: two plans with a Web UI, two escalations without."""
    web_ui = WebUI("https://temporal.shop.example", "default")
    plan = SubmitPlan(
        by="seller",
        root_causes=("No check of suppliers",),
        corrective_actions=("Listing taken down",),
        preventive_measures=("Two people check\nevery listing",),
        files=(
            EvidenceFile(
                sha256="0f" * 32, name="invoice.pdf", media_type=MediaType.PDF, size=48_500
            ),
        ),
    )
    first, second = (Plan(version=version, at=_AT, plan=plan) for version in (1, 2))
    proposal = Proposal(by="ortiz", at=_AT, note="No answer\nto three letters")
    for status, reason, sent, proposed, link in (
        (Status.PLAN_REVIEW, None, first, None, web_ui),
        (Status.PLAN_REVIEW, None, second, None, web_ui),
        (Status.ESCALATED, Reason.NOT_REALLY_TRIED, None, None, None),
        (Status.ESCALATED, Reason.NO_COOPERATION, None, proposal, None),
    ):
        yield values_of_desk(
            TellDeskInput(
                case_id="case/US/A2EXAMPLE/7d0f6c2e-6f7a-4b0e-9a57-0123456789ab",
                account=_ACCOUNT,
                status=status,
                reason=reason,
                issues=_ISSUES,
                plan=sent,
                timeline=(
                    TimelineEntry(at=_AT, what=EventKind.CONTACT, by="lee", note="Called\nback"),
                ),
                conversation_required=sent is second,
                proposed=proposed,
                due=_AT,
            ),
            link,
        )
