"""A simulated account service that keeps its state in a small SQLite file."""

import sqlite3
import time
from pathlib import Path

from providers.appeal_protocols import DeactivatedByAnother
from providers.protocols import ProviderFailed
from providers.simulated.sqlite import Ledger

_OUTAGE = "OUTAGE"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS deactivations (
    store TEXT NOT NULL,
    seller_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (store, seller_id)
);
CREATE TABLE IF NOT EXISTS changes (
    change TEXT NOT NULL,
    store TEXT NOT NULL,
    seller_id TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (change, store, seller_id, key)
);
"""


class SimulatedMarketplace:
    """Every account is active until a case deactivates it.

    The service fails for seller ids that end in `OUTAGE`.
    """

    def __init__(self, folder: Path) -> None:
        self._ledger = Ledger(folder / "marketplace.sqlite", _SCHEMA)

    async def deactivate(self, store: str, seller_id: str, case_id: str) -> None:
        """Deactivate the account. A repeat changes nothing."""
        if seller_id.endswith(_OUTAGE):
            raise ProviderFailed("simulated: the account service is out of service")

        def work(db: sqlite3.Connection) -> None:
            if _is_new(db, "deactivate", store, seller_id, case_id):
                db.execute(
                    "INSERT OR IGNORE INTO deactivations VALUES (?, ?, ?, ?)",
                    (store, seller_id, case_id, time.time()),
                )

        await self._ledger.transaction(work)

    async def reinstate(self, store: str, seller_id: str, case_id: str, key: str) -> None:
        """Reinstate the account that the case deactivated. A repeat changes nothing."""

        def work(db: sqlite3.Connection) -> None:
            if not _is_new(db, "reinstate", store, seller_id, key):
                return
            account = (store, seller_id)
            query = "SELECT case_id FROM deactivations WHERE store = ? AND seller_id = ?"
            found = db.execute(query, account).fetchone()
            if found and found[0] != case_id:
                raise DeactivatedByAnother("simulated: the case did not deactivate the account")
            db.execute("DELETE FROM deactivations WHERE store = ? AND seller_id = ?", account)

        await self._ledger.transaction(work)

    async def is_active(self, store: str, seller_id: str) -> bool:
        """Tell whether no case has deactivated the account."""

        def work(db: sqlite3.Connection) -> bool:
            query = "SELECT 1 FROM deactivations WHERE store = ? AND seller_id = ?"
            return db.execute(query, (store, seller_id)).fetchone() is None

        return await self._ledger.transaction(work)


def _is_new(db: sqlite3.Connection, change: str, *about: str) -> bool:
    """Note the change. Return whether it was not made before."""
    return (
        db.execute("INSERT OR IGNORE INTO changes VALUES (?, ?, ?, ?)", (change, *about)).rowcount
        > 0
    )
