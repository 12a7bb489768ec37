"""What a case wants done, some of it an enrollment too. Equal steps are the same step.

How they are kept apart is in docs/architecture.md.
"""

from datetime import datetime
from typing import NamedTuple

from domain.case.calling_hours import CallingWindow
from domain.case.policy import Policy
from domain.shared.text import Frozen


class LookUp(NamedTuple):
    """Find out what opening the case takes: `CaseFacts`."""

    kind: str = "look_up"


class LookUpHours(NamedTuple):
    """Find out the calling hours further ahead."""

    kind: str = "look_up_hours"


class Reach(NamedTuple):
    """Perform the attempt of this number."""

    number: int
    kind: str = "reach"


class TellDesk(NamedTuple):
    """E-mail the desk what waits for it since `due`."""

    due: datetime
    kind: str = "tell_desk"


class Deactivate(NamedTuple):
    """Deactivate the account."""

    kind: str = "deactivate"


class Expel(NamedTuple):
    """Remove the account from the programme."""

    kind: str = "expel"


class TellDeactivation(NamedTuple):
    """Tell the account's other workflow that the account is deactivated."""

    kind: str = "tell_deactivation"


class ShareContact(NamedTuple):
    """Tell the account's other workflow what changed of number and address, one after the other."""

    kind: str = "share_contact"


class WaitUntil(NamedTuple):
    """Ask again at this moment, if nothing happens before."""

    moment: datetime
    kind: str = "wait_until"


Step = (
    LookUp
    | LookUpHours
    | Reach
    | TellDesk
    | Deactivate
    | Expel
    | TellDeactivation
    | ShareContact
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
