"""What somebody sent to a case, found again in its timeline.

A case that has ended takes no update, not even the same again. Its timeline tells whether it took
this one before.
"""

from domain.case.events import (
    AddIssue,
    Assign,
    ChangeContact,
    Confirm,
    Decide,
    EventKind,
    Note,
    RecordConversation,
    ReportContact,
    ReportHarm,
    ReviewPlan,
    Withdraw,
)
from domain.case.view import CaseView
from domain.shared.events import Event

_Facts = dict[str, str | None]


def taken_as(view: CaseView, event: Event, seen: int) -> EventKind | None:
    """Return what this very event is in the timeline of a case; None if nowhere.

    Only what came after the first `seen` entries is looked at: the same person may have said the
    same of the case before. They may also have done something else with the same note, or without.
    """
    if isinstance(event, ChangeContact) and not _has(view, event):
        return None
    kinds, facts = _told(event)
    for entry in view.timeline[seen:]:
        told = {name: getattr(entry, name) for name in facts}
        if entry.what in kinds and entry.by == event.by and told == facts:
            return entry.what
    return None


def _told(event: Event) -> tuple[tuple[EventKind, ...], _Facts]:
    """Return as which kinds of entries an event is logged, and with which facts."""
    match event:
        case Assign():
            return (EventKind.ASSIGNED,), {"assignee": event.to, "note": event.note}
        case ReviewPlan() | Decide():
            kinds = (EventKind.PLAN_REVIEWED, EventKind.DECIDED, EventKind.PROPOSED)
            return kinds, {"code": event.decision, "note": event.note}
        case Confirm():
            kind = EventKind.CONFIRMED if event.confirm else EventKind.DECLINED
            return (kind,), {"note": event.note}
        case RecordConversation():
            return (EventKind.CONVERSATION,), {"code": event.outcome, "note": event.note}
        case ReportContact():
            return (EventKind.CONTACT,), {"code": event.channel, "note": event.note}
        case Note():
            return (EventKind.NOTE,), {"note": event.note}
        case ChangeContact():
            return (EventKind.CONTACT_CHANGED,), {}
        case AddIssue() if event.issue.harmful:
            return (EventKind.HARM_REPORTED,), {"note": event.issue.id}
        case AddIssue():
            facts: _Facts = {"issue": event.issue.id, "note": event.issue.summary}
            return (EventKind.ISSUE_JOINED,), facts
        case Withdraw():
            return (EventKind.ISSUE_WITHDRAWN,), {"issue": event.issue, "note": event.note}
        case ReportHarm():
            return (EventKind.HARM_REPORTED,), {"code": event.category, "note": event.evidence}
    return (), {}


def _has(view: CaseView, event: ChangeContact) -> bool:
    """Return whether the account has what was to be changed. The timeline does not quote it."""
    wanted = event.model_dump(include={"emergency_phone", "extension", "email"}, exclude_none=True)
    return wanted.items() <= view.account.model_dump().items()
