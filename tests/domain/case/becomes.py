"""What each event makes of a case, by section 5's table (docs/rules.md)."""

from domain.case.attempt import Channel
from domain.case.case import Case
from domain.case.events import (
    AddIssue,
    Assign,
    ChangeContact,
    Confirm,
    ConversationOutcome,
    Decide,
    Decision,
    EventKind,
    Note,
    NoteMail,
    ReceiveBounce,
    ReceiveReply,
    RecordConversation,
    ReportContact,
    ReportHarm,
    RequestCall,
    Review,
    ReviewPlan,
    SubmitPlan,
    Withdraw,
)
from domain.case.status import CLOSED, OPEN, Status
from domain.shared.events import Event, RecordDeactivation, SendLink

CONTACTING, WORKING = Status.CONTACTING, Status.WORKING
PLAN_REVIEW, ESCALATED = Status.PLAN_REVIEW, Status.ESCALATED
DEACTIVATING = Status.DEACTIVATING
RESOLVED, WITHDRAWN, NOT_COVERED = Status.RESOLVED, Status.WITHDRAWN, Status.NOT_COVERED
DEACTIVATED = Status.DEACTIVATED


def becomes(case: Case, event: Event, *, throttled: bool) -> Status | None:
    """The status that an event leads to; None if it is refused."""
    if _reports_harm(case, event):
        if case.account_deactivated and case.closed_at is None:
            return case.status
        return DEACTIVATING if case.status in OPEN | {DEACTIVATING} else None
    if isinstance(event, RecordDeactivation) and case.status in CLOSED:
        return case.status
    if case.status not in OPEN:
        return None
    if isinstance(event, RecordDeactivation):
        return NOT_COVERED if case.unanswered_deactivation is None else DEACTIVATED
    return _open_becomes(case, event, throttled=throttled)


def _reports_harm(case: Case, event: Event) -> bool:
    if not isinstance(event, AddIssue):
        return isinstance(event, ReportHarm)
    known = any(i.id == event.issue.id and i.harmful for i in case.issues)
    return event.issue.harmful and not known


def _open_becomes(case: Case, event: Event, *, throttled: bool) -> Status | None:
    status = case.status
    reached = WORKING if status is CONTACTING else status
    match event:
        case SendLink():
            return None if throttled else status
        case ReceiveBounce():
            made = {a.number for a in case.attempts.made if a.channel is Channel.EMAIL}
            return status if event.attempt in made else None
        case ReportContact() | RequestCall() | ReceiveReply():
            return None if throttled else reached
        case RecordConversation():
            resolves = event.outcome is ConversationOutcome.RESOLVED and status is not ESCALATED
            return RESOLVED if resolves else reached
        case SubmitPlan():
            return ESCALATED if status is ESCALATED else PLAN_REVIEW
        case ReviewPlan():
            return _reviewed(case, event) if status is PLAN_REVIEW else None
        case Decide():
            return _decided(case, event) if status is ESCALATED else None
        case Confirm():
            return _confirmed(case, event)
        case AddIssue():
            return _joined(case, event)
        case Withdraw():
            return _withdrawn(case, event)
        case ChangeContact() | NoteMail() | Note() | Assign():
            return status
    raise AssertionError(f"no rule is known for {event}")


def _joined(case: Case, event: AddIssue) -> Status:
    known = any(i.id == event.issue.id for i in case.issues)
    return WORKING if case.status is PLAN_REVIEW and not known else case.status


def _reviewed(case: Case, event: ReviewPlan) -> Status | None:
    if event.version not in (None, len(case.plans.versions)) or event.by == _spoke(case):
        return None
    if event.decision is Review.ACCEPT:
        return None if case.conversation_required else RESOLVED
    if event.decision is Review.MORE_INFORMATION:
        return WORKING
    last = case.plans.rejections + 1 == case.rules.maximum_rejections
    return ESCALATED if last else WORKING


def _decided(case: Case, event: Decide) -> Status | None:
    if event.decision is not Decision.DEACTIVATE and case.unanswered_deactivation is not None:
        return None
    if event.decision is Decision.DEACTIVATE and case.rules.second_person:
        return ESCALATED
    if event.decision is not Decision.RESUME:
        return RESOLVED if event.decision is Decision.RESOLVE else DEACTIVATING
    if case.plans.versions and case.plans.versions[-1].reviewed_at is None:
        return PLAN_REVIEW
    return WORKING if case.reached else CONTACTING


def _confirmed(case: Case, event: Confirm) -> Status | None:
    who = proposed_by(case)
    if who is None or (event.confirm and event.by == who):
        return None
    return DEACTIVATING if event.confirm else ESCALATED


def proposed_by(case: Case) -> str | None:
    """Who proposed to deactivate, if that stands."""
    over = {EventKind.STATUS, EventKind.PLAN_SUBMITTED, EventKind.DECLINED}
    entries = case.timeline.entries
    newest = next((e for e in reversed(entries) if e.what in {EventKind.PROPOSED, *over}), None)
    return newest.by if newest and newest.what is EventKind.PROPOSED else None


def _spoke(case: Case) -> str | None:
    """Who held the first conversation after the newest answer *more information*."""
    spoke, is_required = None, False
    for entry in case.timeline.entries:
        if entry.what is EventKind.PLAN_REVIEWED and entry.code == Review.MORE_INFORMATION:
            spoke, is_required = None, True
        if entry.what is EventKind.CONVERSATION and is_required:
            spoke, is_required = entry.by, False
    return spoke


def _withdrawn(case: Case, event: Withdraw) -> Status | None:
    ids = {issue.id for issue in case.issues}
    if event.issue is not None and event.issue not in ids:
        return None
    if event.issue is not None and ids != {event.issue}:
        return case.status
    return WITHDRAWN if case.unanswered_deactivation is None else None
