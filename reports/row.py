"""What a report knows of a case: a row without personal data (docs/reports.md)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.case.attempt import GOT_THROUGH, NOTICES, Channel
from domain.case.events import EventKind, Review
from domain.case.status import CLOSED, Status
from domain.case.timeline import CONTACTS
from domain.case.view import AttemptView, CaseView
from domain.shared.account import Store
from domain.shared.result import Result
from domain.shared.text import Frozen
from reference.time_zones import zone_of

_HOUR = timedelta(hours=1)


class Rang(Frozen):
    """A call that rang: when, where the seller is, and whether they answered."""

    weekday: int
    """0 is Monday."""
    hour: int
    answered: bool


class ReportRow(Frozen):
    """A case. All spans are in hours. What has not happened is null."""

    case_id: str
    store: Store
    language: str
    time_zone: str
    issue_codes: tuple[str, ...]
    opened_at: datetime
    week: str
    """The ISO week in which it opened (UTC): `2026-W48`."""
    status: Status
    reason: str | None
    closed_at: datetime | None
    hours_open: float
    """Until it closed, or until now."""

    reached: bool
    hours_to_contact: float | None
    contact: str | None
    """What the first contact was: `call`, `plan`, or the channel of what was recorded."""
    reached_by: Channel | None
    """The channel of the last notice that got through before the first contact."""
    reached_by_number: int | None
    """Which notice of that channel it was, counted from 1."""

    clock_started: bool
    """Whether a first notice got through, so that the 72 hours began."""
    calls: int
    calls_rang: int
    calls_answered: int
    emails: int
    emails_bounced: int

    plans: int
    plans_until_accepted: int | None
    review_hours: tuple[float, ...]
    """How long each reviewed plan waited for its review."""
    escalations: int
    escalated_hours: float

    rang: tuple[Rang, ...]
    """Each call of the 72 hours that rang."""


PERSONAL = ("name", "email", "emergency_phone", "extension")
"""The fields of an account that a report has only if somebody asks for them."""


def row_of(view: CaseView, now: datetime) -> ReportRow:
    """Return the row of a case, as it is `now`."""
    end = view.closed_at or now
    contact = next((entry for entry in view.timeline if entry.what in CONTACTS), None)
    reached_by = _reached_by(view, contact.at) if contact else None
    calls = [a for a in view.attempts if a.channel.rings and _was_made(a)]
    emails = [a for a in view.attempts if a.channel is Channel.EMAIL and _was_made(a)]
    rang = [call for call in calls if call.result in GOT_THROUGH]
    accepted = [plan.version for plan in view.plans if plan.decision is Review.ACCEPT]
    escalated = list(_spans(view, Status.ESCALATED, end))
    year, week, _ = view.opened_at.isocalendar()
    return ReportRow(
        case_id=view.id,
        store=view.account.store,
        language=view.account.language,
        time_zone=view.account.time_zone,
        issue_codes=tuple(dict.fromkeys(issue.code for issue in view.issues)),
        opened_at=view.opened_at,
        week=f"{year}-W{week:02}",
        status=view.status,
        reason=view.reason,
        closed_at=view.closed_at,
        hours_open=_hours(end - view.opened_at),
        reached=contact is not None,
        hours_to_contact=_hours(contact.at - view.opened_at) if contact else None,
        contact=_kind_of(view, contact.at) if contact else None,
        reached_by=reached_by[0] if reached_by else None,
        reached_by_number=reached_by[1] if reached_by else None,
        clock_started=any(e.what is EventKind.CLOCK_STARTED for e in view.timeline),
        calls=len(calls),
        calls_rang=len(rang),
        calls_answered=sum(call.result is Result.CONNECTED for call in calls),
        emails=len(emails),
        emails_bounced=sum(email.result is Result.BOUNCED for email in emails),
        plans=len(view.plans),
        plans_until_accepted=accepted[0] if accepted else None,
        review_hours=tuple(_hours(p.reviewed_at - p.at) for p in view.plans if p.reviewed_at),
        escalations=len(escalated),
        escalated_hours=sum(map(_hours, escalated)),
        rang=tuple(_rang(call, view.account.time_zone) for call in rang if call.about in NOTICES),
    )


def is_open(row: ReportRow) -> bool:
    """Return whether the case is still open."""
    return row.status not in CLOSED


def _was_made(attempt: AttemptView) -> bool:
    return attempt.result not in (None, Result.SKIPPED)


def _rang(call: AttemptView, zone: str) -> Rang:
    local = call.at.astimezone(zone_of(zone))
    answered = call.result is Result.CONNECTED
    return Rang(weekday=local.weekday(), hour=local.hour, answered=answered)


def _kind_of(view: CaseView, at: datetime) -> str:
    """Say what the first contact was. A call or a plan is logged at the same moment as it."""
    same = [entry for entry in view.timeline if entry.at == at]
    if any(e.what is EventKind.CALL and e.result is Result.CONNECTED for e in same):
        return "call"
    if any(e.what is EventKind.PLAN_SUBMITTED for e in same):
        return "plan"
    if any(e.what is EventKind.CALL_REQUESTED for e in same):
        return "call_requested"
    return next((e.code for e in same if e.what is EventKind.CONTACT and e.code), "other")


def _reached_by(view: CaseView, at: datetime) -> tuple[Channel, int] | None:
    """Return the last notice that got through until `at`, by its channel and number there."""
    numbers: dict[Channel, int] = dict.fromkeys(Channel, 0)
    found = None
    for attempt in view.attempts:
        if attempt.about not in NOTICES or attempt.at > at or not _was_made(attempt):
            continue
        numbers[attempt.channel] += 1
        if attempt.result in GOT_THROUGH:
            found = attempt.channel, numbers[attempt.channel]
    return found


def _spans(view: CaseView, status: Status, end: datetime) -> Iterator[timedelta]:
    """Return how long the case had a status, each time."""
    since: datetime | None = None
    for entry in view.timeline:
        if entry.what is not EventKind.STATUS:
            continue
        if since is not None:
            yield entry.at - since
        since = entry.at if entry.status is status else None
    if since is not None:
        yield end - since


def _hours(span: timedelta) -> float:
    return round(span / _HOUR, 4)
