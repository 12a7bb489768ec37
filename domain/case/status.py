"""Where a case stands, and why (docs/rules.md, section 5; docs/api.md)."""

from enum import StrEnum


class Status(StrEnum):
    """Where a case stands."""

    CONTACTING = "contacting"
    WORKING = "working"
    PLAN_REVIEW = "plan_review"
    ESCALATED = "escalated"
    DEACTIVATING = "deactivating"
    RESOLVED = "resolved"
    DEACTIVATED = "deactivated"
    WITHDRAWN = "withdrawn"
    NOT_COVERED = "not_covered"


OPEN = frozenset({Status.CONTACTING, Status.WORKING, Status.PLAN_REVIEW, Status.ESCALATED})
READS_PLANS = frozenset({Status.PLAN_REVIEW, Status.ESCALATED})
"""Where a plan without an answer waits for one; in any other status it will get none."""
NEEDS_CONVERSATION = frozenset({Status.WORKING, Status.PLAN_REVIEW})
"""Where nothing resolves a case before a required conversation is held; a lead needs none."""
CLOSED = frozenset({Status.RESOLVED, Status.DEACTIVATED, Status.WITHDRAWN, Status.NOT_COVERED})


class Reason(StrEnum):
    """Why a case stands where it does, or ended as it did."""

    NOT_REACHED = "not_reached"
    """The deadline passed in silence, and we really tried."""
    NO_NOTICE = "no_notice"
    """The provisional deadline passed and no notice had got through."""
    NOT_REALLY_TRIED = "not_really_tried"
    """The deadline passed in silence, but too little of ours got through to count."""
    NO_COOPERATION = "no_cooperation"
    PLANS_REJECTED = "plans_rejected"
    DEACTIVATION_FAILED = "deactivation_failed"
    SILENCE_HELD = "silence_held"
    """Nobody is deactivated for silence for now, as contact may have been lost with our data."""
    PLAN_ACCEPTED = "plan_accepted"
    CONVERSATION = "conversation"
    DECISION = "decision"
    HARM = "harm"
    RAISED_IN_ERROR = "raised_in_error"
    CANCELLED = "cancelled"


class Missing(StrEnum):
    """What is missing for saying that we really tried (section 4)."""

    NEVER_CALLED = "never_called"
    """The number is none that we call."""
    SOMETHING_SKIPPED = "something_skipped"
    FINAL_NOTICE = "final_notice"
    """It was not accepted."""
    FINAL_NOTICE_IN_TIME = "final_notice_in_time"
    INVALID_IN_TIME = "invalid_in_time"
    """The number was found invalid after the final notice, which asks for another."""
    TWO_EMAILS = "two_emails"
    """The number is invalid, and only one e-mail was accepted."""
    LAST_EMAIL = "last_email"
    """The number is invalid, and the last e-mail bounced."""
    ENOUGH_CALLS = "enough_calls"
    LATE_CALL = "late_call"
    """No call rang in the last third of the window."""


class CannotCall(StrEnum):
    """Why another number is needed before the seller can be called (section 4)."""

    NO_SUCH_NUMBER = "no_such_number"
    """A carrier says so."""
    NOT_CALLED = "not_called"
    """It is none of those that we call."""
