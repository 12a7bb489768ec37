"""Who a case waits for, and since when (docs/api.md)."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from domain.case.case import Case
from domain.case.events import EventKind
from domain.case.status import Status
from domain.case.timeline import TimelineEntry


class WaitsFor(StrEnum):
    """Whose turn it is."""

    DESK = "desk"
    SELLER = "seller"
    ENGINE = "engine"


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


def since(case: Case) -> datetime:
    """Return when the case got its status.

    A newer version of a plan that waits for a reviewer does not lose its place in the queue.
    """
    return status_since(case.timeline.entries) or case.opened_at


def status_since(timeline: Iterable[TimelineEntry]) -> datetime | None:
    """Return when the status changed last; None if it never did."""
    return max((entry.at for entry in timeline if entry.what is EventKind.STATUS), default=None)
