"""What the domain says no with."""

from enum import StrEnum

from pydantic import JsonValue, ValidationError
from pydantic_core import ErrorDetails

from domain.shared.text import FORMS


class Refusal(StrEnum):
    """The kinds of refusal, with their values (docs/api.md)."""

    CASE_ENDED = "case_ended"
    """`status`, `reason`"""
    FILE_FULL = "file_full"
    NOT_UNDER_REVIEW = "not_under_review"
    """`status`"""
    NOT_ESCALATED = "not_escalated"
    """`status`"""
    CONVERSATION_REQUIRED = "conversation_required"
    NEWER_VERSION = "newer_version"
    """`version`, `newest`"""
    NO_SUCH_VERSION = "no_such_version"
    """`version`, `newest`"""
    CHANGED_SINCE = "changed_since"
    """`seen`, `events` (how many there are), `new` (their kinds)"""
    NO_SUCH_EVENT = "no_such_event"
    """`seen`, `events`"""
    TOO_MANY_ISSUES = "too_many_issues"
    """`maximum`"""
    NO_SUCH_ISSUE = "no_such_issue"
    """`issue`"""

    CALL_TOO_SOON = "call_too_soon"
    """`again_from`"""
    TOO_MANY_CALLS = "too_many_calls"
    """`calls` within 24 hours, `again_from`"""
    LINK_TOO_SOON = "link_too_soon"
    """`again_from`"""
    TOO_MANY_LINKS = "too_many_links"
    """`links` within 24 hours, `again_from`"""
    NO_EMAIL = "no_email"

    IN_FUTURE = "in_future"
    """`field`, `date`, `today`"""
    NOT_EXPELLED = "not_expelled"
    """`status`"""
    NOT_DEACTIVATED = "not_deactivated"
    """`status`"""
    DOES_NOT_EXIST = "does_not_exist"
    """`field`, `problem`: a number, an address or a time zone that is none, or is not called"""


class Refused(Exception):
    """An event that cannot be taken. The message says why, and what to do instead.

    Code and values say the same to a program. All of it is shown to whoever sent the event, so
    it never quotes personal data.
    """

    def __init__(self, message: str, code: Refusal, **values: JsonValue) -> None:
        super().__init__(message)
        self.code = code
        self.values = values


def explain(error: ValueError) -> str:
    """Bad input in one line a person can act on: each field's path and what it must be.

    Quotes no input, so that it may stand in a log or a failure message.
    """
    if not isinstance(error, ValidationError):
        return str(error)
    # A field whose default waits for a field that is wrong itself is no news.
    problems = [p for p in error.errors() if p["type"] != "default_factory_not_called"]
    return "; ".join(_explain_one(p) for p in problems if not _follows(p, problems))


def _follows(problem: ErrorDetails, problems: list[ErrorDetails]) -> bool:
    """Whether a list is short only of what is wrong with its elements, which is said of those."""
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
    }.get(problem["type"], what)
    return f"{where}: {what}" if where else what
