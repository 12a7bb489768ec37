"""Read and check lines of ratings."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, BinaryIO

from cli.terminal.files import clean, values_of
from cli.terminal.problems import BadInput, checked
from domain.enrollment.ratings import Day, Score
from domain.shared.account import SellerAccount
from reference.contact_check import email_problem, number_problem, zone_problem

_LONGEST = 10_000
"""The limit of a line in bytes: more than its columns can take."""
_REMEMBERED = 10_000
"""How many checked numbers, addresses and time zones are remembered: some MB each."""
_EXISTS = (
    ("emergency_phone", lru_cache(_REMEMBERED)(number_problem)),
    ("email", lru_cache(_REMEMBERED)(email_problem)),
    ("time_zone", lru_cache(_REMEMBERED)(zone_problem)),
)
_REQUIRED = ("store", "seller_id", "date", "rating")


class RatingLine(SellerAccount):
    """A line. Its fields are the columns."""

    date: Day
    rating: Score


COLUMNS = (*_REQUIRED, *(name for name in RatingLine.model_fields if name not in _REQUIRED))


def read(file: BinaryIO, today: date) -> Iterator[tuple[int, RatingLine | BadInput]]:
    """Return each line with its number, checked. Blank lines are left out.

    Raises:
        BadInput: the file is invalid.
    """
    for number, values in values_of(file, RatingLine.model_fields, "a rating", _LONGEST):
        try:
            if isinstance(values, BadInput):
                raise values
            yield number, _checked(values, today)
        except BadInput as problem:
            yield number, BadInput(clean(problem.message))


def _checked(values: dict[str, Any], today: date) -> RatingLine:  # Any: whatever the JSON says
    given = {name: "" if value is None else value for name, value in values.items()}
    said = {name: value for name, value in given.items() if value != "" or name in _REQUIRED}
    line = checked(RatingLine, said)
    if line.date > today:
        raise BadInput(f"date: {line.date} is in the future; today is {today} (UTC)")
    for field, problem_of in _EXISTS:
        if (value := getattr(line, field)) and (problem := problem_of(value)):
            raise BadInput(f"{field}: {problem}")
    return line
