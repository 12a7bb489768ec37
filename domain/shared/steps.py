"""The steps that cases and enrollments both have. Equal steps are one step."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TellDeactivation:
    """Tell the account's other workflow that the account is deactivated."""


@dataclass(frozen=True, slots=True)
class ShareContact:
    """Tell the account's other workflow of a new number or address, one change after another."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Hand what happened over to the deliveries, one batch after another."""


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Call `advance` again at this moment, if nothing happens before."""

    moment: datetime
