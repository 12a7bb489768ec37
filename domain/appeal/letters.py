"""The e-mails to the seller about an appeal (docs/rules.md, section 9)."""

from datetime import datetime
from enum import StrEnum

from domain.shared.text import Frozen


class AppealPurpose(StrEnum):
    """What an e-mail about an appeal is for."""

    RECEIVED = "received"
    MORE_INFORMATION = "more_information"
    DELAYED = "delayed"
    REINSTATED = "reinstated"
    UPHELD = "upheld"
    LAPSED = "lapsed"


OVERTAKEN = frozenset({AppealPurpose.RECEIVED, AppealPurpose.DELAYED})
"""The letters that say nothing any more once a later one is written."""


class AppealLetter(Frozen):
    """An e-mail that waits or is being sent. Appeal id and number identify it for ever."""

    number: int
    about: AppealPurpose
    at: datetime
    note: str | None = None
    """The reason, or the question."""
