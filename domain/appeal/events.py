"""The arguments of an appeal's updates, and the kinds of events in its timeline (docs/api.md).

The function in updates.py with the same name performs the rule of each.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.case.evidence_file import EvidenceFiles
from domain.shared.events import Event
from domain.shared.text import Email, OptionalReply, Paragraph, Reply


class Appeal(Event):
    """The seller appeals a deactivation."""

    what_happened: Reply
    grounds: Reply
    """What was wrong with the decision, or what has been mended."""
    evidence: OptionalReply = None
    files: EvidenceFiles = ()
    """Files as evidence. They are in the store for files before the appeal names them."""


class AddInformation(Event):
    """The seller answers the question, or adds something of their own accord."""

    text: Reply
    files: EvidenceFiles = ()


class Verdict(StrEnum):
    """What a reviewer or a lead makes of an appeal."""

    REINSTATE = "reinstate"
    UPHOLD = "uphold"
    MORE_INFORMATION = "more_information"


class DecideAppeal(Event):
    """The answer to an appeal."""

    verdict: Verdict
    note: Paragraph
    """The seller reads it: the reason, or the question."""
    seen: Annotated[int, Field(ge=0)] | None = None
    """How many events the timeline had when they looked. Null: they judge it as it is."""


class ReportOutage(Event):
    """An outage of ours has come to light, by which the seller may not have been reached."""

    note: Paragraph


class ChangeAddress(Event):
    """The seller has another address. The enrollment sends it."""

    email: Email


class AppealEventKind(StrEnum):
    """The kinds of events in a timeline."""

    SUBMITTED = "submitted"
    INFORMATION_ADDED = "information_added"
    DECIDED = "decided"
    OUTAGE_REPORTED = "outage_reported"
    ADDRESS_CHANGED = "address_changed"
    STATUS = "status"
    EMAIL = "email"
    DESK_TOLD = "desk_told"
    DESK_NOT_TOLD = "desk_not_told"
    PROGRAMME_TOLD = "programme_told"
    CANCELLATION_IGNORED = "cancellation_ignored"
    CLOSED = "closed"


CHANGES_THE_APPEAL = frozenset(
    {
        AppealEventKind.SUBMITTED,
        AppealEventKind.INFORMATION_ADDED,
        AppealEventKind.DECIDED,
        AppealEventKind.OUTAGE_REPORTED,
        AppealEventKind.STATUS,
    }
)
"""The events that whoever decides the appeal must have seen."""
