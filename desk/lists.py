"""The lists of the desk: what waits, and whose it is. All of it comes from visibility and memo."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from temporalio.client import Client

from desk.shared_answers import SharedAnswers
from domain.shared.account import Store
from temporal_client.desk_queues import (
    Queue,
    cases_of_person,
    cases_of_queue,
    count_queues,
    query_of_person,
)
from temporal_client.found_cases import FoundCase
from temporal_client.search import count

REFRESH_SECONDS = 3
"""How often a list that is open asks again. With what is kept, it is right within 5 s."""
_KEPT_SECONDS = 1.0
PAGE = 50
"""How many rows a list shows, and how many more at a time."""
MOST = 500
_MOST_NAMES = 200


@dataclass(frozen=True)
class ListWish:
    """Which list somebody looks at."""

    queue: Queue | None = Queue.REVIEW
    """None means their own cases."""
    store: Store | None = None
    """None means every store."""
    shown: int = PAGE
    """How many rows at most."""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "ListWish":
        """Read the query of an address. What it does not say, or says wrongly, is the default."""
        queue, store, shown = (query.get(name, "") for name in ("queue", "store", "shown"))
        return cls(
            None if queue == "mine" else Queue(queue) if queue in list(Queue) else Queue.REVIEW,
            Store(store) if store in list(Store) else None,
            min(max(int(shown), PAGE), MOST) if shown.isdecimal() and len(shown) < 5 else PAGE,
        )

    @property
    def query(self) -> str:
        """Return the query that says the same."""
        said: dict[str, str | int] = {"queue": self.queue or "mine"}
        if self.store:
            said["store"] = self.store
        if self.shown > PAGE:
            said["shown"] = self.shown
        return urlencode(said)

    def of_queue(self, queue: Queue | None) -> "ListWish":
        """Return another queue, of the same store."""
        return ListWish(queue, self.store)

    def of_store(self, store: Store | None) -> "ListWish":
        """Return the same queue, of another store."""
        return ListWish(self.queue, store)

    @property
    def more(self) -> "ListWish":
        """Return the same list with more rows."""
        return replace(self, shown=min(self.shown + PAGE, MOST))


@dataclass(frozen=True)
class Found:
    """A list as it is shown."""

    cases: tuple[FoundCase, ...]
    counts: Mapping[Queue | None, int]
    """How many cases each queue has. None means those of the person who looks."""


class Lists:
    """Reads the lists."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._answers = SharedAnswers(_KEPT_SECONDS)
        self._hints: dict[str, datetime] = {}
        self._names: OrderedDict[str, None] = OrderedDict()

    async def found(self, wish: ListWish, who: str) -> Found:
        """Return a list, and the counts of all of them.

        Raises:
            TemporalFailure: the server failed.
        """
        cases, counts, mine = await asyncio.gather(
            self._cases(wish, who),
            self._answers.get(
                ("counts", wish.store), lambda: count_queues(self._client, wish.store)
            ),
            self._answers.get(
                ("mine", wish.store, who),
                lambda: count(self._client, query_of_person(who, wish.store)),
            ),
        )
        self._remember(one.assignee for one in cases)
        of_all: dict[Queue | None, int] = {queue: counts[queue] for queue in Queue}
        return Found(tuple(cases), of_all | {None: mine})

    async def _cases(self, wish: ListWish, who: str) -> list[FoundCase]:
        queue = wish.queue
        if queue is None:
            return await self._answers.get(
                (wish, who),
                lambda: cases_of_person(self._client, who, wish.shown, wish.store),
            )
        return await self._answers.get(
            wish,
            lambda: cases_of_queue(self._client, queue, wish.shown, wish.store, self._hints),
        )

    def forget(self) -> None:
        """Read everything anew, since somebody has changed something."""
        self._answers.forget()

    @property
    def names(self) -> list[str]:
        """Return whom this copy of the desk has seen work a case, for a lead to choose from."""
        return sorted(self._names)

    def _remember(self, names: Iterable[str | None]) -> None:
        for name in filter(None, names):
            self._names[name] = None
            self._names.move_to_end(name)
            if len(self._names) > _MOST_NAMES:
                self._names.popitem(last=False)
