"""The steps that an appeal wants. Equal steps are the same step."""

from dataclasses import dataclass
from datetime import datetime

from domain.appeal.letters import AppealPurpose
from domain.shared.steps import Announce, WaitUntil


@dataclass(frozen=True, slots=True)
class LookUp:
    """Find out which case deactivated the account, and who had a part in it."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send the letter with this number to this address."""

    number: int
    about: AppealPurpose
    to: str


@dataclass(frozen=True, slots=True)
class TellDesk:
    """Tell the desk what waits for it, since `due`."""

    due: datetime


@dataclass(frozen=True, slots=True)
class LookForAnswer:
    """Look whether a message about the appeal waits where mail is read."""


@dataclass(frozen=True, slots=True)
class Reinstate:
    """Reinstate the account, and read it back."""


@dataclass(frozen=True, slots=True)
class LookAtAccount:
    """Look whether the account is deactivated, before the seller reads that it stays so."""


@dataclass(frozen=True, slots=True)
class TellProgramme:
    """Tell the programme that the account is active again."""


AppealStep = (
    LookUp
    | Send
    | TellDesk
    | LookForAnswer
    | Reinstate
    | LookAtAccount
    | TellProgramme
    | Announce
    | WaitUntil
)
