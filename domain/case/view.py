"""What anybody may see of a case (docs/api.md)."""

from datetime import datetime
from operator import attrgetter

from domain.case.attempt import Channel, Purpose
from domain.case.case import Case
from domain.case.desk_work import Proposal
from domain.case.plans import Plan
from domain.case.status import CannotCall, Status
from domain.case.timeline import TimelineEntry
from domain.shared.account import Account, Issue
from domain.shared.result import Result
from domain.shared.text import Frozen


class PlannedView(Frozen):
    """A planned attempt."""

    channel: Channel
    about: Purpose
    due: datetime


class AttemptView(Frozen):
    """An attempt made, or under way while `result` is null."""

    number: int
    channel: Channel
    about: Purpose
    at: datetime
    result: Result | None


class CaseView(Frozen):
    """The case as clients see it. Absent values are null, never missing."""

    id: str
    status: Status
    reason: str | None
    opened_at: datetime
    deadline: datetime | None
    closed_at: datetime | None
    account: Account
    issues: tuple[Issue, ...]
    agenda: tuple[PlannedView, ...]
    attempts: tuple[AttemptView, ...]
    plans: tuple[Plan, ...]
    conversation_required: bool
    assignee: str | None = None
    """Who took the case, and has not released it."""
    assigned_until: datetime | None = None
    """Until when it is theirs. From then on it counts as free."""
    proposed: Proposal | None = None
    """A deactivation that waits for another person to confirm it."""
    call_again_from: datetime | None = None
    """From when on "contact me now" is taken again."""
    cannot_call: CannotCall | None = None
    """Why the number is not called."""
    email_needed: bool = False
    """Whether every e-mail to the present address has come back."""
    account_deactivated: bool = False
    """Whether the account is, by this case or before it."""
    account_unknown: bool = False
    """Whether a deactivation got no answer, so that the account may be deactivated."""
    timeline: tuple[TimelineEntry, ...]


def view_of(case: Case) -> CaseView:
    """Return the view of a case as it is now."""
    attempts = sorted((*case.attempts.made, *case.attempts.under_way), key=attrgetter("number"))
    return CaseView(
        id=case.id,
        status=case.status,
        reason=case.reason,
        opened_at=case.opened_at,
        deadline=case.deadline,
        closed_at=case.closed_at,
        account=case.account,
        issues=case.issues,
        agenda=tuple(
            PlannedView(channel=p.channel, about=p.about, due=p.due) for p in case.attempts.agenda
        ),
        attempts=tuple(
            AttemptView(number=a.number, channel=a.channel, about=a.about, at=a.at, result=a.result)
            for a in attempts
        ),
        plans=case.plans.versions,
        conversation_required=case.conversation_required,
        assignee=case.desk.assignment.to if case.desk.assignment else None,
        assigned_until=case.assigned_until,
        proposed=case.desk.proposal,
        call_again_from=case.call_again_from,
        cannot_call=case.outreach.number.problem,
        email_needed=case.email_needed,
        account_deactivated=case.account_deactivated,
        account_unknown=case.unanswered_deactivation is not None,
        timeline=case.timeline.entries,
    )
