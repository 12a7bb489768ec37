"""Who is refused, and why, before an event changes a case (docs/rules.md, section 5)."""

from domain.case.case import Case
from domain.case.events import (
    EventKind,
    Judgement,
    ReceiveReply,
    RecordConversation,
    ReportContact,
    RequestCall,
    SubmitPlan,
)
from domain.case.status import Status
from domain.case.timeline import CHANGES_THE_CASE, TimelineEntry
from domain.shared.codes import plain
from domain.shared.errors import Refusal, Refused
from domain.shared.events import Event
from domain.shared.people import is_same_person

MAXIMUM_WRITTEN = 600_000
"""Bytes that what people write may take up in a case: Temporal stores at most 2 MB of it."""

_IS_CONTACT = (ReportContact, ReceiveReply, RequestCall, SubmitPlan, RecordConversation)
"""The events by which a seller is reached."""


def admit(case: Case, event: Event, *, though_full: bool = False) -> None:
    """Refuse what comes too late, or no longer fits into the case.

    `though_full` takes what gets a case on that would otherwise be stuck: the answer to a
    plan that was taken, or the seller's way back to the page.
    """
    refuse_unless_open(case)
    case.bytes_written += _room(event)
    # Being reached is never refused, and happens once.
    reached = case.status is Status.CONTACTING and isinstance(event, _IS_CONTACT)
    if case.bytes_written > MAXIMUM_WRITTEN and not (reached or though_full):
        raise Refused(
            "the case file is full; the desk can still answer and decide", Refusal.FILE_FULL
        )


def _room(event: Event) -> int:
    """The bytes an event takes up: a note may stand in plan, attempt and timeline."""
    size = len(event.model_dump_json().encode())
    return size if isinstance(event, SubmitPlan) else 3 * size + 500


def refuse_unless_open(case: Case) -> None:
    """Say how the case ended and what is left to do, if it has."""
    if case.is_open:
        return
    how = f"{case.status} ({case.reason})" if case.reason else case.status
    over = case.status in (Status.DEACTIVATING, Status.DEACTIVATED)
    left = (
        "what is left to the seller is to appeal"
        if over
        else "a further issue opens a new case once this one has closed"
    )
    raise Refused(
        f"the case ended: {how}; {left}",
        Refusal.CASE_ENDED,
        status=case.status.value,
        reason=case.reason,
    )


def refuse_while_account_unknown(case: Case) -> None:
    """Refuse to end the case, or to go on with it, as if the account was active: is it?"""
    if case.unanswered_deactivation is not None:
        raise Refused(
            "a deactivation got no answer, and the account service does not say whether the "
            "account is active; try again once it does, or decide to deactivate",
            Refusal.ACCOUNT_UNKNOWN,
        )


def refuse_unless_seen(case: Case, judgement: Judgement) -> None:
    """Say what is new, if it was made of a case that has changed since."""
    if judgement.seen is None:
        return
    seen, events = judgement.seen, len(case.timeline.entries)
    if seen > events:
        raise Refused(
            f"seen: the timeline has no more than {events} events",
            Refusal.NO_SUCH_EVENT,
            seen=seen,
            events=events,
        )
    since = case.timeline.entries[seen:]
    new = list(dict.fromkeys(entry.what for entry in since if _is_news(entry, judgement)))
    if new:
        what = ", ".join(plain(kind) for kind in new)
        raise Refused(
            f"the case has changed since (seen: {seen}): {what}; look at it again, "
            f"it now has {events} events",
            Refusal.CHANGED_SINCE,
            seen=seen,
            events=events,
            new=[kind.value for kind in new],
        )


def _is_news(entry: TimelineEntry, judgement: Judgement) -> bool:
    """Whether an entry must have been seen. Who records what was said needs to read no notes."""
    if entry.what is EventKind.NOTE:
        is_own = is_same_person(judgement.by, entry.by)
        return not is_own and not isinstance(judgement, RecordConversation)
    return entry.what in CHANGES_THE_CASE
