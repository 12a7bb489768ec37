"""What the domain says no with."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.shared.text import FORMS


class Refused(Exception):
    """An event the case cannot take. The message says why, and what to do instead.

    It is shown to whoever sent the event, so it never quotes personal data.
    """


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
