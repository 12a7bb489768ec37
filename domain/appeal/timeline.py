"""The events of an appeal, in order (docs/rules.md, section 9; docs/api.md)."""

from datetime import datetime
from typing import Any

from domain.appeal.events import AppealEventKind, Verdict
from domain.appeal.letters import AppealPurpose
from domain.appeal.status import AppealReason, AppealStatus
from domain.shared.codes import plain
from domain.shared.entry import Entry
from domain.shared.events import ENGINE
from domain.shared.result import Result
from domain.shared.state import State

_KEEPS = 300
"""Only the newest events are kept: a desk that never answers is reminded each day."""


class AppealEntry(Entry):
    """One event of an appeal."""

    what: AppealEventKind
    status: AppealStatus | None = None
    reason: AppealReason | None = None
    verdict: Verdict | None = None
    case_id: str | None = None
    """The case whose deactivation is appealed."""
    about: AppealPurpose | None = None
    """What the e-mail was for."""
    result: Result | None = None
    note: str | None = None
    """What a person wrote."""


class AppealTimeline(State):
    """The newest events."""

    entries: tuple[AppealEntry, ...] = ()
    count: int = 0
    """How many events there ever were."""

    # Any: the fields of `AppealEntry` have different types.
    def log(self, now: datetime, what: AppealEventKind, by: str = ENGINE, **facts: Any) -> None:
        """Add an event. `facts` are fields of `AppealEntry`."""
        entry = AppealEntry(at=now, what=what, by=by, **facts)
        self.entries = (*self.entries, entry)[-_KEEPS:]
        self.count += 1


def detail_of(entry: AppealEntry) -> str:
    """Put the facts and the note of an event into English: `uphold: The goods were fake`."""
    reason = f" ({plain(entry.reason)})" if entry.reason else ""
    facts = (
        plain(entry.about) if entry.about else None,
        plain(entry.result) if entry.result else None,
        f"{plain(entry.status)}{reason}" if entry.status else None,
        plain(entry.verdict) if entry.verdict else None,
        entry.note,
    )
    return ": ".join(fact for fact in facts if fact)
