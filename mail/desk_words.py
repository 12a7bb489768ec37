"""The words for a case's codes in e-mails to the desk (docs/rules.md, sections 4 and 5)."""

from domain.case.events import EventKind
from domain.case.status import Reason, Status
from domain.case.timeline import TimelineEntry, detail_of
from domain.shared.codes import plain
from domain.shared.events import ENGINE
from domain.shared.result import Result

STATUSES = {
    Status.CONTACTING: "contacting the seller",
    Status.WORKING: "waiting for the seller's plan",
    Status.PLAN_REVIEW: "plan review",
    Status.ESCALATED: "escalated",
    Status.DEACTIVATING: "being deactivated",
    Status.RESOLVED: "resolved",
    Status.DEACTIVATED: "deactivated",
    Status.WITHDRAWN: "withdrawn",
    Status.NOT_COVERED: "not covered",
}

REASONS = {
    Reason.NOT_REACHED: "the deadline passed in silence, and we really tried",
    Reason.NO_NOTICE: "the provisional deadline passed, and no notice had got through",
    Reason.NOT_REALLY_TRIED: "the deadline passed in silence, and too little of ours got through",
    Reason.NO_COOPERATION: "the time to work with us passed without a sign from the seller",
    Reason.PLANS_REJECTED: "the last plan that is allowed was rejected",
    Reason.DEACTIVATION_FAILED: "the account service failed for too long",
    Reason.SILENCE_HELD: "the deadline passed in silence, and deactivations for silence are held",
    Reason.MESSAGE_WAITING: "the deadline passed in silence, but a message about the case waits "
    "in the mailbox, or was sent to you",
    Reason.PLAN_ACCEPTED: "a reviewer accepted the plan",
    Reason.CONVERSATION: "a conversation resolved it",
    Reason.DECISION: "the lead decided",
    Reason.HARM: "harmful conduct",
    Reason.RAISED_IN_ERROR: "raised in error",
    Reason.CANCELLED: "cancelled",
}

_RESULTS = {
    Result.CONNECTED: "the seller answered",
    Result.DECLINED: "answered, but not acknowledged",
    Result.VOICEMAIL: "a machine answered, and heard our message",
    Result.VOICEMAIL_CUT: "a machine answered, and did not hear our message whole",
    Result.NO_ANSWER: "nobody answered",
    Result.BUSY: "the line was busy",
    Result.INVALID_NUMBER: "there is no such number",
    Result.ACCEPTED: "taken by the mail server",
    Result.BOUNCED: "came back undelivered",
    Result.PROVIDER_FAILED: "failed on our side",
    Result.CANCELLED: "cancelled, no longer needed",
    Result.SKIPPED: "not made, since we were late",
}

_EVENTS = {  # where the kind itself does not say enough
    EventKind.OPENED: "The case opened",
    EventKind.OUTREACH_BEGAN: "The outreach began",
    EventKind.CLOCK_STARTED: "The clock started: a first notice got through",
    EventKind.EMAIL: "E-mail",
    EventKind.CONTACT: "The seller was in touch",
    EventKind.CALL_REQUESTED: "The seller asked for a call",
    EventKind.LINK_REQUESTED: "A fresh link to the page was asked for",
    EventKind.BOUNCED: "E-mail",
    EventKind.MAIL_NOTED: "An answer that is no contact",
    EventKind.ASSIGNED: "The case was assigned",
    EventKind.NUMBER_INVALID: "A carrier said that there is no such emergency number",
    EventKind.NUMBER_NOT_CALLED: "The emergency number is not called",
    EventKind.CONTACT_CHANGED: "A new number or address came",
    EventKind.CONTACT_NOT_SHARED: "The programme could not be told of the new number or address",
    EventKind.PLAN_SUBMITTED: "A plan was submitted",
    EventKind.PLAN_REVIEWED: "The plan was reviewed",
    EventKind.CONVERSATION: "A conversation was recorded",
    EventKind.ISSUE_JOINED: "An issue joined",
    EventKind.ISSUE_WITHDRAWN: "Withdrawn as raised in error",
    EventKind.HARM_REPORTED: "Harm was reported",
    EventKind.EXPELLED: "The programme expelled the account",
    EventKind.DECIDED: "The lead decided",
    EventKind.PROPOSED: "Proposed, for another person to confirm",
    EventKind.CONFIRMED: "The deactivation was confirmed",
    EventKind.DECLINED: "The deactivation was declined",
    EventKind.DESK_TOLD: "The desk was told",
    EventKind.DESK_NOT_TOLD: "The desk could not be told",
    EventKind.STATUS: "The case became",
    EventKind.ESCALATED: "What was missing",
    EventKind.DEACTIVATION_FAILED: "The account service failed to deactivate the account",
    EventKind.DEACTIVATED_ELSEWHERE: "The account was deactivated by somebody else",
    EventKind.CLOSED: "The case closed",
}


def told(entry: TimelineEntry) -> str:
    """Describe an event: `E-mail 1 (notice): taken by the mail server`."""
    what, detail = _EVENTS.get(entry.what) or plain(entry.what).capitalize(), detail_of(entry)
    if entry.attempt is not None and entry.result is not None:
        return f"{what} {entry.attempt} ({detail}): {_RESULTS[entry.result]}"
    said = f"{what}: {detail}" if detail else what
    return said if entry.by == ENGINE else f"{said} (by {entry.by})"
