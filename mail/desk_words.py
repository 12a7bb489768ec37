"""The words for a case's codes, in e-mails to the desk and at the desk (docs/rules.md, section 5).

E-mails to the desk are in English. At the desk the words are translated when they are shown.
"""

from domain.case.events import EventKind
from domain.case.status import Reason, Status
from domain.case.timeline import TimelineEntry, detail_of
from domain.shared.codes import plain
from domain.shared.events import ENGINE
from domain.shared.result import Result
from reference.languages import N_

STATUSES = {
    Status.CONTACTING: N_("contacting the seller"),
    Status.WORKING: N_("waiting for the seller's plan"),
    Status.PLAN_REVIEW: N_("plan review"),
    Status.ESCALATED: N_("escalated"),
    Status.DEACTIVATING: N_("being deactivated"),
    Status.RESOLVED: N_("resolved"),
    Status.DEACTIVATED: N_("deactivated"),
    Status.WITHDRAWN: N_("withdrawn"),
    Status.NOT_COVERED: N_("not covered"),
}

REASONS = {
    Reason.NOT_REACHED: N_("the deadline passed in silence, and we really tried"),
    Reason.NO_NOTICE: N_("the provisional deadline passed, and no notice had got through"),
    Reason.NOT_REALLY_TRIED: N_(
        "the deadline passed in silence, and too little of ours got through"
    ),
    Reason.NO_COOPERATION: N_("the time to work with us passed without a sign from the seller"),
    Reason.PLANS_REJECTED: N_("the last plan that is allowed was rejected"),
    Reason.DEACTIVATION_FAILED: N_("the account service failed for too long"),
    Reason.SILENCE_HELD: N_(
        "the deadline passed in silence, and deactivations for silence are held"
    ),
    Reason.MESSAGE_WAITING: N_(
        "the deadline passed in silence, but a message about the case waits "
        "in the mailbox, or was sent to you"
    ),
    Reason.PLAN_ACCEPTED: N_("a reviewer accepted the plan"),
    Reason.CONVERSATION: N_("a conversation resolved it"),
    Reason.DECISION: N_("the lead decided"),
    Reason.HARM: N_("harmful conduct"),
    Reason.RAISED_IN_ERROR: N_("raised in error"),
    Reason.CANCELLED: N_("cancelled"),
}

RESULTS = {
    Result.CONNECTED: N_("the seller answered"),
    Result.DECLINED: N_("answered, but not acknowledged"),
    Result.VOICEMAIL: N_("a machine answered, and heard our message"),
    Result.VOICEMAIL_CUT: N_("a machine answered, and did not hear our message whole"),
    Result.NO_ANSWER: N_("nobody answered"),
    Result.BUSY: N_("the line was busy"),
    Result.INVALID_NUMBER: N_("there is no such number"),
    Result.ACCEPTED: N_("taken by the mail server"),
    Result.BOUNCED: N_("came back undelivered"),
    Result.PROVIDER_FAILED: N_("failed on our side"),
    Result.CANCELLED: N_("cancelled, no longer needed"),
    Result.SKIPPED: N_("not made: we were late, or other calls to the number were too close"),
}

EVENTS = {  # where the kind itself does not say enough
    EventKind.OPENED: N_("The case opened"),
    EventKind.OUTREACH_BEGAN: N_("The outreach began"),
    EventKind.CLOCK_STARTED: N_("The clock started: a first notice got through"),
    EventKind.EMAIL: N_("E-mail"),
    EventKind.CONTACT: N_("The seller was in touch"),
    EventKind.CALL_REQUESTED: N_("The seller asked for a call"),
    EventKind.LINK_REQUESTED: N_("A fresh link to the page was asked for"),
    EventKind.BOUNCED: N_("E-mail"),
    EventKind.MAIL_NOTED: N_("An answer that is no contact"),
    EventKind.ASSIGNED: N_("The case was assigned"),
    EventKind.NUMBER_INVALID: N_("A carrier said that there is no such emergency number"),
    EventKind.NUMBER_NOT_CALLED: N_("The emergency number is not called"),
    EventKind.CONTACT_CHANGED: N_("A new number or address came"),
    EventKind.CONTACT_NOT_SHARED: N_(
        "The programme could not be told of the new number or address"
    ),
    EventKind.PLAN_SUBMITTED: N_("A plan was submitted"),
    EventKind.PLAN_REVIEWED: N_("The plan was reviewed"),
    EventKind.CONVERSATION: N_("A conversation was recorded"),
    EventKind.ISSUE_JOINED: N_("An issue joined"),
    EventKind.ISSUE_WITHDRAWN: N_("Withdrawn as raised in error"),
    EventKind.HARM_REPORTED: N_("Harm was reported"),
    EventKind.EXPELLED: N_("The programme expelled the account"),
    EventKind.DECIDED: N_("The lead decided"),
    EventKind.PROPOSED: N_("Proposed, for another person to confirm"),
    EventKind.CONFIRMED: N_("The deactivation was confirmed"),
    EventKind.DECLINED: N_("The deactivation was declined"),
    EventKind.DESK_TOLD: N_("The desk was told"),
    EventKind.DESK_NOT_TOLD: N_("The desk could not be told"),
    EventKind.STATUS: N_("The case became"),
    EventKind.ESCALATED: N_("What was missing"),
    EventKind.DEACTIVATION_FAILED: N_("The account service failed to deactivate the account"),
    EventKind.DEACTIVATED_ELSEWHERE: N_("The account was deactivated by somebody else"),
    EventKind.CLOSED: N_("The case closed"),
}


def told(entry: TimelineEntry) -> str:
    """Describe an event: `E-mail 1 (notice): taken by the mail server`."""
    what, detail = EVENTS.get(entry.what) or plain(entry.what).capitalize(), detail_of(entry)
    if entry.attempt is not None and entry.result is not None:
        return f"{what} {entry.attempt} ({detail}): {RESULTS[entry.result]}"
    said = f"{what}: {detail}" if detail else what
    return said if entry.by == ENGINE else f"{said} (by {entry.by})"
