"""What the desk's lists say of what the code names."""

from domain.case.events import EventKind
from domain.case.status import Reason, Status
from domain.shared.errors import Refusal
from temporal_client.desk_queues import Queue
from web.languages import N_

QUEUES: dict[Queue | None, str] = {
    Queue.REVIEW: N_("Plans to review"),
    Queue.DECISION: N_("Escalated, to decide"),
    Queue.CONFIRMATION: N_("Deactivations to confirm"),
    Queue.CONVERSATION: N_("Conversations to hold"),
    Queue.NUMBER: N_("Number needed"),
    Queue.ADDRESS: N_("Address needed"),
    Queue.SELLER: N_("Waiting for the seller"),
    None: N_("Mine"),
}
"""The lists, in the order of the navigation."""

NOTHING_THERE: dict[Queue | None, str] = {
    Queue.REVIEW: N_("No plan waits for a reviewer."),
    Queue.DECISION: N_("No case waits for a decision."),
    Queue.CONFIRMATION: N_("No deactivation waits to be confirmed."),
    Queue.CONVERSATION: N_("No conversation has to be held."),
    Queue.NUMBER: N_("Every seller has a number that can be called."),
    Queue.ADDRESS: N_("Every seller has an address that e-mails reach."),
    Queue.SELLER: N_("No case waits for its seller."),
    None: N_("You have no case. Take one from another list."),
}

STATUSES = {
    Status.CONTACTING: N_("contacting"),
    Status.WORKING: N_("working"),
    Status.PLAN_REVIEW: N_("plan review"),
    Status.ESCALATED: N_("escalated"),
    Status.DEACTIVATING: N_("deactivating"),
    Status.RESOLVED: N_("resolved"),
    Status.DEACTIVATED: N_("deactivated"),
    Status.WITHDRAWN: N_("withdrawn"),
    Status.NOT_COVERED: N_("not covered"),
}

REASONS: dict[str, str] = {
    Reason.NOT_REACHED: N_("not reached"),
    Reason.NO_NOTICE: N_("no notice got through"),
    Reason.NOT_REALLY_TRIED: N_("not really tried"),
    Reason.NO_COOPERATION: N_("no sign for 72 hours"),
    Reason.PLANS_REJECTED: N_("plans rejected"),
    Reason.DEACTIVATION_FAILED: N_("deactivation failed"),
    Reason.SILENCE_HELD: N_("silence is on hold"),
    Reason.MESSAGE_WAITING: N_("a message waits"),
    Reason.PLAN_ACCEPTED: N_("plan accepted"),
    Reason.CONVERSATION: N_("conversation"),
    Reason.DECISION: N_("decision"),
    Reason.HARM: N_("harm"),
    Reason.RAISED_IN_ERROR: N_("raised in error"),
    Reason.CANCELLED: N_("cancelled"),
}

CHANGES: dict[str, str] = {
    EventKind.STATUS: N_("its status changed"),
    EventKind.CONTACT: N_("the seller was in touch"),
    EventKind.CALL_REQUESTED: N_("the seller asked for a call"),
    EventKind.CONTACT_CHANGED: N_("number or address changed"),
    EventKind.PLAN_SUBMITTED: N_("the seller sent a plan"),
    EventKind.PLAN_REVIEWED: N_("a plan was answered"),
    EventKind.CONVERSATION: N_("a conversation was recorded"),
    EventKind.ISSUE_JOINED: N_("an issue joined"),
    EventKind.ISSUE_WITHDRAWN: N_("an issue was withdrawn"),
    EventKind.HARM_REPORTED: N_("harm was reported"),
    EventKind.DECIDED: N_("somebody decided"),
    EventKind.PROPOSED: N_("a deactivation was proposed"),
    EventKind.CONFIRMED: N_("a deactivation was confirmed"),
    EventKind.DECLINED: N_("a deactivation was declined"),
}
"""What `CHANGES_THE_CASE` names (domain/case/timeline.py)."""

REFUSALS: dict[str, str] = {
    Refusal.CHANGED_SINCE: N_("It has changed since you looked. Nothing was done."),
    Refusal.CASE_ENDED: N_("It has ended meanwhile. Nothing was done."),
    Refusal.NOT_ESCALATED: N_("It is not escalated any more. Nothing was done."),
    Refusal.HELD_BY_ANOTHER: N_("Somebody else has taken it meanwhile. Nothing was done."),
}
OTHER_REFUSAL = N_("The case does not take it. Nothing was done.")
