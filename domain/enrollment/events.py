"""The arguments of an enrollment's updates (docs/api.md).

The function in updates.py with the same name performs the rule of each.
"""

from typing import Annotated, Any, Self

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
    model_validator,
)

from domain.enrollment.ratings import Rating
from domain.shared.account import SellingPlan
from domain.shared.events import Event, HarmCategory
from domain.shared.text import Email, Extension, Frozen, Language, Line, Paragraph, Phone, TimeZone

Proof = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

MOST_PROOFS = 10
"""Of what was typed once: more than a page ever has keys of which one made the code."""
MAXIMUM_RATINGS = 1000
"""The maximum in one message: enough for each day of five windows of six months."""


class AccountNews(Frozen):
    """News of an account. Null says that a field is not known any more; an absent field stays."""

    name: Line | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    email: Email | None = None
    emergency_phone: Phone | None = None
    extension: Extension | None = None
    selling_plan: SellingPlan | None = None

    @property
    def news(self) -> dict[str, Any]:  # Any: each field has a type of its own
        """The given values by field, in the order of the fields."""
        given = (name for name in AccountNews.model_fields if name in self.model_fields_set)
        return {name: getattr(self, name) for name in given}

    @model_serializer(mode="wrap")
    def _only_what_is_given(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # Leave absent fields out: a null would say that the field is not known any more.
        return {name: v for name, v in handler(self).items() if name in self.model_fields_set}


class RecordRatings(Event):
    """Ratings of days. A rating of a day recorded before corrects that day."""

    ratings: Annotated[tuple[Rating, ...], Field(min_length=1, max_length=MAXIMUM_RATINGS)]
    account: AccountNews | None = None
    """What the feed knows of the account. It is recorded before the status is decided."""


class ChangeAccount(Event, AccountNews):
    """Changes of the account."""

    confirmed: tuple[Email, ...] = ()
    """The addresses to which a case confirmed the change. For the engine's own use."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.news:
            fields = ", ".join(AccountNews.model_fields)
            raise ValueError(f"give one or more of: {fields}")
        return self


class Expel(Event):
    """Harmful conduct. The seller stays out of the programme until a person readmits them."""

    category: HarmCategory
    evidence: Line
    case_id: Line | None = None
    """The case that found the harm. Each case expels once."""


class Reinstate(Event):
    """A person says that the account is active again."""

    note: Paragraph
    case_id: Line | None = None
    """Only this case's deactivation is taken back. Null: whoever deactivated the account."""


class Readmit(Event):
    """A person takes an expulsion back."""

    note: Paragraph


class VerifyNumber(Event):
    """The seller asks for a code."""

    by_text: bool = False
    """Whether a text message names the code, instead of a call."""


class EnterCode(Event):
    """The seller has typed a code."""

    proofs: Annotated[tuple[Proof, ...], Field(min_length=1, max_length=MOST_PROOFS)]
    """The keyed hashes of what was typed, one for each key (reference/number_codes.py).

    What was typed is no argument, since arguments stand in the history.
    """


class RecordAnswer(Event):
    """A call of a case to the number connected. The case sends it."""

    phone: Phone
    extension: Extension | None = None
    """What was dialled after the answer. Null: nothing."""


class TryCall(Event):
    """The seller asks for a call to try whether the number works."""
