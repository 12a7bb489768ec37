"""What the marketplace's systems are told of a case (docs/rules.md, section 7).

All of it is derived from the timeline, so that a repeat derives the same.
"""

from collections.abc import Iterator, Sequence

from domain.case.case import Case
from domain.case.events import EventKind
from domain.case.status import Status
from domain.case.timeline import CONTACTS, TimelineEntry
from domain.shared.account import Account
from domain.shared.announcements import Announcement, EventType, event_id


def untold(case: Case) -> tuple[Announcement, ...]:
    """Return what the receivers are still to be told; nothing if nobody wants to know."""
    if not case.announces:
        return ()
    return announcements(case.id, case.account, case.timeline.entries, case.told)


def announcements(
    case_id: str, account: Account, timeline: Sequence[TimelineEntry], told: int = 0
) -> tuple[Announcement, ...]:
    """Return the events of a timeline, except those of its first `told` entries.

    A case that was cancelled before it opened has none.
    """
    if all(entry.what is not EventKind.OPENED for entry in timeline):
        return ()
    found: list[Announcement] = []
    reached, status, reason = False, None, None
    for number, entry in enumerate(timeline, start=1):
        if entry.what is EventKind.STATUS:
            status, reason = entry.status, entry.reason
        for what in _types(entry, reached=reached) if number > told else ():
            says = what in (EventType.CASE_ESCALATED, EventType.CASE_CLOSED)
            data = {
                "case_id": case_id,
                "store": account.store,
                "seller_id": account.seller_id,
                "status": status if says else None,
                "reason": reason if says else None,
                "plan_version": entry.version if what is EventType.CASE_PLAN_SUBMITTED else None,
            }
            event = Announcement(
                id=event_id(case_id, number, what), type=what, at=entry.at, data=data
            )
            found.append(event)
        reached = reached or entry.what in CONTACTS
    return tuple(found)


def _types(entry: TimelineEntry, *, reached: bool) -> Iterator[EventType]:
    """Return the types of events that an entry makes. A plan can be the first contact too."""
    if entry.what is EventKind.OPENED:
        yield EventType.CASE_OPENED
    if entry.what in CONTACTS and not reached:
        yield EventType.CASE_REACHED
    if entry.what is EventKind.PLAN_SUBMITTED:
        yield EventType.CASE_PLAN_SUBMITTED
    if entry.status is Status.ESCALATED:
        yield EventType.CASE_ESCALATED
    if entry.what is EventKind.CLOSED:
        yield EventType.CASE_CLOSED
