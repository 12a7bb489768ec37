"""Metrics of cases. Each entry of the timeline is counted when it is logged."""

from collections.abc import Mapping
from datetime import timedelta

from domain.case.case import Case
from domain.case.events import EventKind
from domain.case.status import Reason, Status
from domain.case.timeline import TimelineEntry
from workflows.shared.metering import DESK_WAIT, DESK_WAIT_HELP, add, record

OPENED = "case72_cases_opened"
ENDED = "case72_cases_ended"
ATTEMPTS = "case72_attempts"
ESCALATIONS = "case72_escalations"
GIVEN_UP = "case72_given_up"
TIME_TO_CONTACT = "case72_time_to_contact"
LATENESS = "case72_attempt_lateness"

HELP = {
    OPENED: "Cases opened, those not covered included",
    ENDED: "Cases ended",
    ATTEMPTS: "Attempts that ended",
    ESCALATIONS: "Cases escalated to the desk",
    GIVEN_UP: "Steps that failed after a day of retries",
    TIME_TO_CONTACT: "From the opening to the first contact",
    LATENESS: "How late attempts begin, those skipped included",
    DESK_WAIT: DESK_WAIT_HELP,
}

_HOUR = 3600.0
_HOURS = (0.25, 1, 4, 8, 24, 32, 48, 56, 64, 72, 96, 168)

BUCKETS: dict[str, tuple[float, ...]] = {
    TIME_TO_CONTACT: (60, 300, *(hours * _HOUR for hours in _HOURS)),
    LATENESS: (1, 5, 15, 60, 300, 900, _HOUR, 6 * _HOUR, 24 * _HOUR),
    DESK_WAIT: tuple(hours * _HOUR for hours in _HOURS),
}
"""The bounds of each histogram, in seconds. An attempt counts as late after 300."""

_CONTACT = frozenset({EventKind.CONTACT, EventKind.PLAN_SUBMITTED})
_GIVEN_UP = frozenset(
    {EventKind.DESK_NOT_TOLD, EventKind.DEACTIVATION_FAILED, EventKind.CONTACT_NOT_SHARED}
)

_ESCALATES = (
    Reason.NO_NOTICE,
    Reason.NOT_REALLY_TRIED,
    Reason.NO_COOPERATION,
    Reason.PLANS_REJECTED,
    Reason.DEACTIVATION_FAILED,
    Reason.SILENCE_HELD,
    Reason.MESSAGE_WAITING,
)

FROM_THE_START: tuple[tuple[str, Mapping[str, str]], ...] = (
    (OPENED, {}),
    *((ESCALATIONS, {"reason": reason}) for reason in _ESCALATES),
    *((GIVEN_UP, {"what": what}) for what in sorted(_GIVEN_UP)),
)
"""These series start at 0. Prometheus sees no increase in a series that starts at 1."""


def count(case: Case, known: int) -> None:
    """Count the entries of the case's timeline after the first `known` ones."""
    timeline = case.timeline.entries
    for number in range(known, len(timeline)):
        _count(case, timeline[number], timeline[:number])


def _count(case: Case, entry: TimelineEntry, before: tuple[TimelineEntry, ...]) -> None:
    match entry.what:
        case EventKind.OPENED:
            _add(OPENED)
        case EventKind.CLOSED:
            _add(ENDED, status=case.status, reason=_closed_set(case.reason))
        case EventKind.STATUS:
            if entry.status is Status.ESCALATED:
                _add(ESCALATIONS, reason=_closed_set(entry.reason))
        case EventKind.DECIDED | EventKind.CONFIRMED:
            _count_wait(entry, before, EventKind.STATUS, "escalation")
        case EventKind.PLAN_REVIEWED:
            _count_wait(entry, before, EventKind.PLAN_SUBMITTED, "plan")
        case what if what in _GIVEN_UP:
            _add(GIVEN_UP, what=what)
    if entry.attempt is not None:
        _count_attempt(case, entry)
    if entry.what in _CONTACT and not any(earlier.what in _CONTACT for earlier in before):
        _record(TIME_TO_CONTACT, entry.at - case.opened_at)


def _count_attempt(case: Case, entry: TimelineEntry) -> None:
    attempt = next(a for a in case.attempts.made if a.number == entry.attempt)
    _add(ATTEMPTS, channel=attempt.channel, result=entry.result or "")
    _record(LATENESS, attempt.at - attempt.due, channel=attempt.channel)


def _count_wait(
    entry: TimelineEntry, before: tuple[TimelineEntry, ...], since: EventKind, about: str
) -> None:
    """Record how long the desk took since the last entry of the kind. There always is one."""
    asked = next(earlier for earlier in reversed(before) if earlier.what is since)
    _record(DESK_WAIT, entry.at - asked.at, about=about)


def _closed_set(reason: str | None) -> str:
    """Return a reason as a label, or "" for a sentence (the reason of `not_covered`)."""
    return reason if reason in set(Reason) else ""


def _add(name: str, **labels: str) -> None:
    add(name, HELP[name], **labels)


def _record(name: str, took: timedelta, **labels: str) -> None:
    record(name, HELP[name], took, **labels)
