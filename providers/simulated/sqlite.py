"""Keeps the state of the simulated providers."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from providers.protocols import ProviderFailed

T = TypeVar("T")


class Ledger:
    """A small SQLite file. It survives a crash at any moment, and several processes share it."""

    def __init__(self, path: Path, schema: str) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(schema)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=10, isolation_level=None)

    async def transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in its own transaction.

        Raises:
            ProviderFailed: the file could not be read or written.
        """
        return await asyncio.to_thread(self._transaction, work)

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            with closing(self._connect()) as connection:
                connection.execute("BEGIN IMMEDIATE")
                answer = work(connection)
                connection.execute("COMMIT")
                return answer
        except sqlite3.Error as error:
            raise ProviderFailed(f"{self._path.name}: {error}") from error
