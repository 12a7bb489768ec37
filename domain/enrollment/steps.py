"""The steps that an enrollment wants. Equal steps are the same step."""

from dataclasses import dataclass

from domain.enrollment.letters import LetterPurpose
from domain.shared.steps import Announce, ShareContact, TellDeactivation, WaitUntil
from domain.shared.text import Frozen


@dataclass(frozen=True, slots=True)
class CheckNumber:
    """Check whether a number is valid, and look up whether it must be proven."""

    phone: str


@dataclass(frozen=True, slots=True)
class PrepareCall:
    """Find out whether the call with this number may be dialled, and the proof of its code."""

    number: int


@dataclass(frozen=True, slots=True)
class PlaceCall:
    """Place the call with this number, and wait for its result."""

    number: int


@dataclass(frozen=True, slots=True)
class LookUpWay:
    """Look up when, and how, the old number of this count is told that it was changed."""

    number: int


@dataclass(frozen=True, slots=True)
class TellOldNumber:
    """Tell the old number of this count that it was changed, and wait for the result."""

    number: int


@dataclass(frozen=True, slots=True)
class Send:
    """Send the letter with this number to this address.

    If the letter's purpose changes, it is a new step.
    """

    number: int
    about: LetterPurpose
    to: str


@dataclass(frozen=True, slots=True)
class LookUpWarnings:
    """Look up the setting that says at how many days below a seller is warned."""


EnrollmentStep = (
    CheckNumber
    | LookUpWarnings
    | PrepareCall
    | PlaceCall
    | LookUpWay
    | TellOldNumber
    | Send
    | ShareContact
    | TellDeactivation
    | Announce
    | WaitUntil
)


class NumberFacts(Frozen):
    """What was found out when a number was checked."""

    valid: bool
    must_be_verified: bool
    """Whether only a proven number enrolls, by the setting."""
    contacting: bool = False
    """Whether a case is in `contacting`, so that nothing can be proven. Only looked up if asked."""
    announces: bool
    """Whether a receiver of events is configured. To look it up then costs no event."""
