"""What was read of a file of ratings, on disk: by seller, and which of them are done.

It is named after the file's content, so that whoever imports the same content again goes on
where it stopped; it is gone once everything is done.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cli.problems import DidNotHappen
from cli.rating_lines import ACCOUNT, Checked, Values
from domain.enrollment.events import MAXIMUM_RATINGS
from domain.enrollment.ratings import Rating
from domain.enrollment.state import EnrollmentStatus
from domain.shared.account import SellerAccount

_WHOLE = 1
"""The user_version of a file that was read to its end."""
_CACHE_KIB = 16_000
_PIECE = 1 << 20
_AHEAD = 256
"""Sellers that are read at a time."""

_TABLES = f"""
CREATE TABLE sellers (
    id INTEGER PRIMARY KEY, store TEXT NOT NULL, seller_id TEXT NOT NULL,
    {" TEXT, ".join(ACCOUNT)} TEXT,
    outcome TEXT, line INTEGER, reason TEXT, UNIQUE (store, seller_id)
);
CREATE TABLE ratings (seller INTEGER, day INTEGER, line INTEGER, rating INTEGER);
CREATE TABLE broken (line INTEGER PRIMARY KEY, reason TEXT);
CREATE TABLE facts (lines INTEGER);
"""
_KNOW = f"""
INSERT INTO sellers (store, seller_id, {", ".join(ACCOUNT)})
VALUES (?, ?{", ?" * len(ACCOUNT)}) ON CONFLICT DO UPDATE SET
{", ".join(f"{name} = coalesce(excluded.{name}, {name})" for name in ACCOUNT)}
RETURNING id
"""  # noqa: S608 (names of our own)
_RECALL = f"SELECT id, {', '.join(ACCOUNT)} FROM sellers WHERE store = ? AND seller_id = ?"  # noqa: S608
# Of two ratings of a day the later line's counts: SQLite takes `rating` from where max() is.
_NEWEST_DAYS = """
SELECT day, rating, max(line) FROM ratings WHERE seller = ? GROUP BY day ORDER BY day DESC LIMIT ?
"""


class Outcome(StrEnum):
    """What became of a seller who was not sent; otherwise it is the status that was answered."""

    REFUSED = "refused"
    UNANSWERED = "unanswered"
    """Asked again by the next import of the same content, as those that are left."""


NOT_TAKEN = tuple(Outcome)


class Problem(NamedTuple):
    """A line, and what is wrong with it."""

    line: int
    reason: str


class StagedSeller(NamedTuple):
    """A seller, with what the file says of them."""

    number: int
    account: SellerAccount
    ratings: tuple[Rating, ...]
    lines: tuple[int, ...]
    """Where each of the ratings stands in the file."""


class Staging:
    """What was read of a file, and what became of it."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    # --- reading --------------------------------------------------------------------------

    def know(self, account: SellerAccount) -> int:
        """Note a seller, and what a line says of the account; answers the seller's number."""
        said = (getattr(account, name) for name in ("store", "seller_id", *ACCOUNT))
        (number,) = self._database.execute(_KNOW, tuple(said)).fetchone()
        return int(number)

    def recall(self, store: str, seller_id: str) -> tuple[int, Values] | None:
        """The number of a seller noted before, and what is known of the account."""
        found = self._database.execute(_RECALL, (store, seller_id)).fetchone()
        return None if found is None else (found[0], found[1:])

    def add(self, lines: Iterable[tuple[int, Checked]], broken: Iterable[Problem]) -> None:
        """Keep good lines and broken ones."""
        self._database.executemany(
            "INSERT INTO ratings VALUES (?, ?, ?, ?)",
            ((seller, day, line, rating) for line, (seller, day, rating) in lines),
        )
        self._database.executemany("INSERT INTO broken VALUES (?, ?)", broken)

    def finish(self, lines: int) -> None:
        """Everything is read; `lines` counts the lines with something in them."""
        self._database.execute("INSERT INTO facts VALUES (?)", (lines,))
        self._database.execute("CREATE INDEX by_seller ON ratings (seller, day, line, rating)")
        self._database.commit()
        # From here on it is to outlive whatever happens to us.
        self._database.execute("PRAGMA journal_mode = WAL").fetchall()
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(f"PRAGMA user_version = {_WHOLE}")

    @property
    def is_whole(self) -> bool:
        """Whether the file was read to its end."""
        return bool(self._one("PRAGMA user_version") == _WHOLE)

    # --- sending --------------------------------------------------------------------------

    def again(self) -> None:
        """Those that were not taken are asked again."""
        # A mark that is lost in a power cut costs a message, and waiting for the disk far more.
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute(
            "UPDATE sellers SET outcome = NULL, reason = NULL WHERE reason IS NOT NULL"
        )
        self._database.commit()

    def left(self) -> Iterator[StagedSeller]:
        """The sellers that are not done, in the order of the file."""
        last = 0
        select = (
            f"SELECT id, store, seller_id, {', '.join(ACCOUNT)} FROM sellers "  # noqa: S608
            "WHERE outcome IS NULL AND id > ? ORDER BY id LIMIT ?"
        )
        while rows := self._database.execute(select, (last, _AHEAD)).fetchall():
            for number, *values in rows:
                fields = dict(zip(("store", "seller_id", *ACCOUNT), values, strict=True))
                last = number
                yield self._seller(number, SellerAccount(**fields))

    def _seller(self, number: int, account: SellerAccount) -> StagedSeller:
        # More days than fit in a message are more than any window can see: the older ones
        # would be forgotten as soon as they were recorded.
        found = self._database.execute(_NEWEST_DAYS, (number, MAXIMUM_RATINGS)).fetchall()
        found.reverse()
        return StagedSeller(
            number,
            account,
            tuple(Rating(date=date.fromordinal(day), rating=rating) for day, rating, _ in found),
            tuple(line for _, _, line in found),
        )

    def done(self, number: int, status: EnrollmentStatus) -> None:
        """A seller is done."""
        self._mark(number, status, None, None)

    def not_taken(self, number: int, outcome: Outcome, problem: Problem) -> None:
        """What the file says of a seller was not taken."""
        self._mark(number, outcome, problem.line, problem.reason)

    def _mark(self, number: int, outcome: str, line: int | None, reason: str | None) -> None:
        self._database.execute(
            "UPDATE sellers SET outcome = ?, line = ?, reason = ? WHERE id = ?",
            (outcome, line, reason, number),
        )
        self._database.commit()

    # --- what there is --------------------------------------------------------------------

    @property
    def lines(self) -> int:
        """Lines with something in them."""
        return int(self._one("SELECT lines FROM facts"))

    def count_broken(self) -> int:
        """Lines that are not what they must be."""
        return int(self._one("SELECT count(*) FROM broken"))

    def outcomes(self) -> dict[str | None, int]:
        """How many sellers came to what; None are those that are not done."""
        found = self._database.execute("SELECT outcome, count(*) FROM sellers GROUP BY outcome")
        return dict(found.fetchall())

    def broken(self) -> Iterator[Problem]:
        """The broken lines, in order."""
        found = self._database.execute("SELECT line, reason FROM broken ORDER BY line")
        yield from map(Problem._make, found)

    def refusals(self) -> Iterator[Problem]:
        """What the engine did not take, by line."""
        found = self._database.execute(
            "SELECT line, reason FROM sellers WHERE reason IS NOT NULL ORDER BY line"
        )
        yield from map(Problem._make, found)

    def _one(self, query: str) -> int:
        (value,) = self._database.execute(query).fetchone()
        return int(value)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


