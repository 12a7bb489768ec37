"""The form of a case: what its future depends on. States of the same form are walked once.

Left out, since no rule reads them: ids, the timeline but for when a link was asked for, what people
wrote and how much of it, the view's history of attempts, plans but for the newest's text, whether
it was reviewed and whether it is the first, and the number that an attempt or an entry of the
agenda goes by. Who works the case is left out too: only who else takes it is refused.
Moments are kept as seconds from now, as numbers:
Python's hash takes a timedelta of -1 day and one of -2 days for the same.
"""

from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta

from domain.case.attempt import GOT_THROUGH, NOTICES, Attempt, Channel, Purpose, Scheduled
from domain.case.case import Case
from domain.case.events import EventKind
from domain.case.status import Status
from domain.shared.result import Result
from reference.time_zones import zone_of
from tests.domain.case.oracle import Witness

_DAY = timedelta(days=1)


def form_of(case: Case, now: datetime) -> Hashable:
    """All of the case that matters from now on."""
    if case.closed_at is not None:
        told = (case.expelled, case.deactivation_told)
        return (case.status, case.reason, case.harm is None, told)
    if case.policy is None:
        return (case.status, case.reason, case.issues)
    contacting = case.status is Status.CONTACTING
    return (
        case.status,
        case.reason,
        case.account.emergency_phone,
        case.account.email,
        tuple((issue.id, issue.harmful) for issue in case.issues),
        tuple(
            (_off(opens, now), _off(closes, now))
            for opens, closes in case.outreach.calling_hours
            if closes > now
        ),
        _time_of_day(case, now),
        case.reached,
        case.contact_news.fields,
        (case.tells_answers, case.contact_news.answered),
        case.plans.rejections,
        _plan(case),
        case.conversation_required,
        (case.desk.spoke, case.desk.proposal and case.desk.proposal.by),
        any(entry.what is EventKind.MAIL_NOTED for entry in case.timeline.entries),
        _newest_accepted(case),
        _later(case.outreach.conversation_due, now) if case.conversation_wanted else None,
        case.desk_due and (_off(case.desk_due, now), case.desk_news),
        (case.harm is None, case.expelled),
        (case.account_deactivated, case.deactivation_told),
        (case.unanswered_deactivation, case.deactivates_for_harm),
        tuple(_off(asked, now) for asked in case.call_requests.times if now - asked < _DAY),
        tuple(_off(asked, now) for asked in _links(case) if now - asked < _DAY),
        (case.deadline and _off(case.deadline, now)) if contacting else _later(case.deadline, now),
        _outreach(case, now) if contacting else case.outreach.number.is_invalid,
        case.outreach.number.not_called,
        case.outreach.own_contacts,
        tuple(_planned(p, now) for p in case.attempts.agenda),
        tuple(_under_way(a, case, now) for a in case.attempts.under_way),
        _last_call(case, now),
    )


def _newest_accepted(case: Case) -> Hashable:
    """The e-mail that may still bounce (`Walked._late_bounces`)."""
    if case.timeline.times_of(EventKind.BOUNCED):
        return None
    made = [a for a in case.attempts.made if a.result is Result.ACCEPTED]
    return bool(made) and (made[-1].about, case.outreach.includes(made[-1]))


def _links(case: Case) -> Iterable[datetime]:
    return (entry.at for entry in case.timeline.entries if entry.what is EventKind.LINK_REQUESTED)


def witness_form(witness: Witness, now: datetime) -> Hashable:
    """What the witness knows and the case need not."""
    found = witness.found_invalid
    return (
        witness.reached,
        witness.skipped > 0,
        witness.number_invalid,
        witness.not_called,
        found and _off(found, now),
        witness.owed,
    )


def _time_of_day(case: Case, now: datetime) -> Hashable:
    """Of which hours still to be learned depend, with the clock changes to come."""
    here, ahead = (t.astimezone(zone_of(case.account.time_zone)) for t in (now, now + 14 * _DAY))
    return (here.time(), here.utcoffset(), ahead.utcoffset())


