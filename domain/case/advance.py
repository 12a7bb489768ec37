"""The next steps of a case, and what the passing of time does to it (docs/rules.md, section 4)."""

from datetime import datetime, timedelta

from domain.case.announcements import untold
from domain.case.attempt import NOTICES
from domain.case.case import Case
from domain.case.events import EventKind
from domain.case.really_tried import in_words, shortfall
from domain.case.status import CLOSED, HAS_DEADLINE, Reason, Status
from domain.case.steps import (
    Deactivate,
    Expel,
    LookAtAccount,
    LookUp,
    LookUpFindHashes,
    LookUpHours,
    Reach,
    Step,
    TellDesk,
)
from domain.shared.steps import Announce, ShareContact, TellDeactivation, WaitUntil

_HOURS_AHEAD = timedelta(days=2)
"""Calling hours are asked for again when less than this is known of them."""


def advance(case: Case, now: datetime) -> tuple[Step, ...]:
    """Let time pass until `now`. Return every step that must be under way from now on.

    Whoever performs the steps cancels those that are missing from the answer. A closed case has
    no steps, but announcing that it has closed. A second call at the same moment changes nothing.
    """
    if case.closed_at is not None:
        return _announcing(case)
    if case.policy is None:
        # Cancelled before it opened: there is nothing to undo and nobody to tell.
        return _close(case, now) if case.status in CLOSED else (LookUp(),)
    _let_deadline_pass(case, now)
    _begin_attempts(case, now)
    steps = _wanted(case, now)
    if case.status in CLOSED and not steps and not case.attempts.under_way:
        return _close(case, now)
    steps += _announcing(case)
    if moment := waits_until(case, now):
        steps.append(WaitUntil(moment))
    return tuple(steps)


def _let_deadline_pass(case: Case, now: datetime) -> None:
    deadline = case.outreach.deadline
    if deadline is None or now < deadline:
        return
    if case.status is Status.WORKING:
        case.escalate(now, Reason.NO_COOPERATION)
    # A notice under way may still end, and counts. No other attempt holds up the end.
    trying = any(attempt.about in NOTICES for attempt in case.attempts.under_way)
    if case.status is Status.CONTACTING and not trying:
        _end_in_silence(case, now)


def _end_in_silence(case: Case, now: datetime) -> None:
    """End the 72 hours of a seller who did not turn up: deactivate if we really tried."""
    for skipped in case.outreach.skip_rest(now, case.account):
        case.log_attempt(now, skipped)
    missing = shortfall(case.outreach, case.account, case.rules, case.timeline)
    if case.outreach.noticed_at is None:
        case.escalate(now, Reason.NO_NOTICE)
    elif missing:
        case.escalate(now, Reason.NOT_REALLY_TRIED)
        words = in_words(missing, case.outreach, case.rules)
        case.timeline.log(now, EventKind.ESCALATED, missing=missing, note=words)
    else:
        case.deactivate(now, Reason.NOT_REACHED)


def _begin_attempts(case: Case, now: datetime) -> None:
    deadline = case.outreach.deadline
    if deadline is None or now < deadline or case.status is not Status.CONTACTING:
        _begin_due(case, now)
    if case.conversation_wanted:
        case.outreach.plan_conversation_call(now, case.rules, case.account)
        _begin_due(case, now)


def _begin_due(case: Case, now: datetime) -> None:
    for skipped in case.outreach.begin_due(now, case.rules, case.account):
        case.log_attempt(now, skipped)


def _wanted(case: Case, now: datetime) -> list[Step]:
    """Return every step that must be under way, except waiting."""
    under_way = case.outreach.attempts.under_way
    steps: list[Step] = [Reach(attempt.number) for attempt in under_way if attempt.wanted]
    if case.status is Status.DEACTIVATING:
        steps.append(Deactivate(case.deactivates_for_harm))
    if case.status is Status.ESCALATED and case.unanswered_deactivation is not None:
        steps.append(LookAtAccount())
    steps += _news_for_enrollment(case)
    if case.contact_news.is_any:
        steps.append(ShareContact())
    desk_due = case.desk_due
    if desk_due is not None and desk_due <= now:
        steps.append(TellDesk(desk_due))
    if case.find_hashes_are_old:
        steps.append(LookUpFindHashes())
    if _hours_run_short(case, now):
        steps.append(LookUpHours())
    return steps


def _news_for_enrollment(case: Case) -> list[Step]:
    if case.harm is not None and not case.expelled:
        return [Expel()]  # first, so that the enrollment's e-mail is about the expulsion
    if case.account_deactivated and not case.deactivation_told:
        return [TellDeactivation()]
    return []


def _hours_run_short(case: Case, now: datetime) -> bool:
    """Whether calls are to be planned for which the calling hours are not known yet."""
    outreach = case.outreach
    if not outreach.calling_hours:
        return False
    if case.status is Status.CONTACTING:
        start = outreach.agenda_start
        return start is not None and not outreach.knows_hours_after(start + case.rules.window)
    wanted = case.conversation_wanted and not outreach.number.cannot_be_called
    return wanted and not outreach.knows_hours_after(now + _HOURS_AHEAD)


def next_moment(case: Case, now: datetime) -> datetime | None:
    """Return the next moment at which time changes the case, if nothing else happens before."""
    outreach = case.outreach
    planned = next((p.due for p in outreach.attempts.agenda if p.due > now), None)
    moments = [] if planned is None else [planned]
    if case.desk_due is not None:
        moments.append(case.desk_due)
    if outreach.deadline is not None and case.status in HAS_DEADLINE:
        moments.append(outreach.deadline)
    return min((m for m in moments if m > now), default=None)


def waits_until(case: Case, now: datetime) -> datetime | None:
    """Return the next moment if a timer is needed for it, else None."""
    moment = next_moment(case, now)
    return None if moment is None or _hears_before(case, moment) else moment


def _hears_before(case: Case, moment: datetime) -> bool:
    """Whether what comes of a call or a notice is known before a moment, whatever it is.

    Until then no timer is needed. The workflow task that takes the result starts it, and so leaves
    an event in the history, which it would otherwise have to pay for (docs/architecture.md).
    """
    rules = case.rules
    return case.is_open and any(
        attempt.wanted
        and (attempt.channel.rings or attempt.about in NOTICES)
        and attempt.at + (rules.call_timeout if attempt.channel.rings else rules.email_timeout)
        <= moment
        for attempt in case.attempts.under_way
    )


def _close(case: Case, now: datetime) -> tuple[Step, ...]:
    case.closed_at = now
    case.timeline.log(now, EventKind.CLOSED)
    return _announcing(case)


def _announcing(case: Case) -> tuple[Step, ...]:
    return (Announce(),) if untold(case) else ()
