"""Events as people send them."""

from domain.case.events import (
    AddIssue,
    Assign,
    Confirm,
    ContactChannel,
    ConversationOutcome,
    Decide,
    Decision,
    Note,
    RecordConversation,
    ReportContact,
    ReportHarm,
    RequestCall,
    Review,
    ReviewPlan,
    SubmitPlan,
    Withdraw,
)
from domain.shared.account import Issue
from domain.shared.events import HarmCategory

CONTACT = ReportContact(by="specialist.lee", channel=ContactChannel.PHONE, note="called us")
CALL_ME = RequestCall(by="seller")
PLAN = SubmitPlan(
    by="seller",
    root_causes=("A supplier changed the product",),
    corrective_actions=("The listing was removed",),
    preventive_measures=("Two people check each listing",),
)
ACCEPT = ReviewPlan(by="reviewer.kim", decision=Review.ACCEPT)
ASK = ReviewPlan(by="reviewer.kim", decision=Review.MORE_INFORMATION, note="Which supplier?")
REJECT = ReviewPlan(by="reviewer.kim", decision=Review.REJECT, note="It names no cause.")
FRAUD = ReportHarm(by="investigations", category=HarmCategory.FRAUD, evidence="INV-1")
NOTE = Note(by="specialist.lee", note="Their warehouse moves this week")
TAKE = Assign(by="specialist.lee", to="specialist.lee")
WITHDRAW = Withdraw(by="marketplace", note="raised in error")


def talked(outcome: ConversationOutcome = ConversationOutcome.PLAN_EXPECTED) -> RecordConversation:
    """A conversation with the seller."""
    return RecordConversation(by="specialist.lee", outcome=outcome, note="spoke for ten minutes")


def decided(decision: Decision) -> Decide:
    """The lead's decision."""
    return Decide(by="lead.ortiz", decision=decision, note="looked at the whole story")


def confirmed(*, confirm: bool = True) -> Confirm:
    """Another lead's answer to a proposal."""
    return Confirm(by="lead.silva", confirm=confirm, note="read the whole file")


def joins(issue: Issue) -> AddIssue:
    """A further issue."""
    return AddIssue(by="marketplace", issue=issue)
