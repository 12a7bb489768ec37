"""The account that a case or an enrollment is about, and its issues (rules.md, sections 2, 3)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from domain.shared.text import Code, Email, Extension, Frozen, Key, Language, Line, Phone, TimeZone


class Store(StrEnum):
    """The marketplace's stores that the programme covers."""

    US = "US"
    CA = "CA"


class SellingPlan(StrEnum):
    """The selling plan that a seller has with the marketplace."""

    PROFESSIONAL = "professional"
    INDIVIDUAL = "individual"


class Account(Frozen):
    """A seller in a store, and how to reach them."""

    store: Store
    seller_id: Key
    name: Line
    language: Language
    time_zone: TimeZone
    email: Email
    emergency_phone: Phone
    extension: Extension | None = None


class SellerAccount(Frozen):
    """What the programme knows of a seller in a store. Null means not known."""

    store: Store
    seller_id: Key
    name: Line | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    email: Email | None = None
    emergency_phone: Phone | None = None
    extension: Extension | None = None
    selling_plan: SellingPlan | None = None


def dialled_number(account: Account | SellerAccount) -> str | None:
    """Return the number for people, with its extension: `+12065550101 extension 12`."""
    phone, extension = account.emergency_phone, account.extension
    return f"{phone} extension {extension}" if phone and extension else phone


def seller_of(account: Account | SellerAccount) -> SellerAccount:
    """Return what is known of the seller of an account."""
    return SellerAccount.model_validate(account.model_dump())


def contact_of(account: Account) -> tuple[str, str]:
    """Return the number, with its extension, and the address at which a seller is reached."""
    return f"{account.emergency_phone} {account.extension or ''}", account.email


ContactField = Literal["emergency_phone", "email"]
CONTACT: tuple[ContactField, ...] = ("emergency_phone", "email")


class ContactNews(Frozen):
    """Changes of number and address that the account's other workflow is not told of yet.

    Only the changed fields are told, since the other workflow may have changes of its own.
    """

    fields: tuple[str, ...] = ()
    by_seller: tuple[ContactField, ...] = ()
    """Those of the fields whose newest value is from the seller, by this workflow."""
    change: int = 0
    """Counts the changes. A change that comes while another is being told is told afterwards."""
    confirmed: tuple[str, ...] = ()
    """The addresses that got a confirmation already. No address gets two for one change."""
    answered: str | None = None
    """The number at which a call of the case connected."""
    answered_extension: str | None = None
    """That number's extension."""

    @property
    def is_any(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.fields) or self.answered is not None

    def with_answer(self, phone: str, extension: str | None) -> "ContactNews":
        """Return the news with a call to this number that connected."""
        answered = {"answered": phone, "answered_extension": extension}
        return self.model_copy(update={**answered, "change": self.change + 1})

    def after(
        self,
        account: Account | SellerAccount,
        changed: Iterable[str],
        confirmed: Iterable[str] = (),
        *,
        by_seller: bool = False,
    ) -> "ContactNews":
        """Return the news with the fields that just changed. A removed value is no news."""
        # An extension is told with its number.
        new = {"emergency_phone" if f in NUMBER else f for f in changed}
        every = {*self.fields, *new}
        if every.isdisjoint(CONTACT):
            return self
        fields = tuple(f for f in CONTACT if f in every and getattr(account, f) is not None)
        sellers = {*self.by_seller, *new} if by_seller else {*self.by_seller} - new
        return ContactNews(
            fields=fields,
            by_seller=tuple(f for f in fields if f in sellers),
            change=self.change + 1,
            confirmed=tuple(dict.fromkeys((*self.confirmed, *confirmed))),
            answered=self.answered,
            answered_extension=self.answered_extension,
        )

    def told(self) -> "ContactNews":
        """Return the news with nothing left to tell."""
        return ContactNews(change=self.change)


NUMBER = ("emergency_phone", "extension")
"""The fields that together say what is dialled."""


class Confirmation(Frozen):
    """What a seller is told of a changed number or address. It says no more than needed.

    A number with another extension is a changed number.
    """

    number_changed: bool
    number_ends: str | None
    """The new number's last two digits. None if the number was removed or did not change."""
    email_changed: bool


def confirmation_of(
    before: Account | SellerAccount, after: Account | SellerAccount
) -> tuple[Confirmation, tuple[str, ...]] | None:
    """Return the confirmation of a change and its addresses; None if there is nothing to confirm.

    A value that was not known before counts as added, not as changed. The old address gets the
    confirmation, and so does a new one.
    """
    dialled = [(one.emergency_phone, one.extension) for one in (before, after)]
    number = before.emergency_phone is not None and dialled[0] != dialled[1]
    email = before.email not in (None, after.email)
    if before.email is None or not (number or email):
        return None
    ends = after.emergency_phone[-2:] if number and after.emergency_phone else None
    to = (before.email,) if after.email in (None, before.email) else (before.email, after.email)
    said = Confirmation(number_changed=number, number_ends=ends, email_changed=email)
    return said, tuple(address for address in to if address is not None)


class Issue(Frozen):
    """A problem that would otherwise cost the account. Its id identifies it."""

    id: Key
    code: Code
    summary: Line
    harmful: bool = False
