"""Refusals of events, and bad input explained in words."""

from enum import StrEnum

from pydantic import JsonValue, ValidationError
from pydantic_core import ErrorDetails

from domain.shared.text import FORMS


class Refusal(StrEnum):
    """The kinds of refusal, with their values (docs/api.md)."""

    ACCOUNT_UNKNOWN = "account_unknown"
    """A deactivation failed, and the account service has not said yet whether it took effect"""
    CASE_ENDED = "case_ended"
    """`status`, `reason`"""
    FILE_FULL = "file_full"
    NOT_UNDER_REVIEW = "not_under_review"
    """`status`"""
    NOT_ESCALATED = "not_escalated"
    """`status`"""
    NOTHING_PROPOSED = "nothing_proposed"
    """`status`"""
    OWN_PROPOSAL = "own_proposal"
    """`proposed_at`"""
    CONVERSATION_REQUIRED = "conversation_required"
    HELD_CONVERSATION = "held_conversation"
    """`version`"""
    NEWER_VERSION = "newer_version"
    """`version`, `newest`"""
    NO_SUCH_VERSION = "no_such_version"
    """`version`, `newest`"""
    CHANGED_SINCE = "changed_since"
    """`seen`, `events` (the number of events), `new` (kinds of the new ones)"""
    NO_SUCH_EVENT = "no_such_event"
    """`seen`, `events`"""
    TOO_MANY_ISSUES = "too_many_issues"
    """`maximum`"""
    NO_SUCH_ISSUE = "no_such_issue"
    """`issue`"""
    NO_SUCH_EMAIL = "no_such_email"
    """`attempt`"""
    EMAIL_UNDER_WAY = "email_under_way"
    """`attempt`: its result is not known yet, so try again"""
    HELD_BY_ANOTHER = "held_by_another"
    """`since` (when somebody else took the case)"""

    CALL_TOO_SOON = "call_too_soon"
    """`again_from`"""
    TOO_MANY_CALLS = "too_many_calls"
    """`calls` within 24 hours, `again_from`"""
    LINK_TOO_SOON = "link_too_soon"
    """`again_from`"""
    TOO_MANY_LINKS = "too_many_links"
    """`links` within 24 hours, `again_from`"""
    TOO_MANY_CHANGES = "too_many_changes"
    """`changes` of number and address within 24 hours, `again_from`"""
    NO_EMAIL = "no_email"
    NO_NUMBER = "no_number"
    NOT_IN_PROGRAMME = "not_in_programme"
    """The seller is expelled, or the account deactivated"""
    NO_TEXTS = "no_texts"
    """The number has an extension, which a text message does not reach"""
    CALL_UNDER_WAY = "call_under_way"
    NO_CODE = "no_code"
    """No code is waited for: it is used up, too old, missed 5 times, or was never asked for"""

    IN_FUTURE = "in_future"
    """`field`, `date`, `today`"""
    NOT_EXPELLED = "not_expelled"
    """`status`"""
    NOT_DEACTIVATED = "not_deactivated"
    """`status` (of an enrollment)"""
    NOT_BY_A_CASE = "not_by_a_case"
    APPEAL_OPEN = "appeal_open"
    """`status`"""
    APPEALED_TWICE = "appealed_twice"
    TOO_LATE = "too_late"
    """`until` (when the time to appeal ended)"""
    NO_NEW_EVIDENCE = "no_new_evidence"
    TOO_MANY_APPEALS = "too_many_appeals"
    """`appeals` refused within 24 hours, `again_from`"""
    NO_APPEAL_WAITS = "no_appeal_waits"
    """`status`"""
    SELLER_WAS_ASKED = "seller_was_asked"
    ASKED_ALREADY = "asked_already"
    HAD_PART_IN_CASE = "had_part_in_case"
    ANSWERED_FIRST_APPEAL = "answered_first_appeal"
    DOES_NOT_EXIST = "does_not_exist"
    """`field`, `problem`: the number, address or time zone does not exist, or we do not call it"""


_A_MOMENT = "give a moment with its offset from UTC, such as 2026-12-01T08:00:00Z"


class Refused(Exception):
    """An event was refused. The message says why, and what to do instead.

    `code` and `values` say the same to a program. Whoever sent the event sees all of it, so it
    never quotes personal data.
    """

    def __init__(self, message: str, code: Refusal, **values: JsonValue) -> None:
        super().__init__(message)
        self.code = code
        self.values = values


def explain(error: ValueError) -> str:
    """Explain bad input in one line: the path of each field, and what the field must be.

    The line quotes no input, so it may appear in logs and failure messages.
    """
    if not isinstance(error, ValidationError):
        return str(error)
    # Skip a field whose default depends on another field that is reported already.
    problems = [p for p in error.errors() if p["type"] != "default_factory_not_called"]
    return "; ".join(_explain_one(p) for p in problems if not _is_consequence(p, problems))


def _is_consequence(problem: ErrorDetails, problems: list[ErrorDetails]) -> bool:
    """Tell whether a list is too short only because its elements are bad: those are reported."""
    where = problem["loc"]
    within = (other["loc"] for other in problems if len(other["loc"]) > len(where))
    return problem["type"] == "too_short" and any(loc[: len(where)] == where for loc in within)


def _explain_one(problem: ErrorDetails) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    what = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "string_pattern_mismatch":
        pattern = problem["ctx"]["pattern"]
        what = f"is malformed; give {FORMS.get(pattern, f'what matches {pattern}')}"
    what = {
        "extra_forbidden": "there is no such field",
        "missing": "is required",
        "datetime_from_date_parsing": _A_MOMENT,
        "datetime_parsing": _A_MOMENT,
        "timezone_aware": _A_MOMENT,
        "date_from_datetime_parsing": "give a day, such as 2026-12-01",
        "time_delta_parsing": "give a span, such as PT24H",
    }.get(problem["type"], what)
    return f"{where}: {what}" if where else what
