"""What a line of ratings says, checked. What was found good before is not checked again."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from cli.lines import cells_of, columns_of, json_of
from cli.problems import BadInput, checked
from domain.enrollment.ratings import Day, Score
from domain.shared.account import SellerAccount
from reference.contact_check import email_problem, number_problem, zone_problem

_EXISTS = (
    ("emergency_phone", number_problem),
    ("email", email_problem),
    ("time_zone", lru_cache(1024)(zone_problem)),
)
_REMEMBERED = 50_000
"""Sellers of a store, and days, that are remembered: some 15 MB each."""

Values = tuple[Any, ...]  # Any: whatever the JSON says
"""What a line says, in the order of `COLUMNS`; what it does not say is empty."""


class RatingLine(SellerAccount):
    """A line; its fields are the columns."""

    date: Day
    rating: Score


REQUIRED = ("store", "seller_id", "date", "rating")
ACCOUNT = tuple(name for name in RatingLine.model_fields if name not in REQUIRED)
COLUMNS = (*REQUIRED, *ACCOUNT)
_NOTHING = ("",) * len(ACCOUNT)


class Checked(NamedTuple):
    """A good line."""

    seller: int
    """The number that the seller was given."""
    day: int
    """As an ordinal."""
    rating: int


class Sellers(Protocol):
    """Where sellers are kept, and what good lines say of their accounts."""

    def know(self, account: SellerAccount) -> int:
        """Keep what a line says; answers the seller's number."""

    def recall(self, store: str, seller_id: str) -> tuple[int, Values] | None:
        """The number of a seller kept before, and what was said last, in the order of ACCOUNT."""


class Checker:
    """Checks lines. No line may be of a day after `today`."""

    def __init__(self, sellers: Sellers, today: date) -> None:
        self._kept = sellers
        self._today = today
        self._days: dict[str, int] = {}
        self._ratings: dict[str, int] = {}
        self._sellers: dict[str, dict[str, tuple[int, int]]] = {}
        """By store and id: the number, and a hash of what was last said of the account."""

    def check(self, values: Values) -> Checked:
        """The line, if it is good.

        Raises:
            BadInput: it is not; names the field, and quotes nothing.
        """
        store, seller, day, rating = values[:4]
        account = values[4:]
        try:
            number, last = self._sellers[store].get(seller) or self._recall(store, seller, account)
            if account == _NOTHING or hash(account) == last:
                return Checked(number, self._days[day], self._ratings[rating])
        # Not seen before; or a list or an object; or half a character, which SQLite refuses.
        except (KeyError, TypeError, ValueError):
            pass
        return self._look_closely(values)

    def _recall(self, store: str, seller: str, account: Values) -> tuple[int, int]:
        """A seller of so many that not all are remembered here.

        Raises:
            KeyError: not seen before.
        """
        if not isinstance(seller, str) or (found := self._kept.recall(store, seller)) is None:
            raise KeyError
        number, known = found
        as_known = all(said in ("", kept) for said, kept in zip(account, known, strict=True))
        return self._remember(store, seller, number, account if as_known else _NOTHING)

    def _remember(self, store: str, seller: str, number: int, account: Values) -> tuple[int, int]:
        sellers = self._sellers.setdefault(store, {})
        if len(sellers) >= _REMEMBERED:
            sellers.clear()
        sellers[seller] = number, hash(account)
        return sellers[seller]

    def _look_closely(self, values: Values) -> Checked:
        line = _line_of(values)
        if line.date > self._today:
            raise BadInput(f"date: {line.date} is in the future; today is {self._today} (UTC)")
        for field, problem_of in _EXISTS:
            if (value := getattr(line, field)) and (problem := problem_of(value)):
                raise BadInput(f"{field}: {problem}")
        number = self._kept.know(line)
        self._remember(line.store.value, line.seller_id, number, values[4:])
        _, _, day, rating = values[:4]
        if len(self._days) >= _REMEMBERED:
            self._days.clear()
        self._days[day] = line.date.toordinal()
        if isinstance(rating, str):  # and not 1.0 or true, which are the same key as 1
            self._ratings[rating] = line.rating
        return Checked(number, line.date.toordinal(), line.rating)


def _line_of(values: Values) -> RatingLine:
    said = {name: v for name, v in zip(COLUMNS, values, strict=True) if v != "" or name in REQUIRED}
    return checked(RatingLine, said)


def parser(header: str | None) -> Callable[[str], Values | None]:
    """What reads lines of CSV under that header; None is a line without anything in it.

    Raises:
        BadInput: the header does not name the columns.
    """
    columns = columns_of(header, RatingLine.model_fields, "a rating")
    count = len(columns)
    # A column that is missing reads the empty cell that is put behind each line.
    places = (columns.index(name) if name in columns else count for name in COLUMNS)
    in_order = itemgetter(*places)

    def parse(line: str) -> Values | None:
        if not (cells := cells_of(line, count)):
            return None
        cells.append("")
        values: Values = in_order(cells)
        return values

    return parse


def from_json(line: str) -> Values:
    """What a line of JSON says."""
    found = json_of(line)
    if not found.keys() <= RatingLine.model_fields.keys():
        checked(RatingLine, found)  # which says what there is not
    # As CSV has it, so that both are remembered alike.
    if type(rating := found.get("rating")) is int:
        found["rating"] = str(rating)
    return tuple("" if (value := found.get(name)) is None else value for name in COLUMNS)
