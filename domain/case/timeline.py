"""The events of a case, in order (docs/rules.md, section 5; docs/api.md)."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from domain.case.attempt import Purpose
from domain.case.events import EventKind
from domain.case.status import Missing, Status
from domain.shared.codes import plain
from domain.shared.entry import Entry
from domain.shared.events import ENGINE
from domain.shared.result import Result
from domain.shared.state import State

CHANGES_THE_CASE = frozenset(
    {
        EventKind.STATUS,
        EventKind.CONTACT,
        EventKind.CALL_REQUESTED,
        EventKind.CONTACT_CHANGED,
        EventKind.PLAN_SUBMITTED,
        EventKind.PLAN_REVIEWED,
        EventKind.CONVERSATION,
        EventKind.ISSUE_JOINED,
        EventKind.ISSUE_WITHDRAWN,
        EventKind.HARM_REPORTED,
        EventKind.DECIDED,
        EventKind.PROPOSED,
        EventKind.CONFIRMED,
        EventKind.DECLINED,
    }
)
"""The events that whoever judges the case must have seen."""

CONTACTS = frozenset({EventKind.CONTACT, EventKind.PLAN_SUBMITTED})
"""The events that are a contact. Whatever else is one (section 4) is logged as `contact` too."""


class TimelineEntry(Entry):
    """One event of a case."""

    what: EventKind

    attempt: int | None = None
    about: Purpose | None = None
    """What the attempt was for."""
    result: Result | None = None
    served_by: str | None = None
    """Which of several telephone providers placed the call."""

    status: Status | None = None
    """What the case became."""
    reason: str | None = None
    missing: Missing | None = None
    """What was missing for *really tried*."""

    changed: tuple[str, ...] = ()
    """The fields of the account that were given anew."""
    code: str | None = None
    """What was chosen: a contact's channel, a decision, a conversation's outcome, a category."""
    issue: str | None = None
    """The id of the issue that joined or was withdrawn."""
    version: int | None = None
    """The version of the plan that was submitted or reviewed."""
    assignee: str | None = None
    """Who works the case from then on. Null for `assigned`: nobody."""
    note: str | None = None
    """What somebody wrote, or a sentence for people."""


class Timeline(State):
    """All events so far. None is ever removed."""

    entries: tuple[TimelineEntry, ...] = ()

    # Any: the fields of `TimelineEntry` have different types.
    def log(self, now: datetime, what: EventKind, by: str = ENGINE, **facts: Any) -> None:
        """Add an event. `facts` are fields of `TimelineEntry`."""
        self.entries += (TimelineEntry(at=now, what=what, by=by, **facts),)

    def times_of(self, what: EventKind, by: str | None = None) -> list[datetime]:
        """Return when events of a kind happened; with `by`, only those of that author."""
        return [e.at for e in self.entries if e.what is what and by in (None, e.by)]

    def newest_of(self, kinds: Collection[EventKind]) -> EventKind | None:
        """Return the kind of the newest event of these kinds; None if there is none."""
        return next((e.what for e in reversed(self.entries) if e.what in kinds), None)

    def ended_at(self, attempt: int) -> datetime:
        """Return when the result of an attempt was known. The attempt must have ended."""
        return next(e.at for e in self.entries if e.attempt == attempt and e.result is not None)


def detail_of(entry: TimelineEntry) -> str:
    """Describe an event's facts and note in English: `more information: Which supplier?`."""
    facts = ", ".join(_facts(entry))
    return ": ".join(part for part in (facts, entry.note) if part)


def _facts(entry: TimelineEntry) -> Iterator[str]:
    if entry.about is not None:
        yield plain(entry.about)
    if entry.served_by is not None:
        yield f"via {entry.served_by}"
    if entry.status is not None:
        reason = f" ({plain(entry.reason)})" if entry.reason else ""
        yield f"{plain(entry.status)}{reason}"
    if entry.changed:
        yield " and ".join(_FIELDS.get(field, field) for field in entry.changed)
    if entry.what is EventKind.ASSIGNED:
        yield f"to {entry.assignee}" if entry.assignee else "to nobody"
    if entry.issue is not None:
        yield entry.issue
    if entry.code is not None:
        yield plain(entry.code)
    elif entry.version is not None:
        yield f"version {entry.version}"


_FIELDS = {"emergency_phone": "emergency number"}
