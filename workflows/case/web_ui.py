"""Describes a case for people who watch it in the Temporal Web UI."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import assert_never

from domain.case.advance import next_moment
from domain.case.attempt import Attempt, Channel, Scheduled
from domain.case.case import Case
from domain.case.evidence_file import described
from domain.case.plans import Plan
from domain.case.status import CLOSED, HAS_DEADLINE, NEEDS_CONVERSATION, READS_PLANS, Status
from domain.case.steps import TellDesk
from domain.case.timeline import TimelineEntry, detail_of
from domain.shared.codes import plain
from domain.shared.events import ENGINE
from workflows.shared.markdown import safe, time

_HEADLINES = {
    Status.CONTACTING: "Contacting: trying to reach the seller",
    Status.WORKING: "Working: the seller was reached, a plan is awaited",
    Status.PLAN_REVIEW: "Plan review: a plan waits for a reviewer",
    Status.ESCALATED: "Escalated: a person decides",
    Status.DEACTIVATING: "Deactivating the account",
    Status.RESOLVED: "Resolved: the account stays active",
    Status.DEACTIVATED: "Deactivated",
    Status.WITHDRAWN: "Withdrawn: the account stays active",
    Status.NOT_COVERED: "Not covered by the programme",
}


def attempt_summary(case: Case, attempt: Attempt) -> str:
    """Describe the activity of an attempt: "Call 3 to the emergency number (notice)"."""
    what = _numbered(attempt.channel, _count(case, attempt.channel, attempt.number))
    to = "to the emergency number" if attempt.channel.rings else "to the seller"
    return f"{what} {to} ({plain(attempt.about)})"


def hang_up_summary(case: Case, call: Attempt) -> str:
    """Describe the activity that hangs up: "Hang up call 3"."""
    return f"Hang up {_numbered(call.channel, _count(case, call.channel, call.number)).lower()}"


def wait_summary(case: Case, moment: datetime) -> str:
    """Describe a timer: "Next: e-mail 2 at 2026-11-23 09:00 UTC"."""
    return f"Next: {_upcoming(case, moment)} at {time(moment)}"


def _upcoming(case: Case, moment: datetime) -> str:
    planned = next((p for p in case.attempts.agenda if p.due == moment), None)
    if planned is not None:
        made = _count(case, planned.channel, case.attempts.count)
        return _numbered(planned.channel, made + 1).lower()
    return "the deadline" if case.deadline == moment else "a reminder to the desk"


def desk_summary(case: Case, step: TellDesk) -> str:
    """Describe the activity that e-mails the desk."""
    return f"Tell the desk: {case.status} since {time(step.due)}"


def details(case: Case, now: datetime) -> str:
    """Describe the whole case in markdown."""
    reason = f" ({plain(case.reason)})" if case.reason else ""
    made = sorted(case.attempts.made, key=lambda attempt: attempt.number)
    to_come = () if case.status in CLOSED else case.attempts.agenda
    sections = (
        ("Issues", [f"- {i.id} {i.code}: {safe(i.summary)}" for i in case.issues]),
        ("Plan", [*_plans(case)]),
        ("Attempts (UTC)", [_attempt(attempt) for attempt in made]),
        ("To come", [f"- {time(p.due)}: {_what(p)}" for p in to_come]),
    )
    lines = [f"## {_HEADLINES[case.status]}{reason}", "", *_summary(case, now)]
    for title, content in sections:
        if content:
            lines += ["", f"### {title}", "", *content]
    lines += ["", f"### Timeline (UTC, {len(case.timeline.entries)} events)", ""]
    return "\n".join([*lines, *map(_entry, case.timeline.entries)])


def _summary(case: Case, now: datetime) -> Iterator[str]:
    """Name the seller, the deadline, the steps under way and the next moment."""
    account = case.account
    yield f"- **Seller**: {safe(account.name)} ({account.store} {account.seller_id})"
    if case.deadline is not None and case.status in HAS_DEADLINE:
        left = _left(case.deadline - now)
        yield f"- **Deadline**: {time(case.deadline)} ({left} left at {time(now)})"
    if case.status not in CLOSED:
        yield from _under_way_and_next(case, now)
    held, until = case.desk.assignment, case.assigned_until
    if held is not None and until is not None and case.is_open:
        yield f"- **Worked by**: {safe(held.to)}, until {time(until)}"
    if case.desk.proposal is not None:
        by, note = safe(case.desk.proposal.by), safe(case.desk.proposal.note)
        yield f"- **Proposed** by {by}, for another person to confirm: to deactivate ({note})"
    if case.unanswered_deactivation is not None:
        yield "- **Nobody knows** whether the account is active: a deactivation got no answer"
    if case.conversation_required and case.status in NEEDS_CONVERSATION:
        yield "- **A phone conversation** is required before the case can be resolved"


def _under_way_and_next(case: Case, now: datetime) -> Iterator[str]:
    under_way = [attempt_summary(case, a) for a in case.attempts.under_way if a.wanted]
    if under_way:
        yield f"- **Under way**: {', '.join(under_way)}"
    if moment := next_moment(case, now):
        yield f"- **Next**: {_upcoming(case, moment)} at {time(moment)}"


def _plans(case: Case) -> Iterator[str]:
    """List the reviews of all versions, and the text of the newest, which a reviewer judges."""
    for plan in case.plans.versions:
        yield f"- Version {plan.version}, {time(plan.at)}: {_review(plan, case)}"
    newest = case.plans.newest
    if newest is None:
        return
    for title, texts in (
        ("Root causes", newest.plan.root_causes),
        ("Corrective actions", newest.plan.corrective_actions),
        ("Preventive measures", newest.plan.preventive_measures),
        ("Evidence", newest.plan.evidence),
    ):
        if texts:
            yield f"- **{title}** (version {newest.version}):"
            yield from (f"    - {number}: {safe(text)}" for number, text in enumerate(texts, 1))
    if newest.plan.files:
        yield f"- **Files** (version {newest.version}):"
        yield from (f"    - {safe(described(file))}" for file in newest.plan.files)


def _review(plan: Plan, case: Case) -> str:
    if plan.decision is None:
        return "waits for a reviewer" if case.status in READS_PLANS else "was not reviewed"
    note = f": {safe(plan.note)}" if plan.note else ""
    return f"{plain(plan.decision)} (by {safe(plan.reviewed_by or '')}){note}"


def _entry(entry: TimelineEntry) -> str:
    result = f" {entry.attempt}: {plain(entry.result or '')}" if entry.attempt is not None else ""
    detail = f", {safe(detail_of(entry))}" if detail_of(entry) else ""
    by = "" if entry.by == ENGINE else f" (by {safe(entry.by)})"
    return f"- {entry.at:%m-%d %H:%M:%S} **{plain(entry.what)}**{result}{detail}{by}"


def _attempt(attempt: Attempt) -> str:
    result = plain(attempt.result or "")
    return f"- {attempt.number}. {attempt.at:%m-%d %H:%M} {_what(attempt)}: **{result}**"


def _what(planned: Scheduled) -> str:
    return f"{_name(planned.channel).lower()} ({plain(planned.about)})"


def _numbered(channel: Channel, count: int) -> str:
    return f"{_name(channel)} {count}"


def _name(channel: Channel) -> str:
    match channel:
        case Channel.CALL:
            return "Call"
        case Channel.EMAIL:
            return "E-mail"
        case _:
            assert_never(channel)


def _count(case: Case, channel: Channel, up_to: int) -> int:
    attempts = (*case.attempts.made, *case.attempts.under_way)
    return sum(a.channel is channel and a.number <= up_to for a in attempts)


def _left(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    return f"{minutes // 60} h {minutes % 60} min"
