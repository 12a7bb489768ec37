"""What the domain says no with."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails


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
    return "; ".join(_explain_one(p) for p in problems)


def _explain_one(problem: ErrorDetails) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    what = problem["msg"].removeprefix("Value error, ")
    what = {
        "extra_forbidden": "there is no such field",
        "missing": "is required",
        "string_pattern_mismatch": "is malformed",
    }.get(problem["type"], what)
    return f"{where}: {what}" if where else what
