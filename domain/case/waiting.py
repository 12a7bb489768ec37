"""Who a case waits for, since when, and what the desk has to do in it (docs/api.md)."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from domain.case.case import Case
from domain.case.events import EventKind
from domain.case.status import NEEDS_CONVERSATION, Status
from domain.case.timeline import TimelineEntry


class WaitsFor(StrEnum):
    """Whose turn it is."""

    DESK = "desk"
    SELLER = "seller"
    ENGINE = "engine"


class Need(StrEnum):
    """What the desk has to do in a case."""

    REVIEW = "review"
    """A plan waits for a reviewer."""
    DECISION = "decision"
    """The case is escalated, and nothing is proposed."""
    CONFIRMATION = "confirmation"
    """A deactivation is proposed."""
    CONVERSATION = "conversation"
    """A conversation is required, and was not held."""
    NUMBER = "number"
    """The emergency number cannot be called, so another is to be found out."""
    ADDRESS = "address"
    """Every e-mail to the address has come back, so another is to be found out."""


_WAITS_FOR = {
    Status.CONTACTING: WaitsFor.SELLER,
    Status.WORKING: WaitsFor.SELLER,
    Status.PLAN_REVIEW: WaitsFor.DESK,
    Status.ESCALATED: WaitsFor.DESK,
    Status.DEACTIVATING: WaitsFor.ENGINE,
}


def waits_for(status: Status) -> WaitsFor | None:
    """Return whose turn it is in a status; None once the case has ended."""
    return _WAITS_FOR.get(status)


def of_whom(waiting: WaitsFor) -> tuple[Status, ...]:
    """Return the statuses in which it is their turn."""
    return tuple(status for status, who in _WAITS_FOR.items() if who is waiting)


def needs(case: Case) -> tuple[Need, ...]:
    """Return what the desk has to do in a case, in the order of `Need`."""
    if not case.is_open:
        return ()
    is_needed = {
        Need.REVIEW: case.status is Status.PLAN_REVIEW,
        Need.DECISION: case.status is Status.ESCALATED and not case.desk.proposal,
        Need.CONFIRMATION: case.desk.proposal is not None,
        Need.CONVERSATION: case.conversation_required and case.status in NEEDS_CONVERSATION,
        Need.NUMBER: case.outreach.number.cannot_be_called,
        Need.ADDRESS: case.email_needed,
    }
    return tuple(need for need, is_it in is_needed.items() if is_it)


def since(case: Case) -> datetime:
    """Return when the case got its status.

    A newer version of a plan that waits for a reviewer does not lose its place in the queue.
    """
    return status_since(case.timeline.entries) or case.opened_at


def status_since(timeline: Iterable[TimelineEntry]) -> datetime | None:
    """Return when the status changed last; None if it never did."""
    return max((entry.at for entry in timeline if entry.what is EventKind.STATUS), default=None)
