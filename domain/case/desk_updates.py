"""The effect of each update by the desk (docs/rules.md, section 5).

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
from domain.case.case import Case
from domain.case.desk_work import Assignment, Proposal
from domain.case.events import (
    Assign,
    Confirm,
    ConversationOutcome,
    Decide,
    Decision,
    EventKind,
    Note,
    RecordConversation,
    ReportContact,
    Review,
    ReviewPlan,
)
from domain.case.status import Reason, Status
from domain.shared.errors import Refusal, Refused
from domain.shared.people import is_same_person


def report_contact(case: Case, event: ReportContact, now: datetime) -> None:
    """Record a contact that a specialist reports, such as an inbound call or a reply."""
    admit(case, event)
    case.seller_turned_up(now, event.by, code=event.channel, note=event.note)


def note(case: Case, event: Note, now: datetime) -> None:
    """Record a note. It is no contact, and stops no clock."""
    admit(case, event)
    case.timeline.log(now, EventKind.NOTE, event.by, note=event.note)


def assign(case: Case, event: Assign, now: datetime) -> None:
    """Record who works the case from now on.

    Raises:
        Refused: somebody else has it by now, of whom the sender did not know.
    """
    admit(case, event, though_full=True)
    held = case.desk.held(case.timeline, case.rules, now)
    known = (event.held_by, event.to, event.by)
    if held is not None and not any(is_same_person(held.to, name) for name in known):
        raise Refused(
            f"somebody else has had the case since {held.at:%Y-%m-%d %H:%M} UTC; look at it again",
            Refusal.HELD_BY_ANOTHER,
            since=held.at.isoformat(),
        )
    case.desk.assignment = Assignment(to=event.to, at=now) if event.to is not None else None
    case.timeline.log(now, EventKind.ASSIGNED, event.by, assignee=event.to, note=event.note)


def review_plan(case: Case, event: ReviewPlan, now: datetime) -> None:
    """Record a reviewer's answer to the newest version of the plan."""
    admit(case, event, though_full=True)
    if case.status is not Status.PLAN_REVIEW:
        raise Refused(
            f"no plan is under review: the case is {case.status}",
            Refusal.NOT_UNDER_REVIEW,
            status=case.status.value,
        )
    case.plans.refuse_unless_newest(event.version)
    if event.decision is Review.ACCEPT:
        refuse_unless_seen(case, event)
    if is_same_person(event.by, case.desk.spoke):
        raise Refused(
            "whoever held the conversation that was required does not review the plan; "
            "somebody else does",
            Refusal.HELD_CONVERSATION,
            version=len(case.plans.versions),
        )
    if event.decision is Review.ACCEPT and case.conversation_required:
        raise Refused(
            "the conversation that is required has not been held; "
            "record it (record_conversation) before accepting the plan",
            Refusal.CONVERSATION_REQUIRED,
        )
    version = case.plans.review(event, now).version
    case.timeline.log(
        now,
        EventKind.PLAN_REVIEWED,
        event.by,
        version=version,
        code=event.decision,
        note=event.note,
    )
    if event.decision is Review.ACCEPT:
        case.end(now, Status.RESOLVED, Reason.PLAN_ACCEPTED, Purpose.RESOLVED)
    elif event.decision is Review.MORE_INFORMATION:
        case.conversation_required, case.desk.spoke = True, None
        case.work(now)
        case.attempts.email(Purpose.MORE_INFORMATION, now, event.note, version)
    else:
        _reject(case, now)
        case.attempts.email(Purpose.PLAN_REJECTED, now, event.note, version)


def _reject(case: Case, now: datetime) -> None:
    if case.plans.count_rejection() >= case.rules.maximum_rejections:
        case.escalate(now, Reason.PLANS_REJECTED)
    else:
        case.work(now)


def record_conversation(case: Case, event: RecordConversation, now: datetime) -> None:
    """Record a conversation. It is a contact, meets the requirement, and may resolve the case."""
    refuse_unless_open(case)
    refuse_unless_seen(case, event)
    admit(case, event)
    if case.conversation_required:
        case.conversation_required, case.desk.spoke = False, event.by
    case.attempts.drop(lambda planned: planned.about is Purpose.CONVERSATION)
    case.timeline.log(now, EventKind.CONVERSATION, event.by, code=event.outcome, note=event.note)
    case.seller_turned_up(now, event.by)
    if event.outcome is ConversationOutcome.RESOLVED and case.status is not Status.ESCALATED:
        case.end(now, Status.RESOLVED, Reason.CONVERSATION, Purpose.RESOLVED)


def decide(case: Case, event: Decide, now: datetime) -> None:
    """Record the lead's decision, which is the only way out of an escalation.

    A decision to deactivate waits for a second person, if the policy wants one.
    """
    refuse_unless_open(case)
    if case.status is not Status.ESCALATED:
        raise Refused(
            f"there is nothing to decide: the case is {case.status}, not escalated",
            Refusal.NOT_ESCALATED,
            status=case.status.value,
        )
    refuse_unless_seen(case, event)
    if event.decision is not Decision.DEACTIVATE:
        refuse_while_account_unknown(case)
    if event.decision is Decision.DEACTIVATE and case.rules.second_person:
        _propose(case, event, now)
        return
    case.timeline.log(now, EventKind.DECIDED, event.by, code=event.decision, note=event.note)
    if event.decision is Decision.RESOLVE:
        case.end(now, Status.RESOLVED, Reason.DECISION, Purpose.RESOLVED)
    elif event.decision is Decision.DEACTIVATE:
        case.deactivate(now, Reason.DECISION)
    else:
        _resume(case, now)


def _propose(case: Case, event: Decide, now: datetime) -> None:
    """Wait for another person to confirm the decision. The desk is told at once."""
    case.desk.proposal = Proposal(by=event.by, at=now, note=event.note)
    case.timeline.log(now, EventKind.PROPOSED, event.by, code=event.decision, note=event.note)
    case.desk_due = now


def confirm(case: Case, event: Confirm, now: datetime) -> None:
    """Confirm a proposed deactivation, or decline it: then a lead decides anew.

    Raises:
        Refused: nothing is proposed, or whoever proposed it is the one who confirms.
    """
    refuse_unless_open(case)
    refuse_unless_seen(case, event)
    proposal = case.desk.proposal
    if proposal is None:
        raise Refused(
            f"there is nothing to confirm: no deactivation is proposed, the case is {case.status}",
            Refusal.NOTHING_PROPOSED,
            status=case.status.value,
        )
    if event.confirm and is_same_person(event.by, proposal.by):
        raise Refused(
            "whoever proposed the deactivation does not confirm it; another person does",
            Refusal.OWN_PROPOSAL,
            proposed_at=proposal.at.isoformat(),
        )
    if event.confirm:
        case.timeline.log(now, EventKind.CONFIRMED, event.by, note=event.note)
        case.deactivate(now, Reason.DECISION)
    else:
        case.timeline.log(now, EventKind.DECLINED, event.by, note=event.note)
        case.desk.proposal = None


def _resume(case: Case, now: datetime) -> None:
    case.plans.forget_rejections()
    if case.plans.unanswered is not None:
        case.review(now)
    elif case.reached:
        case.work(now)
    else:
        case.set_status(now, Status.CONTACTING)
        case.begin_outreach(now)