def _off(moment: datetime, now: datetime) -> float:
    return (moment - now).total_seconds()


def _later(moment: datetime | None, now: datetime) -> float | None:
    """How far ahead: what is past is past."""
    return None if moment is None else max(_off(moment, now), 0)


def _plan(case: Case) -> Hashable:
    if not case.plans.versions:
        return None
    newest = case.plans.versions[-1]
    if newest.decision is not None:
        return (newest.version == 1, "reviewed")
    changes = [
        e.what
        for e in case.timeline.entries
        if e.what in (EventKind.PLAN_SUBMITTED, EventKind.ISSUE_JOINED)
    ]
    return (newest.version == 1, newest.plan.root_causes, changes[-1])


def _planned(planned: Scheduled, now: datetime) -> Hashable:
    about = (planned.about, planned.to, planned.confirms)
    return (planned.channel, about, _off(planned.due, now), planned.redial)


def _under_way(attempt: Attempt, case: Case, now: datetime) -> Hashable:
    if attempt.channel is Channel.EMAIL and attempt.about not in NOTICES:
        # Whatever comes of it changes nothing but the record, and when the case closes.
        return (attempt.about, attempt.wanted)
    return (
        attempt.channel,
        attempt.about,
        attempt.wanted,
        _off(attempt.at, now),
        _off(attempt.due, now),
        attempt.to,
        attempt.redial,
        attempt.outreach_number == case.outreach.count,
        attempt.latest and _off(attempt.latest, now),
    )


def _outreach(case: Case, now: datetime) -> Hashable:
    """What counts for whether we really tried."""
    assert case.outreach.agenda_start is not None
    made = [
        a
        for a in case.attempts.made
        if a.outreach_number == case.outreach.count and a.about in NOTICES
    ]
    counts = [a for a in made if _counts(a)]
    first: dict[int, int] = {}
    for attempt in (
        *counts,
        *case.attempts.under_way,
        *(p for p in case.attempts.agenda if p.redial),
    ):
        first.setdefault(attempt.entry, len(first))
    return (
        _off(case.outreach.agenda_start, now),
        case.outreach.noticed_at is None,
        case.outreach.number.invalid_since
        and _off(max(case.outreach.number.invalid_since, case.outreach.agenda_start), now),
        tuple(_made(a, first[a.entry], case, now) for a in counts),
        any(a.channel is Channel.CALL for a in made),
        tuple(first[a.entry] for a in case.attempts.under_way if a.channel is Channel.CALL),
        tuple(first[p.entry] for p in case.attempts.agenda if p.redial),
    )


def _counts(attempt: Attempt) -> bool:
    """A call that did not ring counts for nothing."""
    rang_or_skipped = attempt.result in GOT_THROUGH or attempt.result is Result.SKIPPED
    return attempt.channel is Channel.EMAIL or rang_or_skipped


def _made(attempt: Attempt, entry: int, case: Case, now: datetime) -> Hashable:
    if attempt.result is Result.SKIPPED:
        return "skipped"
    if attempt.channel is Channel.CALL:
        return (attempt.to, _off(attempt.at, now), entry, attempt.result is Result.BUSY)
    final = attempt.about is Purpose.FINAL_NOTICE
    came_to = attempt.result in (Result.ACCEPTED, Result.BOUNCED) and attempt.result
    assert case.outreach.agenda_start is not None
    ended = case.timeline.ended_at(attempt.number)
    times = (_off(attempt.at, now), _off(ended, now), attempt.due > case.outreach.agenda_start)
    return (attempt.to, came_to, final and times)


def _last_call(case: Case, now: datetime) -> Hashable:
    """Calls so lately made that the next keeps its distance."""
    spacing = case.rules.call_spacing
    return frozenset(_lately(case.attempts.made, now, now - 2 * spacing))


def _lately(
    attempts: Iterable[Attempt], now: datetime, since: datetime
) -> Iterable[tuple[str, float]]:
    for a in attempts:
        if a.channel is Channel.CALL and a.result is not Result.SKIPPED and a.at > since:
            yield a.to, _off(a.at, now)
