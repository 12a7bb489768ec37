"""The steps that a case wants performed. An enrollment has some too. Equal steps are one step.

How they are kept apart is in docs/architecture.md.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.case.calling_hours import CallingWindow
from domain.case.policy import Policy
from domain.shared.steps import Announce, ShareContact, TellDeactivation, WaitUntil
from domain.shared.text import Frozen


@dataclass(frozen=True, slots=True)
class LookUp:
    """Find out what opening the case takes: `CaseFacts`."""


@dataclass(frozen=True, slots=True)
class LookUpHours:
    """Find out the calling hours further ahead."""


@dataclass(frozen=True, slots=True)
class LookUpFindHashes:
    """Find out by which hashes the case is found, now that number or address have changed."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Perform the attempt of this number."""

    number: int


@dataclass(frozen=True, slots=True)
class TellDesk:
    """E-mail the desk about what has waited for it since `due`."""

    due: datetime


@dataclass(frozen=True, slots=True)
class Deactivate:
    """Deactivate the account."""

    for_harm: bool
    """A deactivation for harm waits for no mail. Harm reported during one for silence begins this
    step anew."""


@dataclass(frozen=True, slots=True)
class LookAtAccount:
    """Find out whether a deactivation that got no answer has taken effect."""


@dataclass(frozen=True, slots=True)
class Expel:
    """Remove the account from the programme."""


Step = (
    LookUp
    | LookUpHours
    | LookUpFindHashes
    | Reach
    | TellDesk
    | Deactivate
    | LookAtAccount
    | Expel
    | TellDeactivation
    | ShareContact
    | Announce
    | WaitUntil
)


class CaseFacts(Frozen):
    """What was found out when the case opened."""

    policy: Policy
    hours: tuple[CallingWindow, ...]
    not_called: str | None = None
    """Why the number is not one that we call; None if it is."""
    not_covered: str | None = None
    """Why the account is not covered; None if it is."""
    deactivated: bool = False
    """Whether the account is deactivated already."""
    shares_contact: bool = False
    tells_answers: bool = False
    """Whether the enrollment, whose number is proven, is told of each connected call."""
    find_hashes: tuple[str, ...] = ()
    announces: bool = False
    """Whether a receiver of events is configured."""
