"""What the marketplace's systems are told of an appeal (docs/rules.md, section 7).

All of it is derived from the timeline, so that a repeat derives the same.
"""

from collections.abc import Sequence

from domain.appeal.appeal import Appeal
from domain.appeal.events import AppealEventKind
from domain.appeal.status import AppealStatus
from domain.appeal.timeline import AppealEntry
from domain.shared.account import SellerAccount
from domain.shared.announcements import Announcement, EventType, event_id

_ANSWERS = frozenset({AppealStatus.REINSTATED, AppealStatus.UPHELD, AppealStatus.LAPSED})


def untold(appeal: Appeal) -> tuple[Announcement, ...]:
    """Return what the receivers are still to be told; nothing if nobody wants to know."""
    if not appeal.announces:
        return ()
    timeline = appeal.timeline
    return announcements(appeal.id, appeal.account, timeline.entries, timeline.count, appeal.told)


def announcements(
    appeal_id: str,
    account: SellerAccount,
    timeline: Sequence[AppealEntry],
    count: int,
    told: int = 0,
) -> tuple[Announcement, ...]:
    """Return the events of a timeline, except those of the first `told` entries there ever were.

    `count` is how many entries there ever were. The timeline has the newest of them.
    """
    return tuple(
        Announcement(
            id=event_id(appeal_id, number, what),
            type=what,
            at=entry.at,
            data={
                "appeal_id": appeal_id,
                "case_id": entry.case_id,
                "store": account.store,
                "seller_id": account.seller_id,
                "status": entry.status,
                "reason": entry.reason,
            },
        )
        for number, entry in enumerate(timeline, start=count - len(timeline) + 1)
        if number > told and (what := _type(entry)) is not None
    )


def _type(entry: AppealEntry) -> EventType | None:
    if entry.what is AppealEventKind.SUBMITTED:
        return EventType.APPEAL_SUBMITTED
    if entry.status in _ANSWERS:
        return EventType.APPEAL_ANSWERED
    return None
