"""The effect of each update by the marketplace (docs/rules.md, sections 5 and 6).

Each function takes an event and when it happened. It changes the case, or raises `Refused` and has
changed nothing that matters.
"""

from datetime import datetime

from domain.case.admission import (
    admit,
    refuse_unless_open,
    refuse_unless_seen,
    refuse_while_account_unknown,
)
from domain.case.attempt import Purpose
from domain.case.case import ALREADY_DEACTIVATED, Case
from domain.case.events import AddIssue, EventKind, ReportHarm, Withdraw
from domain.case.harm import Harm
from domain.case.status import CLOSED, Reason, Status
from domain.shared.errors import Refusal, Refused
from domain.shared.events import RecordDeactivation

MAXIMUM_ISSUES = 100


def add_issue(case: Case, event: AddIssue, now: datetime) -> None:
    """Add an issue. One that is known changes nothing, unless it is newly harmful."""
    issue = event.issue
    known = next((i for i in case.issues if i.id == issue.id), None)
    newly_harmful = issue.harmful and not (known and known.harmful)
    if newly_harmful:
        _admit_harm(case)
    elif known is not None:
        refuse_unless_open(case)
        return
    else:
        admit(case, event)
        _refuse_if_too_many(case)
    if known is None:
        case.issues += (issue,)
        case.timeline.log(now, EventKind.ISSUE_JOINED, event.by, issue=issue.id, note=issue.summary)
    else:
        case.issues = tuple(issue if i.id == issue.id else i for i in case.issues)
    if newly_harmful:
        case.act_on_harm(Harm.in_issue(issue, event.by), now)
    else:
        _joined(case, now)


def _refuse_if_too_many(case: Case) -> None:
    if len(case.issues) >= MAXIMUM_ISSUES:
        raise Refused(
            f"the case has {MAXIMUM_ISSUES} issues, and takes no more",
            Refusal.TOO_MANY_ISSUES,
            maximum=MAXIMUM_ISSUES,
        )


def _joined(case: Case, now: datetime) -> None:
    if case.status is Status.CONTACTING:
        case.begin_outreach(now)
    elif case.status is Status.PLAN_REVIEW:
        case.work(now)
        case.attempts.email(Purpose.PLAN_DUE, now)
    else:
        if case.status is Status.WORKING:
            case.cooperate(now)
        case.attempts.email(Purpose.ISSUE_JOINED, now)


def report_harm(case: Case, event: ReportHarm, now: datetime) -> None:
    """Deactivate and expel for harmful conduct, whatever the open status."""
    _admit_harm(case)
    harm = Harm(reporter=event.by, category=event.category, evidence=event.evidence)
    case.act_on_harm(harm, now)


def _admit_harm(case: Case) -> None:
    """Refuse a report of harm only if nothing can come of it. A full file is no reason.

    A deactivated account can be expelled until the case has closed. Before that, no other case
    can open under its workflow id.
    """
    waits = case.account_deactivated and case.closed_at is None
    if case.status is not Status.DEACTIVATING and not waits:
        refuse_unless_open(case)


def record_deactivation(case: Case, event: RecordDeactivation, now: datetime) -> None:
    """End the case: somebody else deactivated the account, and tells the seller.

    A case that has ended already stays as it is.

    Raises:
        Refused: the case is deactivating the account itself, and may still fail to.
    """
    if case.status in CLOSED:
        return
    refuse_unless_open(case)
    case.timeline.log(now, EventKind.DEACTIVATED_ELSEWHERE, event.by)
    if case.unanswered_deactivation is not None:  # it may well have been this case
        case.end_deactivated(now, case.unanswered_deactivation)
        return
    # The enrollment knows: it sent this update.
    case.account_deactivated = case.deactivation_told = True
    case.end_without_email(now, Status.NOT_COVERED, ALREADY_DEACTIVATED)


def withdraw(case: Case, event: Withdraw, now: datetime) -> None:
    """End a case that was raised in error, or strike one issue of several."""
    refuse_unless_open(case)
    refuse_unless_seen(case, event)
    rest = tuple(i for i in case.issues if i.id != event.issue)
    if event.issue is not None and rest == case.issues:
        raise Refused(
            f"issue: the case has no issue {event.issue}",
            Refusal.NO_SUCH_ISSUE,
            issue=event.issue,
        )
    strikes_one = event.issue is not None and bool(rest)
    if not strikes_one:
        refuse_while_account_unknown(case)
    case.timeline.log(now, EventKind.ISSUE_WITHDRAWN, event.by, issue=event.issue, note=event.note)
    if strikes_one:
        case.issues = rest
        case.attempts.email(Purpose.ISSUE_WITHDRAWN, now, event.note)
        return
    case.end(now, Status.WITHDRAWN, Reason.RAISED_IN_ERROR, Purpose.WITHDRAWN, event.note)
