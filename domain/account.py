"""Who a case is about, and over what (docs/rules.md, sections 2 and 3)."""

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


class Issue(Frozen):
    """What would otherwise cost the account. Known by its id."""

    id: Key
    code: Code
    summary: Line
    harmful: bool = False