@contextmanager
def staging_of(file: BinaryIO, folder: Path) -> Iterator[Staging]:
    """What was read of a file before, or an empty place for it; kept unless all is done.

    Raises:
        DidNotHappen: another process imports the same file, or the disk does not take it.
    """
    digest = hashlib.sha256()
    while some := file.read(_PIECE):
        digest.update(some)
    file.seek(0)
    path = folder / f"{digest.hexdigest()}.sqlite"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staging = _opened(path)
    except OSError as error:
        raise DidNotHappen(f"{folder}: {error.strerror}") from None
    except sqlite3.Error as error:
        if _is_taken(error):
            raise DidNotHappen("this file is being imported by another process") from None
        raise DidNotHappen(f"{path}: {error}") from None
    keep = False
    try:
        yield staging
    except sqlite3.Error as error:  # a full disk, for instance
        raise DidNotHappen(f"{path}: {error}") from None
    finally:
        with suppress(sqlite3.Error):
            outcomes = staging.outcomes()
            keep = staging.is_whole and bool(outcomes.keys() & {None, Outcome.UNANSWERED})
        staging.close()
        if not keep:
            _remove(path)


def _opened(path: Path) -> Staging:
    try:
        database = _locked(path)
        if (found := Staging(database)).is_whole:
            return found
        database.close()
    except sqlite3.DatabaseError as error:
        if _is_taken(error):
            raise
    # New, half read, or half written when the machine stopped.
    _remove(path)
    database = _locked(path)
    # There is nothing in it yet that could not be read again.
    database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")
    return Staging(database)


def _remove(path: Path) -> None:
    for part in path.parent.glob(f"{path.name}*"):  # with SQLite's own beside it
        part.unlink(missing_ok=True)


def _locked(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)  # there is personal data in it
    database = sqlite3.connect(path, timeout=0)
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.execute(f"PRAGMA cache_size = {-_CACHE_KIB}")
    database.execute("BEGIN EXCLUSIVE")
    database.commit()  # and the lock stays
    return database


def _is_taken(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")
