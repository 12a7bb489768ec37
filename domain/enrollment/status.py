"""A seller's status in the programme, and why they have it (docs/rules.md, section 2)."""

from enum import StrEnum


class EnrollmentStatus(StrEnum):
    """A seller's status in the programme."""

    NOT_ELIGIBLE = "not_eligible"
    INVITED = "invited"
    """All that is missing is a valid number, or its proof."""
    ENROLLED = "enrolled"
    EXPELLED = "expelled"


class EnrollmentReason(StrEnum):
    """Why a seller has that status. Of several requirements not met, the first is named."""

    REQUIREMENTS_MET = "requirements_met"
    DEACTIVATED = "deactivated"
    """The account itself is deactivated, by a case or otherwise."""
    SELLING_PLAN = "selling_plan"
    RECORD_TOO_SHORT = "record_too_short"
    TOO_MANY_DAYS_BELOW = "too_many_days_below"
    NUMBER_BEING_CHECKED = "number_being_checked"
    """Only in a view, while the number is being checked. Nothing is decided yet."""
    NO_NUMBER = "no_number"
    INVALID_NUMBER = "invalid_number"
    NUMBER_NOT_VERIFIED = "number_not_verified"
    """The setting requires a proven number."""
    HARM = "harm"
