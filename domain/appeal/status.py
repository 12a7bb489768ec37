"""Where an appeal stands, and why (docs/rules.md, section 9; docs/api.md)."""

from enum import StrEnum


class AppealStatus(StrEnum):
    """Where an appeal stands."""

    NOT_APPEALED = "not_appealed"
    """Nothing was appealed, or the only appeal was refused. It is no appeal."""
    SUBMITTED = "submitted"
    MORE_INFORMATION = "more_information"
    REINSTATING = "reinstating"
    """It is granted, and the account service has not done it yet."""
    UPHOLDING = "upholding"
    """It is decided that the deactivation stands. It is looked first whether it does."""
    REINSTATED = "reinstated"
    UPHELD = "upheld"
    LAPSED = "lapsed"


OPEN = frozenset(
    {
        AppealStatus.SUBMITTED,
        AppealStatus.MORE_INFORMATION,
        AppealStatus.REINSTATING,
        AppealStatus.UPHOLDING,
    }
)
"""The statuses in which somebody or something is still to act."""
UNSETTLED = frozenset({AppealStatus.NOT_APPEALED, AppealStatus.REINSTATED})
"""The statuses in which it is kept open only until something was looked up or told."""
WAITING = frozenset({AppealStatus.SUBMITTED, AppealStatus.MORE_INFORMATION})
"""The statuses in which it waits for a decision, or for what the seller adds."""
ANSWERED = frozenset({AppealStatus.UPHELD, AppealStatus.LAPSED})
"""The statuses after which a second appeal may come."""


class AppealReason(StrEnum):
    """Why an appeal has its status, where the status alone does not say it."""

    NO_ANSWER = "no_answer"
    """With `lapsed`: the seller did not answer the question in time."""
    OVERTAKEN = "overtaken"
    """With `lapsed`: the seller has appealed a later deactivation."""
    QUESTION_UNDELIVERED = "question_undelivered"
    """With `submitted`: the e-mail with the question did not get through."""
    ADDED_MEANWHILE = "added_meanwhile"
    """With `submitted`: the seller added something before the question was accepted."""
    MESSAGE_WAITING = "message_waiting"
    """With `submitted`: the seller's time was over, and a message about the appeal waited."""
    OUTAGE_REPORTED = "outage_reported"
    """With `submitted`: the seller's time was over, or it was to be upheld, and an outage of ours
    was reported."""
    REINSTATEMENT_FAILED = "reinstatement_failed"
    """With `submitted`: the account service failed for 24 hours."""
    REINSTATEMENT_HELD = "reinstatement_held"
    """With `submitted`: another case, or somebody else, has deactivated the account."""
    ACCOUNT_ACTIVE = "account_active"
    """With `submitted`: it was to be upheld, and the account is active."""
