"""The arguments of updates that cases and enrollments both take (docs/api.md)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.shared.text import Frozen, Line

ENGINE = "engine"
"""The author of what the engine did by itself."""


SELLER = "seller"
"""The author of what came from the seller's page."""

BY_CASE = "case"
"""The author of what a case tells the programme to have done itself."""


class Event(Frozen):
    """Something a person or a system did."""

    by: Line


class SendLink(Event):
    """Somebody followed an expired link, and asks for a fresh one."""


class HarmCategory(StrEnum):
    """Why harmful conduct is harmful."""

    FRAUD = "fraud"
    DECEPTION = "deception"
    ILLEGAL = "illegal"
    HARM = "harm"


class RecordDeactivation(Event):
    """The account was deactivated. Cases and enrollments take it."""

    case_id: Line | None = None
    """The case that did it or found it done. Null if it was somebody else."""
    seen: Annotated[int, Field(ge=0)] | None = None
    """How many events the enrollment had before the account was found deactivated. If it was
    reinstated since, nothing is recorded. Null: it is recorded in any case."""
