"""Who a case is about, and over what (docs/rules.md, section 3)."""

from enum import StrEnum

from domain.text import Code, Email, Frozen, Key, Language, Line, Phone, TimeZone


class Store(StrEnum):
    """The marketplace's stores that the programme covers."""

    US = "US"
    CA = "CA"


class Account(Frozen):
    """A seller in a store, and how to reach them."""

    store: Store
    seller_id: Key
    name: Line
    language: Language
    time_zone: TimeZone
    email: Email
    emergency_phone: Phone


class Issue(Frozen):
    """What would otherwise cost the account. Known by its id."""

    id: Key
    code: Code
    summary: Line
    harmful: bool = False
