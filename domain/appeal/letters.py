"""The e-mails to the seller about an appeal (docs/rules.md, section 9)."""

from datetime import datetime
from enum import StrEnum

from domain.shared.text import Frozen


class AppealPurpose(StrEnum):
    """What an e-mail about an appeal is for."""

    RECEIVED = "received"
    MORE_INFORMATION = "more_information"
    REMINDER = "reminder"
    DELAYED = "delayed"
    REINSTATED = "reinstated"
    UPHELD = "upheld"
    LAPSED = "lapsed"
    OUTAGE_FOUND = "outage_found"
    """An outage of ours has come to light since the answer: they can appeal once more."""


ASKS = frozenset({AppealPurpose.MORE_INFORMATION, AppealPurpose.REMINDER})
"""The letters that ask the seller something."""
OVERTAKEN = frozenset({AppealPurpose.RECEIVED, AppealPurpose.DELAYED})
"""The letters that say nothing any more once a later one is written."""


class AppealLetter(Frozen):
    """An e-mail that waits or is being sent. Appeal id and number identify it for ever.

    What it says is decided when it is written, so that each try says the same.
    """

    number: int
    about: AppealPurpose
    at: datetime
    note: str | None = None
    """The reason, or the question."""
    until: datetime | None = None
    """Until when the account can be appealed again, where it can for longer than `days`."""
    days: int | None = None
    """How many days the seller has from the e-mail on: to answer, or to appeal again."""
    expelled: bool = False
    """Whether the seller stays expelled from the programme."""
