"""Lines of ratings, kept on disk and returned seller by seller.

Nobody else sees the file: SQLite removes it from its folder as soon as it has made it.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from cli.ratings.lines import RatingLine
from cli.terminal.problems import DidNotHappen
from domain.enrollment.events import MAXIMUM_RATINGS
from domain.enrollment.ratings import Rating
from domain.shared.account import SellerAccount

_TABLE = """
PRAGMA journal_mode = OFF;
PRAGMA cache_size = -16000;
CREATE TABLE lines (seller TEXT, line INTEGER, day TEXT, rating INTEGER, account TEXT);
"""
_SELLERS = """
SELECT seller, min(line) AS first_line FROM lines GROUP BY seller HAVING first_line >= ?
ORDER BY first_line
"""


class RatedSeller(NamedTuple):
    """A seller, with what the file says of them."""

    first_line: int
    account: SellerAccount
    """The last value of each field."""
    ratings: tuple[Rating, ...]
    lines: tuple[int, ...]
    """The number of the line of each rating."""


class BySeller:
    """The lines of a file, by seller."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("")  # a temporary file
        self._database.executescript(_TABLE)

    def add(self, lines: Iterable[tuple[int, RatingLine]]) -> None:
        """Keep lines.

        Raises:
            DidNotHappen: the disk does not take them.
        """
        rows = (
            (
                f"{line.store}/{line.seller_id}",
                number,
                line.date.isoformat(),
                line.rating,
                line.model_dump_json(exclude_none=True, exclude={"date", "rating"}),
            )
            for number, line in lines
        )
        try:
            self._database.executemany("INSERT INTO lines VALUES (?, ?, ?, ?, ?)", rows)
        except sqlite3.Error as error:  # a full disk, for instance
            raise DidNotHappen(f"the lines could not be put on disk: {error}") from None

    def count(self, from_line: int) -> int:
        """Return how many sellers have their first line there or later. Add every line before."""
        self._database.execute("CREATE INDEX IF NOT EXISTS by_seller ON lines (seller, line)")
        found = self._database.execute(f"SELECT count(*) FROM ({_SELLERS})", (from_line,))  # noqa: S608
        return int(found.fetchone()[0])

    def sellers(self, from_line: int) -> Iterator[RatedSeller]:
        """Return these sellers, in the order of the file."""
        for seller, first_line in self._database.execute(_SELLERS, (from_line,)):
            yield self._seller(seller, first_line)

    def _seller(self, seller: str, first_line: int) -> RatedSeller:
        rows = self._database.execute(
            "SELECT line, day, rating, account FROM lines WHERE seller = ? ORDER BY line", (seller,)
        )
        account: dict[str, object] = {}
        days: dict[str, tuple[int, int]] = {}
        for number, day, rating, said in rows:
            account |= json.loads(said)
            days[day] = rating, number
        # More days than fit in a message are more than any window has. An enrollment would
        # forget the older ones at once.
        newest = [(day, *days[day]) for day in sorted(days)[-MAXIMUM_RATINGS:]]
        return RatedSeller(
            first_line,
            SellerAccount.model_validate(account),
            tuple(Rating(date=date.fromisoformat(day), rating=rating) for day, rating, _ in newest),
            tuple(number for *_, number in newest),
        )

    def close(self) -> None:
        """Close the file."""
        self._database.close()
