"""The arguments of an enrollment's updates (docs/api.md).

The rule that each performs is the method of `Enrollment` of the same name.
"""

from typing import Annotated, Any, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from domain.case.events import Event, HarmCategory
from domain.enrollment.ratings import Rating
from domain.shared.account import SellingPlan
from domain.shared.text import Email, Frozen, Language, Line, Paragraph, Phone, TimeZone

MAXIMUM_RATINGS = 1000
"""In one message: five windows of six months, each day of them recorded."""


class AccountNews(Frozen):
    """News of an account: a field that is null is not known any more, one left out stays."""

    name: Line | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    email: Email | None = None
    emergency_phone: Phone | None = None
    selling_plan: SellingPlan | None = None

    @property
    def news(self) -> dict[str, Any]:  # Any: each field has a type of its own
        """What is given, by field, in the order of the fields."""
        given = (name for name in AccountNews.model_fields if name in self.model_fields_set)
        return {name: getattr(self, name) for name in given}

    @model_serializer(mode="wrap")
    def _only_what_is_given(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # As JSON too: a null would say that the field is not known any more.
        return {name: v for name, v in handler(self).items() if name in self.model_fields_set}


class RecordRatings(Event):
    """Ratings of days; one of a day recorded before corrects it."""

    ratings: Annotated[tuple[Rating, ...], Field(min_length=1, max_length=MAXIMUM_RATINGS)]
    account: AccountNews | None = None
    """What the feed knows of the account: taken with the ratings, before a status is decided."""


class ChangeAccount(Event, AccountNews):
    """What has changed of the account."""

    confirmed: tuple[Email, ...] = ()
    """The addresses that a case confirmed it to: for the engine's own use."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.news:
            fields = ", ".join(AccountNews.model_fields)
            raise ValueError(f"give one or more of: {fields}")
        return self


class Expel(Event):
    """Harmful conduct: out of the programme until a person readmits."""

    category: HarmCategory
    evidence: Line
    case_id: Line | None = None
    """The case it was found in: expelled once for each."""


class Reinstate(Event):
    """A person says that the account is active again."""

    note: Paragraph


class Readmit(Event):
    """A person takes an expulsion back."""

    note: Paragraph
