"""The inputs of activities by which a case and an enrollment tell each other news."""

from domain.shared.account import Account, ContactNews, SellerAccount, seller_of
from domain.shared.announcements import Announcement
from domain.shared.text import Frozen


class ShareContactInput(Frozen):
    """Let the other workflow of the account know a new number or address; null is no news."""

    store: str
    seller_id: str
    key: str
    """Names this change, so that a repeat is recognised while the other's run lasts."""
    emergency_phone: str | None
    email: str | None
    confirmed: tuple[str, ...] = ()
    """The addresses that it was confirmed to."""


class TellDeactivationInput(Frozen):
    """Let the other workflow of the account know that the account is deactivated."""

    store: str
    seller_id: str
    key: str
    """Names this news, so that a repeat is recognised."""
    by: str
    case_id: str | None
    """The case that did it, or that found it done."""


def share_contact_input(
    own_id: str, account: Account | SellerAccount, news: ContactNews
) -> ShareContactInput:
    """The input to let the account's other workflow know the news of the one with this id."""
    return ShareContactInput(
        store=account.store,
        seller_id=account.seller_id,
        key=f"{own_id}/contact/{news.change}",
        emergency_phone=account.emergency_phone if "emergency_phone" in news.fields else None,
        email=account.email if "email" in news.fields else None,
        confirmed=news.confirmed,
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
