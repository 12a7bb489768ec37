"""Lists and counts of workflows, by their search attributes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from heapq import nsmallest
from typing import Any, TypeVar

from temporalio.client import Client, WorkflowExecution
from temporalio.common import SearchAttributeKey

from temporal_client.failures import translated
from temporal_client.workflows import ANSWERS_WITHIN

OPEN = "ExecutionStatus IN ('Running', 'Paused')"
"""The condition that a workflow has not ended. One that somebody paused counts too."""

_EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2136, 1, 1, tzinfo=UTC)
_MOST = timedelta(days=30)
"""Most moments of open cases lie no further than this from now."""
_SECOND = timedelta(seconds=1)

_found_before: dict[tuple[str, str, int], datetime] = {}
"""The moments of `earliest`, by what was asked. They make it quick, and never wrong."""
_REMEMBERED = 100

SomeStatus = TypeVar("SomeStatus", bound=StrEnum)


def query_of(
    workflow: str, *conditions: str, store: str | None = None, seller: str | None = None
) -> str:
    """Return a query for workflows of a type. No value may be able to leave its quotes."""
    wanted = [f"WorkflowType = '{workflow}'", *conditions]
    if store is not None:
        wanted.append(f"CaseStore = '{store}'")
    if seller is not None:
        wanted.append(f"CaseSeller = '{seller}'")
    return " AND ".join(wanted)


def any_of(key: SearchAttributeKey[Any], *values: str) -> str:  # Any: a keyword, or a list
    """Return the condition that a search attribute has, or includes, one of these values."""
    quoted = ", ".join(f"'{value}'" for value in values)
    return f"{key.name} IN ({quoted})"


async def listed(
    client: Client, query: str, limit: int | None = None
) -> AsyncIterator[WorkflowExecution]:
    """List workflows: the newest first, and of those that have ended what ended last."""
    with translated():
        async for execution in client.list_workflows(
            query, limit=limit, rpc_timeout=ANSWERS_WITHIN
        ):
            yield execution


async def newest(client: Client, query: str, limit: int) -> list[WorkflowExecution]:
    """Return the first workflows of the list."""
    return [execution async for execution in listed(client, query, limit)]


async def count(client: Client, query: str) -> int:
    """Return how many workflows there are."""
    with translated():
        return (await client.count_workflows(query, rpc_timeout=ANSWERS_WITHIN)).count


async def count_each(client: Client, queries: Mapping[SomeStatus, str]) -> dict[SomeStatus, int]:
    """Return how many workflows there are of each status."""
    # Not GROUP BY, which not every Temporal server has for custom attributes.
    counts = await asyncio.gather(*(count(client, query) for query in queries.values()))
    return dict(zip(queries, counts, strict=True))


async def earliest(
    client: Client, query: str, by: SearchAttributeKey[datetime], limit: int
) -> list[WorkflowExecution]:
    """Return the workflows with the earliest moments, in order. One without a moment is left out.

    Servers do not sort (SQLite and PostgreSQL refuse ORDER BY). A list of a thousand takes them a
    second, a count milliseconds. So counts find a moment before which there are enough workflows,
    and at most twice as many, and only those are listed. The moment of the last time mostly is one.
    """

    async def earlier_than(moment: datetime) -> int:
        return await count(client, f"{query} AND {by.name} < {_moment(moment)}")

    asked = (query, by.name, limit)
    after = _found_before.get(asked)
    there = None if after is None else await earlier_than(after)
    if after is None or there is None or not _is_enough(there, limit, after):
        after = await _late_enough(earlier_than, limit)
    if len(_found_before) >= _REMEMBERED:
        _found_before.clear()
    _found_before[asked] = after
    found = [one async for one in listed(client, f"{query} AND {by.name} < {_moment(after)}")]
    return nsmallest(limit, found, key=lambda one: one.typed_search_attributes[by])


def _is_enough(there: int, limit: int, after: datetime) -> bool:
    """Whether there are as many workflows before a moment as are wanted, and not many more."""
    return there <= 2 * limit and (there >= limit or after == _EVER[1])


async def _late_enough(
    earlier_than: Callable[[datetime], Coroutine[Any, Any, int]], limit: int
) -> datetime:
    """Return a moment before which there are `limit` workflows, or not many more; or all."""
    now, (before, after) = datetime.now(UTC), _EVER
    guesses = (now - _MOST, now + _MOST)
    there = await earlier_than(after)
    while not _is_enough(there, limit, after) and after - before > _SECOND:
        middle = next((g for g in guesses if before < g < after), before + (after - before) / 2)
        earlier = await earlier_than(middle)
        if earlier >= limit:
            after, there = middle, earlier
        else:
            before = middle
    return after


def _moment(at: datetime) -> str:
    return f"'{at:%Y-%m-%dT%H:%M:%S}Z'"
