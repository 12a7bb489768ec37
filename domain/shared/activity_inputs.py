"""The inputs of activities that cases and enrollments share."""

from datetime import datetime

from domain.shared.account import Account, ContactField, ContactNews, SellerAccount, seller_of
from domain.shared.announcements import Announcement
from domain.shared.text import Frozen


class PlaceCallInput(Frozen):
    """Call the seller. `case_id` and `number` together name the call for ever.

    For a call outside any case `case_id` is the enrollment's own id.
    """

    case_id: str
    number: int
    phone: str
    language: str
    """The seller's, as their account has it. Empty if it is not known."""
    at: datetime
    """When the attempt began. No call of it is older."""
    latest: datetime
    """Not dialled at or after this moment."""
    at_once: bool = False
    """Whether it waits for no distance to other cases' calls: the seller has asked for it."""
    extension: str | None = None
    """What is dialled after the answer."""


def place_call_id(number: int) -> str:
    """Return the id of the activity that places the call of an attempt."""
    return f"call-{number}"


def hang_up_id(number: int) -> str:
    """Return the id of the activity that hangs it up."""
    return f"hang-up-{number}"


class ShareContactInput(Frozen):
    """Let the other workflow of the account know a new number or address; null is no news."""

    store: str
    seller_id: str
    key: str
    """Names this change, so that a repeat is recognised while the other's run lasts."""
    emergency_phone: str | None
    email: str | None
    extension: str | None = None
    """The number's, if a number is told; null if it has none."""
    by_seller: tuple[ContactField, ...] = ()
    """Which of the fields the seller has given."""
    confirmed: tuple[str, ...] = ()
    """The addresses that it was confirmed to."""
    answered: str | None = None
    """The number at which a call of the case connected."""
    answered_extension: str | None = None
    """That number's extension."""


class LookAtAccountInput(Frozen):
    """Look whether an account is deactivated."""

    store: str
    seller_id: str


class TellDeactivationInput(Frozen):
    """Let the other workflow of the account know that the account is deactivated."""

    store: str
    seller_id: str
    key: str
    """Names this news, so that a repeat is recognised."""
    by: str
    case_id: str | None
    """The case that did it, or that found it done."""
    known: SellerAccount | None = None
    """What a case knows of the seller, whom the programme may not know."""
    seen: int | None = None
    """How many events the enrollment had before the account was found deactivated."""


def share_contact_input(
    own_id: str, account: Account | SellerAccount, news: ContactNews
) -> ShareContactInput:
    """The input to let the account's other workflow know the news of the one with this id."""
    return ShareContactInput(
        store=account.store,
        seller_id=account.seller_id,
        key=f"{own_id}/contact/{news.change}",
        emergency_phone=account.emergency_phone if "emergency_phone" in news.fields else None,
        extension=account.extension if "emergency_phone" in news.fields else None,
        email=account.email if "email" in news.fields else None,
        by_seller=news.by_seller,
        confirmed=news.confirmed,
        answered=news.answered,
        answered_extension=news.answered_extension,
    )


class AnnounceInput(Frozen):
    """Hand events over to the delivery to each receiver."""

    own_id: str
    """The case's, or the enrollment's."""
    account: SellerAccount
    """A receiver gets of it what its `include` says."""
    events: tuple[Announcement, ...]


def announce_input(
    own_id: str, account: Account | SellerAccount, events: tuple[Announcement, ...]
) -> AnnounceInput:
    """Return the input that hands events over."""
    return AnnounceInput(own_id=own_id, account=seller_of(account), events=events)


class DeliverInput(Frozen):
    """Send an event to a receiver, which is named: its address and secrets are in the settings."""

    receiver: str
    event: Announcement
