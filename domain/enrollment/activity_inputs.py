"""The arguments of an enrollment's activities."""

from datetime import datetime

from domain.enrollment.enrollment import Enrollment
from domain.enrollment.letters import Letter, LetterPurpose
from domain.enrollment.old_numbers import OldNumber
from domain.enrollment.status import EnrollmentReason
from domain.enrollment.verification import DIALLED_WITHIN, CallKind, NumberCall
from domain.shared.account import Confirmation, Store
from domain.shared.activity_inputs import PlaceCallInput, TellDeactivationInput
from domain.shared.names import number_call_id
from domain.shared.text import Frozen


class SendLetterInput(Frozen):
    """An e-mail to the seller. `enrollment_id` and `number` together make the Message-ID."""

    enrollment_id: str
    number: int
    about: LetterPurpose
    reason: EnrollmentReason
    email: str
    store: Store
    name: str | None
    language: str | None
    time_zone: str | None
    at: datetime
    days_below: int | None = None
    confirms: Confirmation | None = None
    prove_by: datetime | None = None
    """Until when a changed number must be proven."""


def send_letter_input(enrollment: Enrollment, letter: Letter, to: str) -> SendLetterInput:
    """Return the input that sends a letter of the outbox."""
    account = enrollment.account
    return SendLetterInput(
        enrollment_id=enrollment.id,
        number=letter.number,
        about=letter.about,
        reason=letter.reason,
        email=to,
        store=account.store,
        name=account.name,
        language=account.language,
        time_zone=account.time_zone,
        at=letter.at,
        days_below=letter.days_below,
        confirms=letter.confirms,
        prove_by=letter.prove_by,
    )


class CheckNumberInput(Frozen):
    """Find out what decides whether a number counts."""

    phone: str
    store: Store
    seller_id: str
    asks_for_case: bool
    """Whether to look up if a case is in `contacting`."""


def check_number_input(enrollment: Enrollment, phone: str) -> CheckNumberInput:
    """Return the input that checks a number. A case matters while there is time to prove it."""
    return CheckNumberInput(
        phone=phone,
        store=enrollment.account.store,
        seller_id=enrollment.account.seller_id,
        asks_for_case=enrollment.verification.prove_by is not None,
    )


class PrepareCallInput(Frozen):
    """Find out whether a call may be dialled, and what proves its code."""

    call_id: str
    store: Store
    seller_id: str
    kind: CallKind
    phone: str
    proven: bool
    """Whether this seller has proven the number."""


class PlaceNumberCallInput(PlaceCallInput):
    """Call the seller outside any case. `case_id` is the enrollment's own id."""

    kind: CallKind


def prepare_call_input(enrollment: Enrollment, call: NumberCall) -> PrepareCallInput:
    """Return the input that prepares a call."""
    return PrepareCallInput(
        call_id=number_call_id(enrollment.id, call.number),
        store=enrollment.account.store,
        seller_id=enrollment.account.seller_id,
        kind=call.kind,
        phone=call.phone,
        proven=enrollment.verification.verified_at is not None,
    )


def place_number_call_input(enrollment: Enrollment, call: NumberCall) -> PlaceNumberCallInput:
    """Return the input that places a call. The seller waits, so it keeps no distance."""
    return PlaceNumberCallInput(
        case_id=enrollment.id,
        number=call.number,
        phone=call.phone,
        extension=call.extension,
        language=enrollment.account.language or "",
        at=call.at,
        latest=call.at + DIALLED_WITHIN,
        at_once=True,
        kind=call.kind,
    )


class LookUpWayInput(Frozen):
    """Find out when and how an old number is told that it was changed."""

    call_id: str
    phone: str
    extension: str | None
    takes_texts: bool
    """False if a text came back."""
    proven: bool
    """Whether the number was proven."""
    time_zone: str | None
    """The seller's, for a number that does not tell where it is."""
    now: datetime


def look_up_way_input(enrollment: Enrollment, old: OldNumber, now: datetime) -> LookUpWayInput:
    """Return the input that looks up how an old number is told."""
    return LookUpWayInput(
        call_id=number_call_id(enrollment.id, old.number),
        phone=old.phone,
        extension=old.extension,
        takes_texts=old.takes_texts,
        proven=old.proven,
        time_zone=enrollment.account.time_zone,
        now=now,
    )


def tell_old_number_input(
    enrollment: Enrollment, old: OldNumber, now: datetime
) -> PlaceNumberCallInput:
    """Return the input that tells an old number of the change. A case's call goes first."""
    assert old.until is not None
    return PlaceNumberCallInput(
        case_id=enrollment.id,
        number=old.number,
        phone=old.phone,
        extension=old.extension,
        language=enrollment.account.language or "",
        at=now,
        latest=old.until,
        kind=CallKind.CHANGED,
    )


def tell_deactivation_input(enrollment: Enrollment) -> TellDeactivationInput:
    """Return the input that tells an open case that the account is deactivated."""
    assert enrollment.case_to_hear is not None
    return TellDeactivationInput(
        # The event number makes a second deactivation, after a reinstatement, a message of its own.
        key=f"{enrollment.id}/deactivated/{enrollment.timeline.count}",
        store=enrollment.account.store,
        seller_id=enrollment.account.seller_id,
        by=enrollment.case_to_hear,
        case_id=None,
    )
