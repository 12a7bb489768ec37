"""What the marketplace's systems are told of an enrollment (docs/rules.md, section 7)."""

from collections.abc import Sequence

from domain.enrollment.enrollment import Enrollment
from domain.enrollment.timeline import EnrollmentEntry, EnrollmentEventKind
from domain.shared.account import SellerAccount
from domain.shared.announcements import Announcement, EventType, event_id


def untold(enrollment: Enrollment) -> tuple[Announcement, ...]:
    """Return what the receivers are still to be told, if anybody wants to know."""
    timeline = enrollment.timeline
    return announcements(
        enrollment.id, enrollment.account, timeline.entries, timeline.count, enrollment.told
    )


def announcements(
    enrollment_id: str,
    account: SellerAccount,
    timeline: Sequence[EnrollmentEntry],
    count: int,
    told: int = 0,
) -> tuple[Announcement, ...]:
    """Return the events of a timeline, except those of the first `told` entries there ever were.

    `count` is how many entries there ever were. The timeline has the newest of them.
    """
    before = count - len(timeline)
    return tuple(
        Announcement(
            id=event_id(enrollment_id, number, EventType.ENROLLMENT_CHANGED),
            type=EventType.ENROLLMENT_CHANGED,
            at=entry.at,
            data={
                "enrollment_id": enrollment_id,
                "store": account.store,
                "seller_id": account.seller_id,
                "status": entry.status,
                "reason": entry.reason,
            },
        )
        for number, entry in enumerate(timeline, start=before + 1)
        if number > told and entry.what is EnrollmentEventKind.STATUS
    )
