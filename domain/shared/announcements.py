"""The events that the marketplace's systems are told of (docs/rules.md, section 7)."""

from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue

from domain.shared.text import Frozen


class EventType(StrEnum):
    """The types of events (docs/webhooks.md)."""

    CASE_OPENED = "case.opened"
    CASE_REACHED = "case.reached"
    CASE_PLAN_SUBMITTED = "case.plan_submitted"
    CASE_ESCALATED = "case.escalated"
    CASE_CLOSED = "case.closed"
    ENROLLMENT_CHANGED = "enrollment.changed"
    APPEAL_SUBMITTED = "appeal.submitted"
    APPEAL_ANSWERED = "appeal.answered"


class Announcement(Frozen):
    """An event, as a receiver gets it."""

    id: str
    type: EventType
    at: datetime
    data: dict[str, JsonValue]


def event_id(own_id: str, number: int, what: EventType) -> str:
    """Return an event's id: the same however often the event is derived from the timeline.

    It has no full stop, which would make its signature ambiguous (Standard Webhooks). `number` is
    that of the timeline's entry, from 1 on.
    """
    return f"evt_{own_id.rpartition('/')[2]}_{number}_{what.rpartition('.')[2]}"
