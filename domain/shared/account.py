"""Who a case is about, and over what (docs/rules.md, sections 2 and 3)."""

from collections.abc import Iterable
from enum import StrEnum

from domain.shared.text import Code, Email, Frozen, Key, Language, Line, Phone, TimeZone


class Store(StrEnum):
    """The marketplace's stores that the programme covers."""

    US = "US"
    CA = "CA"


class SellingPlan(StrEnum):
    """What a seller pays the marketplace for."""

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


class SellerAccount(Frozen):
    """What the programme knows of a seller in a store; null is not known."""

    store: Store
    seller_id: Key
    name: Line | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    email: Email | None = None
    emergency_phone: Phone | None = None
    selling_plan: SellingPlan | None = None


class ContactNews(Frozen):
    """What changed here, of number and address, and is to reach the account's other workflow.

    Only that is told: the other workflow may have news of its own.
    """

    fields: tuple[str, ...] = ()
    change: int = 0
    """Counts the changes, so that one that comes while another is told is told as well."""
    confirmed: tuple[str, ...] = ()
    """The addresses that it was confirmed to: nobody is to hear of a change twice."""

    def after(
        self,
        account: Account | SellerAccount,
        changed: Iterable[str],
        confirmed: Iterable[str] = (),
    ) -> "ContactNews":
        """With what just changed, as the account is now. That a number is gone is no news."""
        every = {*self.fields, *changed}
        if every.isdisjoint(_CONTACT):
            return self
        fields = tuple(f for f in _CONTACT if f in every and getattr(account, f) is not None)
        return ContactNews(
            fields=fields,
            change=self.change + 1,
            confirmed=tuple(dict.fromkeys((*self.confirmed, *confirmed))),
        )

    def told(self) -> "ContactNews":
        """With nothing left to tell."""
        return ContactNews(change=self.change)


_CONTACT = ("emergency_phone", "email")


class Confirmation(Frozen):
    """What a seller is told of a changed number or address: enough to know it, no more."""

    number_changed: bool
    number_ends: str | None
    """The new number's last two digits; None where there is none any more, or the same."""
    email_changed: bool


def confirmation_of(
    before: Account | SellerAccount, after: Account | SellerAccount
) -> tuple[Confirmation, tuple[str, ...]] | None:
    """What is confirmed of a change, and to which addresses; None if nothing is.

    What was not known before has come rather than changed. The address there was hears of all of
    it, and a new one that it is taken.
    """
    number = before.emergency_phone not in (None, after.emergency_phone)
    email = before.email not in (None, after.email)
    if before.email is None or not (number or email):
        return None
    ends = after.emergency_phone[-2:] if number and after.emergency_phone else None
    to = (before.email,) if after.email in (None, before.email) else (before.email, after.email)
    said = Confirmation(number_changed=number, number_ends=ends, email_changed=email)
    return said, tuple(address for address in to if address is not None)


class Issue(Frozen):
    """What would otherwise cost the account. Known by its id."""

    id: Key
    code: Code
    summary: Line
    harmful: bool = False
