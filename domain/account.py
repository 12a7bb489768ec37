"""Who a case is about, and over what (docs/rules.md, sections 2 and 3)."""

from collections.abc import Iterable
from enum import StrEnum

from domain.text import Code, Email, Frozen, Key, Language, Line, Phone, TimeZone


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

    def after(self, account: Account | SellerAccount, changed: Iterable[str]) -> "ContactNews":
        """With what just changed, as the account is now. That a number is gone is no news."""
        every = {*self.fields, *changed}
        if every.isdisjoint(_CONTACT):
            return self
        fields = tuple(f for f in _CONTACT if f in every and getattr(account, f) is not None)
        return ContactNews(fields=fields, change=self.change + 1)

    def told(self) -> "ContactNews":
        """With nothing left to tell."""
        return ContactNews(change=self.change)


_CONTACT = ("emergency_phone", "email")


class Issue(Frozen):
    """What would otherwise cost the account. Known by its id."""

    id: Key
    code: Code
    summary: Line
    harmful: bool = False
