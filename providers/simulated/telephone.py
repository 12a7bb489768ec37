"""A simulated telephone. The number's last two digits decide the result (docs/by-hand.md)."""

import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from temporalio import activity

from domain.shared.result import Result
from providers.protocols import Dial, GoesOn, ProviderFailed
from providers.simulated.sqlite import Ledger
from providers.spacing import DEFAULT_SPACING, WHILE_A_CALL_GOES_ON, Spacing

_CONNECTS_AT = {"01": 1, "02": 2, "03": 3}
_ALWAYS = {
    "11": Result.BUSY,
    "12": Result.VOICEMAIL,
    "13": Result.DECLINED,
    "14": Result.INVALID_NUMBER,
    "16": Result.VOICEMAIL_CUT,
}
_FAILS = "15"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    key TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    phone TEXT NOT NULL,
    dialled_at REAL NOT NULL,
    ends_at REAL NOT NULL,
    result TEXT NOT NULL,
    hung_up_at REAL,
    result_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS dials (key TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS calls_by_case ON calls (case_id, phone);
CREATE INDEX IF NOT EXISTS calls_by_number ON calls (phone, ends_at);
"""


class SimulatedTelephone:
    """Keeps a ledger of the calls it dialled, which survives a crash of a worker.

    A call's id is its key. The table `dials` has a row for each request to dial. So a second
    request for the same call is visible, though the call rings only once. Of a call `dialled_at`
    and `ends_at` are by the telephone's clock, `result_at` and `hung_up_at` by that of its case.

    Args:
        folder: the folder of `telephone.sqlite`, and of `heard`: for each number what the newest
            call said that was answered and had something to say.
        ring_seconds: how long a call rings.
        look_every: how often a ringing call is looked at.
        clock: the telephone's clock, in seconds. By default a call rings by the clock of its case,
            which can be played forward, and numbers are engaged by the wall clock, since cases
            share them. The distance between calls is by the clocks of their cases.
        spacing: how far apart calls of different cases to one number lie.
    """

    def __init__(
        self,
        folder: Path,
        ring_seconds: float,
        look_every: timedelta = timedelta(seconds=10),
        clock: Callable[[], float] | None = None,
        spacing: Spacing = DEFAULT_SPACING,
    ) -> None:
        self._ledger = Ledger(folder / "telephone.sqlite", _SCHEMA)
        self._heard = folder / "heard"
        self._ring_seconds, self._look_every = ring_seconds, look_every
        self._clock, self._clock_of_case = clock or time.time, clock or _clock_of_case
        self._spacing = spacing

    async def find(self, dial: Dial, age: timedelta) -> str | None:
        """Return the call of this key, however long ago it was dialled."""

        def work(db: sqlite3.Connection) -> str | None:
            query = "SELECT 1 FROM calls WHERE key = ?"
            return dial.key if db.execute(query, (dial.key,)).fetchone() else None

        return await self._ledger.transaction(work)

    async def wait_before(self, dial: Dial) -> timedelta:
        """Return how long other cases' calls to the number keep this one from being dialled."""
        now = self._clock_of_case()

        def work(db: sqlite3.Connection) -> timedelta:
            # A case makes one call at a time. Its clock may be ahead of the telephone's.
            query = (
                "SELECT 1 FROM calls "
                "WHERE phone = ? AND ends_at > ? AND hung_up_at IS NULL AND case_id <> ?"
            )
            rings = (dial.phone, self._clock(), dial.case_id)
            if db.execute(query, rings).fetchone():
                return WHILE_A_CALL_GOES_ON
            if dial.at_once:
                return timedelta(0)
            return timedelta(seconds=self._seconds_to_keep(db, dial, now))

        return await self._ledger.transaction(work)

    def _seconds_to_keep(self, db: sqlite3.Connection, dial: Dial, now: float) -> float:
        distance = self._spacing.distance.total_seconds()
        pause = self._spacing.after_contact.total_seconds()
        # When it was dialled is not kept by the clock of its case, but how long it rings is.
        query = (
            "SELECT result_at - (ends_at - dialled_at), result_at, "
            "result = ? AND hung_up_at IS NULL "
            "FROM calls WHERE phone = ? AND case_id <> ? AND result_at > ? "
            "AND case_id NOT LIKE 'enrollment/%'"
        )
        since = now - max(distance, pause)
        lately = db.execute(query, (Result.CONNECTED, dial.phone, dial.case_id, since))
        wait = 0.0
        for began_at, ended_at, is_connected in lately:
            # The clock of its case may be ahead of this one's.
            if abs(now - began_at) < distance:
                wait = max(wait, began_at + distance - now)
            if is_connected and began_at <= now:
                wait = max(wait, ended_at + pause - now)
        return wait

    async def dial(self, dial: Dial, instead_of: str | None = None) -> GoesOn:
        """Dial once for each key. Numbers that end in 15 always fail."""
        key, case_id, phone = dial.key, dial.case_id, dial.phone
        began = self._clock_of_case()
        ending = phone[-2:]
        if ending == _FAILS:
            raise ProviderFailed("simulated: the telephone provider is out of service")

        def work(db: sqlite3.Connection) -> Result:
            earlier = "SELECT count(*) FROM calls WHERE case_id = ? AND phone = ? AND key <> ?"
            (count,) = db.execute(earlier, (case_id, phone, key)).fetchone()
            result = _ALWAYS.get(ending, Result.NO_ANSWER)
            if count + 1 >= _CONNECTS_AT.get(ending, count + 2):
                result = Result.CONNECTED
            rings = 0 if result is Result.INVALID_NUMBER else self._ring_seconds
            now = self._clock()
            db.execute("INSERT INTO dials VALUES (?, ?)", (key, now))
            db.execute(
                "INSERT OR IGNORE INTO calls VALUES (?, ?, ?, ?, ?, ?, NULL, ?)",
                (key, case_id, phone, now, now + rings, result, began + rings),
            )
            return result

        if await self._ledger.transaction(work) is Result.CONNECTED and dial.says:
            self._hear(dial)
        return self._goes_on(key)

    def _hear(self, dial: Dial) -> None:
        """Write down what whoever answers hears: a simulated seller has no other ear."""
        self._heard.mkdir(parents=True, exist_ok=True)
        dialled = f"{dial.phone}, then {dial.extension}" if dial.extension else dial.phone
        (self._heard / f"{dial.phone}.txt").write_text(f"{dialled}\n{' '.join(dial.says)}\n")

    def _goes_on(self, key: str) -> GoesOn:
        # The telephone knows how long a call rings, so a short one is looked at when it ends.
        ring = timedelta(seconds=self._ring_seconds)
        return GoesOn(key, min(ring, self._look_every))

    async def look(self, call: str) -> Result | GoesOn:
        """Return the result of the call, or how it rings on."""
        return await self.result(call) or self._goes_on(call)

    async def result(self, call: str) -> Result | None:
        """Return the result of the call, or None while it rings."""
        return await self._ledger.transaction(lambda db: self._result(db, call))

    def is_same(self, call: str, other: str) -> bool:
        """Return whether both are the same call."""
        return call == other

    async def hang_up(self, call: str) -> Result | None:
        """End the call. Return its result if it had ended before."""

        def work(db: sqlite3.Connection) -> Result | None:
            ended = self._result(db, call)
            if ended is None:
                now = self._clock_of_case()
                db.execute("UPDATE calls SET hung_up_at = ? WHERE key = ?", (now, call))
            return ended

        return await self._ledger.transaction(work)

    def served_by(self, call: str) -> str | None:
        """Return None: there is only one provider."""
        return None

    def _result(self, db: sqlite3.Connection, key: str) -> Result | None:
        found = db.execute(
            "SELECT result_at, result, hung_up_at FROM calls WHERE key = ?", (key,)
        ).fetchone()
        if found is None:
            return None
        result_at, result, hung_up_at = found
        if hung_up_at is not None:
            return Result.CANCELLED
        return Result(result) if self._clock_of_case() >= result_at else None


def _clock_of_case() -> float:
    """Return the time of the case whose activity asks, or else of this machine."""
    return activity.info().started_time.timestamp() if activity.in_activity() else time.time()
