"""Many cases and bare twins on one server, opened as fast as a client can."""

import asyncio
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from temporalio.client import Client

from domain.shared.account import Account
from domain.shared.names import CASES_QUEUE, case_workflow_id_of
from experiments.benchmarks.bare import BARE_QUEUE, BareCase, bare_workflow_id
from tests.engine import EVERYONE, account, issue
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase
from workflows.shared.search_attributes import at_start

AT_ONCE = 32
RING_SECONDS = 0.05
POLICY: dict[str, Any] = EVERYONE | {
    "call_hours": [0, 24, 32, 48, 56, 64, 70],
    "opening_spread": "PT0S",
}
"""There is no second call during a measurement."""
_SETTLES_WITHIN = 600

Start = Callable[[str], Awaitable[Any]]  # Any: handles of several workflows


def seller(seller_id: str, number: int, **changes: str) -> Account:
    """Return a seller with a number of their own. Calls to one number wait for each other."""
    return account(seller_id, emergency_phone=f"+1206{2_000_010 + 100 * number}", **changes)


async def start_twin(client: Client, seller_id: str, start: CaseInput, *, listed: bool) -> Any:
    """Start a bare twin. One that is `listed` shows itself in lists and searches as a case does."""
    shown = at_start(start.account, start.issues) if listed else None
    return await client.start_workflow(
        BareCase.run,
        start,
        id=bare_workflow_id(seller_id),
        task_queue=BARE_QUEUE,
        search_attributes=shown and shown["search_attributes"],
        memo=shown and shown["memo"],
    )


class Crowd:
    """Opens cases, and reads from the simulated providers how far they are."""

    def __init__(self, client: Client, folder: Path) -> None:
        self.client = client
        self._folder = folder
        self.opened = 0
        self.rate = 0.0
        """How many cases a second were opened and reached, the last time."""

    async def open(self, start: Start, count: int, calls: int = 1) -> tuple[float, float]:
        """Open `count` cases, and wait until all are reached. Return both rates, in cases a second.

        Each is e-mailed at once, and called if `calls` is 1.
        """
        mails, rung = self.mails() + count, self.rung() + count * calls
        numbers = iter(range(self.opened, self.opened + count))

        async def worker() -> None:
            for number in numbers:
                await start(f"MANY{number}")

        begin = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
        opened = time.perf_counter()
        self.opened += count
        async with asyncio.timeout(_SETTLES_WITHIN):
            while self.mails() < mails or self.rung() < rung:
                await asyncio.sleep(0.1)
        reached = time.perf_counter()
        self.rate = count / (reached - begin)
        await asyncio.sleep(1)  # until the server has written down the results
        return count / (opened - begin), self.rate

    def mails(self) -> int:
        """Return how many e-mails were delivered."""
        delivered = self._folder / "mail" / "new"
        return len(os.listdir(delivered)) if delivered.exists() else 0

    def rung(self) -> int:
        """Return how many calls have ended. This is cheap, as it is often called under load."""
        return sum(
            row[0] for row in self._query_ledger("SELECT count(*) FROM calls WHERE ends_at < ?")
        )

    def calls(self) -> dict[str, tuple[float, float]]:
        """Return when each call that has ended was dialled, and when it ended, by its key."""
        found = self._query_ledger("SELECT key, dialled_at, ends_at FROM calls WHERE ends_at < ?")
        return {key: (dialled, ends) for key, dialled, ends in found}

    def _query_ledger(self, query: str) -> list[Any]:  # Any: rows
        ledger = self._folder / "telephone.sqlite"
        if not ledger.exists():
            return []
        with closing(sqlite3.connect(ledger)) as db:
            return db.execute(query, (time.time(),)).fetchall()

    async def case(self, who: Account, policy: dict[str, Any]) -> Any:  # Any: a handle
        """Open a case."""
        issues = (issue(),)
        return await self.client.start_workflow(
            IssueCase.run,
            CaseInput(account=who, issues=issues, policy=policy),
            id=case_workflow_id_of(who),
            task_queue=CASES_QUEUE,
            **at_start(who, issues),
        )

    async def usual(self, seller_id: str) -> None:
        """Open a case of the default kind."""
        await self.case(seller(seller_id, int(seller_id[4:])), POLICY)

    async def bare(self, seller_id: str) -> None:
        """Start a bare twin."""
        await start_twin(self.client, seller_id, self._start(seller_id), listed=False)

    async def listed(self, seller_id: str) -> None:
        """Start a bare twin that shows itself in lists and searches, as a case does."""
        await start_twin(self.client, seller_id, self._start(seller_id), listed=True)

    def _start(self, seller_id: str) -> CaseInput:
        who = seller(seller_id, int(seller_id[4:]))
        return CaseInput(account=who, issues=(issue(),), policy=POLICY)
