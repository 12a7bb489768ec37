"""The steps that an enrollment wants. Equal steps are the same step."""

from dataclasses import dataclass

from domain.enrollment.letters import LetterPurpose
from domain.shared.steps import Announce, ShareContact, TellDeactivation, WaitUntil
from domain.shared.text import Frozen


@dataclass(frozen=True, slots=True)
class CheckNumber:
    """Check whether the number that the enrollment began with is valid."""

    phone: str


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
    CheckNumber | LookUpWarnings | Send | ShareContact | TellDeactivation | Announce | WaitUntil
)


class NumberFacts(Frozen):
    """What was found out when the number was checked that the enrollment began with."""

    valid: bool
    announces: bool
    """Whether a receiver of events is configured. To look it up then costs no event."""
