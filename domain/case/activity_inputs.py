"""What a case asks of the world: the arguments of activities, no larger than need be."""

from datetime import datetime

from pydantic import JsonValue

from domain.case.attempt import Attempt, Purpose
from domain.case.case import Case
from domain.case.desk_work import Proposal
from domain.case.plans import Plan
from domain.case.status import Reason, Status
from domain.case.timeline import TimelineEntry
from domain.shared.account import Account, Confirmation, Issue, SellerAccount, seller_of
from domain.shared.activity_inputs import PlaceCallInput, TellDeactivationInput
from domain.shared.events import BY_CASE, HarmCategory
from domain.shared.names import typed_reference
from domain.shared.text import Frozen


class LookUpInput(Frozen):
    """Find out what opening a case takes."""

    account: Account
    now: datetime
    policy: dict[str, JsonValue] | None
    harmful: bool
    """Harm is looked at before coverage."""


class SendEmailInput(Frozen):
    """E-mail the seller. `case_id` and `number` together make the Message-ID."""

    case_id: str
    number: int
    about: Purpose
    email: str
    name: str
    language: str
    time_zone: str
    issues: tuple[Issue, ...]
    deadline: datetime | None
    number_needed: bool
    """There is no such number, or none that we call: the seller is asked for another."""
    note: str | None
    status: Status
    reason: str | None
    at: datetime
    calls: bool
    """Whether the seller may still be called."""
    button: bool
    """Whether their page has the button "contact me now"."""
    typed_reference: str
    """What they may type when they call us."""
    plan: int | None = None
    """The version of the plan that the e-mail answers."""
    confirms: Confirmation | None = None
    """The change of number or address that the e-mail confirms."""


class TellDeskInput(Frozen):
    """Tell the desk what waits for it, and the whole story."""

    case_id: str
    account: Account
    status: Status
    reason: str | None
    issues: tuple[Issue, ...]
    plan: Plan | None
    timeline: tuple[TimelineEntry, ...]
    conversation_required: bool
    """Whether accepting the plan is refused until a conversation is recorded."""
    proposed: Proposal | None
    """A deactivation that waits for another person to confirm it."""
    due: datetime
    """Since when the desk is to be told; with `case_id` it makes the Message-ID."""


class DeactivateInput(Frozen):
    """Deactivate the account; `case_id` is the idempotency key."""

    case_id: str
    store: str
    seller_id: str
    reason: str | None
    opened_at: datetime


class ExpelInput(Frozen):
    """Remove the account from the programme for good."""

    case_id: str
    store: str
    seller_id: str
    by: str
    category: HarmCategory
    evidence: str
    known: SellerAccount
    """What the case knows of the seller, whom the programme may not know."""


def place_call_input(case: Case, call: Attempt) -> PlaceCallInput:
    """The input for a call under way."""
    assert call.latest is not None
    return PlaceCallInput(
        case_id=case.id,
        number=call.number,
        phone=call.to,
        extension=call.extension,
        language=case.account.language,
        at=call.at,
        latest=call.latest,
        at_once=call.about is Purpose.REQUESTED,
    )


def send_email_input(case: Case, email: Attempt) -> SendEmailInput:
    """The input for an e-mail under way."""
    account = case.account
    return SendEmailInput(
        case_id=case.id,
        number=email.number,
        about=email.about,
        email=email.to,
        name=account.name,
        language=account.language,
        time_zone=account.time_zone,
        issues=case.issues,
        deadline=case.deadline,
        number_needed=case.outreach.number.cannot_be_called,
        note=email.note,
        status=case.status,
        reason=case.reason,
        at=email.at,
        calls=case.may_call,
        button=case.takes_requests(email.at),
        typed_reference=typed_reference(account.emergency_phone, case.id),
        plan=email.plan,
        confirms=email.confirms,
    )


def tell_desk_input(case: Case, due: datetime) -> TellDeskInput:
    """The input to tell the desk what waits for it since `due`."""
    return TellDeskInput(
        case_id=case.id,
        account=case.account,
        status=case.status,
        reason=case.reason,
        issues=case.issues,
        plan=case.plans.newest,
        timeline=case.timeline.entries,
        conversation_required=case.conversation_required,
        proposed=case.desk.proposal,
        due=due,
    )


def deactivate_input(case: Case) -> DeactivateInput:
    """The input to deactivate the account."""
    return DeactivateInput(
        case_id=case.id,
        store=case.account.store,
        seller_id=case.account.seller_id,
        opened_at=case.opened_at,
        # Reported while deactivating for silence, harm leaves the case's reason as it was.
        reason=Reason.HARM if case.deactivates_for_harm else case.reason,
    )


def expel_input(case: Case) -> ExpelInput:
    """The input to expel the account for the harm reported."""
    assert case.harm is not None
    return ExpelInput(
        case_id=case.id,
        store=case.account.store,
        seller_id=case.account.seller_id,
        by=case.harm.reporter,
        category=case.harm.category,
        evidence=case.harm.evidence,
        known=seller_of(case.account),
    )


def tell_deactivation_input(case: Case) -> TellDeactivationInput:
    """The input to let the programme know that the account is deactivated."""
    found = case.status is Status.NOT_COVERED
    return TellDeactivationInput(
        key=f"{case.id}/deactivated",
        case_id=case.id,
        store=case.account.store,
        seller_id=case.account.seller_id,
        by="account service" if found else BY_CASE,
        known=seller_of(case.account),
    )
