"""What a case asks of the world: the arguments of activities, no larger than need be."""

from datetime import datetime

from pydantic import JsonValue

from domain.case.attempt import About, Attempt
from domain.case.case import Case
from domain.case.events import HarmCategory
from domain.case.state import Entry, Plan
from domain.case.status import Reason, Status
from domain.shared.account import Account, Confirmation, ContactNews, Issue, SellerAccount
from domain.shared.text import Frozen


class LookUpOrder(Frozen):
    """Find out what opening a case takes."""

    account: Account
    now: datetime
    policy: dict[str, JsonValue] | None
    harmful: bool
    """Harm is looked at before coverage."""


class CallOrder(Frozen):
    """Call the seller. `case_id` and `number` together name the call for ever."""

    case_id: str
    number: int
    phone: str
    language: str
    """The seller's, as their account has it."""
    latest: datetime
    """Not dialled at or after this moment."""


class MailOrder(Frozen):
    """E-mail the seller. `case_id` and `number` together make the Message-ID."""

    case_id: str
    number: int
    about: About
    email: str
    name: str
    language: str
    time_zone: str
    issues: tuple[Issue, ...]
    deadline: datetime | None
    number_invalid: bool
    """There is no such number, or none that we call: the seller is asked for another."""
    note: str | None
    status: Status
    reason: str | None
    at: datetime
    calls: bool
    """Whether the seller may still be called."""
    button: bool
    """Whether their page has the button "contact me now"."""
    plan: int | None = None
    """The version of the plan that the e-mail answers."""
    confirms: Confirmation | None = None
    """The change of number or address that the e-mail confirms."""


class DeskOrder(Frozen):
    """Tell the desk what waits for it, and the whole story."""

    case_id: str
    account: Account
    status: Status
    reason: str | None
    issues: tuple[Issue, ...]
    plan: Plan | None
    timeline: tuple[Entry, ...]
    conversation_required: bool
    """Whether accepting the plan is refused until a conversation is recorded."""
    due: datetime
    """Since when the desk is to be told; with `case_id` it makes the Message-ID."""


class ContactOrder(Frozen):
    """Let the other workflow of the account know a new number or address; null is no news."""

    store: str
    seller_id: str
    key: str
    """Names this change, so that a repeat is recognised while the other's run lasts."""
    emergency_phone: str | None
    email: str | None
    confirmed: tuple[str, ...] = ()
    """The addresses that it was confirmed to."""


class DeactivateOrder(Frozen):
    """Deactivate the account; `case_id` is the idempotency key."""

    case_id: str
    store: str
    seller_id: str
    reason: str | None = None
    """Orders older than this do not say."""


class ExpelOrder(Frozen):
    """Remove the account from the programme for good."""

    case_id: str
    store: str
    seller_id: str
    by: str
    category: HarmCategory
    evidence: str


class DeactivationOrder(Frozen):
    """Let the other workflow of the account know that the account is deactivated."""

    store: str
    seller_id: str
    key: str
    """Names this news, so that a repeat is recognised."""
    by: str
    case_id: str | None
    """The case that did it, or that found it done."""


def call_order(case: Case, call: Attempt) -> CallOrder:
    """The order for a call under way."""
    assert call.latest is not None
    return CallOrder(
        case_id=case.id,
        number=call.number,
        phone=call.to,
        language=case.account.language,
        latest=call.latest,
    )


def mail_order(case: Case, email: Attempt) -> MailOrder:
    """The order for an e-mail under way."""
    account = case.account
    return MailOrder(
        case_id=case.id,
        number=email.number,
        about=email.about,
        email=email.to,
        name=account.name,
        language=account.language,
        time_zone=account.time_zone,
        issues=case.issues,
        deadline=case.deadline,
        number_invalid=case.cannot_call,
        note=email.note,
        status=case.status,
        reason=case.reason,
        at=email.at,
        calls=case.may_call,
        button=case.takes_requests(email.at),
        plan=email.plan,
        confirms=email.confirms,
    )


def desk_order(case: Case, due: datetime) -> DeskOrder:
    """The order to tell the desk what waits for it since `due`."""
    return DeskOrder(
        case_id=case.id,
        account=case.account,
        status=case.status,
        reason=case.reason,
        issues=case.issues,
        plan=case.plans[-1] if case.plans else None,
        timeline=case.timeline,
        conversation_required=case.conversation_required,
        due=due,
    )


def deactivate_order(case: Case) -> DeactivateOrder:
    """The order to deactivate the account."""
    return DeactivateOrder(
        case_id=case.id,
        store=case.account.store,
        seller_id=case.account.seller_id,
        # Reported while deactivating for silence, harm leaves the case's reason as it was.
        reason=Reason.HARM if case.harm else case.reason,
    )


def expel_order(case: Case) -> ExpelOrder:
    """The order to expel the account for the harm reported."""
    assert case.harm is not None
    return ExpelOrder(
        case_id=case.id,
        store=case.account.store,
        seller_id=case.account.seller_id,
        by=case.harm.reporter,
        category=case.harm.category,
        evidence=case.harm.evidence,
    )


def deactivation_order(case: Case) -> DeactivationOrder:
    """The order to let the programme know that the account is deactivated."""
    found = case.status is Status.NOT_COVERED
    return DeactivationOrder(
        key=f"{case.id}/deactivated",
        case_id=case.id,
        store=case.account.store,
        seller_id=case.account.seller_id,
        by="account service" if found else "case",
    )


def contact_order(own_id: str, account: Account | SellerAccount, news: ContactNews) -> ContactOrder:
    """The order to let the account's other workflow know the news of the one with this id."""
    return ContactOrder(
        store=account.store,
        seller_id=account.seller_id,
        key=f"{own_id}/contact/{news.change}",
        emergency_phone=account.emergency_phone if "emergency_phone" in news.fields else None,
        email=account.email if "email" in news.fields else None,
        confirmed=news.confirmed,
    )
