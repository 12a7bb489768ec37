"""The newest events of an enrollment, in order (docs/api.md)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.shared.codes import plain
from domain.shared.entry import Entry
from domain.shared.events import ENGINE
from domain.shared.result import Result
from domain.shared.state import State

_KEEPS = 100
"""Only the newest events are kept, since an enrollment lives as long as its seller sells."""


class EnrollmentEventKind(StrEnum):
    """The kinds of events in the timeline."""

    KNOWN = "known"
    STATUS = "status"
    RATINGS_CORRECTED = "ratings_corrected"
    ACCOUNT_CHANGED = "account_changed"
    EXPELLED = "expelled"
    READMITTED = "readmitted"
    DEACTIVATED = "deactivated"
    REINSTATED = "reinstated"
    LINK_REQUESTED = "link_requested"
    CALL_REQUESTED = "call_requested"
    CALL = "call"
    OLD_NUMBER_TOLD = "old_number_told"
    """The number before was told that it was changed, or was not told: the result says it."""
    NUMBER_VERIFIED = "number_verified"
    CODE_MISSED = "code_missed"
    """A wrong code was typed for the last time that was allowed."""
    EMAIL = "email"
    CONTACT_NOT_SHARED = "contact_not_shared"
    CASE_NOT_TOLD = "case_not_told"
    CANCELLATION_IGNORED = "cancellation_ignored"


class EnrollmentEntry(Entry):
    """One event of an enrollment."""

    what: EnrollmentEventKind
    about: LetterPurpose | None = None
    """What the e-mail was for."""
    result: Result | None = None
    status: EnrollmentStatus | None = None
    """The seller's new status."""
    reason: EnrollmentReason | None = None
    changed: tuple[str, ...] = ()
    """The fields of the account that changed."""
    code: str | None = None
    """The category of the harm, or what a call was for."""
    case_id: str | None = None
    """The case that deactivated the account."""
    note: str | None = None
    """What a person wrote, or a sentence for people to read."""


class EnrollmentTimeline(State):
    """The newest events."""

    entries: tuple[EnrollmentEntry, ...] = ()
    count: int = 0
    """How many events there ever were."""

    # Any: the fields of `EnrollmentEntry` have different types.
    def log(self, now: datetime, what: EnrollmentEventKind, by: str = ENGINE, **facts: Any) -> None:
        """Add an event. `facts` are fields of `EnrollmentEntry`."""
        entry = EnrollmentEntry(at=now, what=what, by=by, **facts)
        self.entries = (*self.entries, entry)[-_KEEPS:]
        self.count += 1

    def has_since(self, seen: int | None, what: EnrollmentEventKind) -> bool:
        """Tell whether an event of a kind came after the first `seen` that there ever were."""
        if seen is None:
            return False
        new = self.entries[max(0, seen - (self.count - len(self.entries))) :]
        return any(entry.what is what for entry in new)


def detail_of(entry: EnrollmentEntry) -> str:
    """Put the facts and the note of an event into English: `not eligible (deactivated)`."""
    facts = (
        entry.about,
        entry.result,
        f"{entry.status} ({entry.reason})" if entry.status else None,
        ", ".join(entry.changed),
        entry.code,
    )
    said = [plain(fact) for fact in facts if fact]
    return ": ".join([*said, *(text for text in (entry.case_id, entry.note) if text)])
