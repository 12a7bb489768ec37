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
"""The statuses in which a plan can still be answered."""
NEEDS_CONVERSATION = frozenset({Status.WORKING, Status.PLAN_REVIEW})
"""The statuses in which a required conversation must be held before the case can be resolved."""
HAS_DEADLINE = frozenset({Status.CONTACTING, Status.WORKING})
"""The statuses in which the deadline runs. In any other it is an old one."""
CLOSED = frozenset({Status.RESOLVED, Status.DEACTIVATED, Status.WITHDRAWN, Status.NOT_COVERED})


class Reason(StrEnum):
    """Why a case has its status."""

    NOT_REACHED = "not_reached"
    """The deadline passed in silence, and we really tried."""
    NO_NOTICE = "no_notice"
    """The provisional deadline passed and no notice had got through."""
    NOT_REALLY_TRIED = "not_really_tried"
    """The deadline passed in silence, but too few of our attempts got through."""
    NO_COOPERATION = "no_cooperation"
    PLANS_REJECTED = "plans_rejected"
    DEACTIVATION_FAILED = "deactivation_failed"
    SILENCE_HELD = "silence_held"
    """Operations have put deactivations for silence on hold, as we may have lost a contact."""
    MESSAGE_WAITING = "message_waiting"
    """A message about the case came back to us, and no case has taken it."""
    PLAN_ACCEPTED = "plan_accepted"
    CONVERSATION = "conversation"
    DECISION = "decision"
    HARM = "harm"
    RAISED_IN_ERROR = "raised_in_error"
    CANCELLED = "cancelled"


class Missing(StrEnum):
    """What is missing, so that we have not really tried (section 4)."""

    NEVER_CALLED = "never_called"
    """The number is not one that we call."""
    GIVEN_BY_OTHERS = "given_by_others"
    """The number or the address is one that somebody else than the seller gave."""
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
    """It is not one that we call."""
