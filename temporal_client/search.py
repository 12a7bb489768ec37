"""Lists and counts of workflows, by their search attributes."""

from collections.abc import AsyncIterator, Mapping, MutableMapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from heapq import nsmallest
from typing import Any, TypeVar

from temporalio.client import Client, WorkflowExecution
from temporalio.common import SearchAttributeKey

from temporal_client.failures import translated
from temporal_client.in_parallel import together
from temporal_client.workflows import ANSWERS_WITHIN

OPEN = "ExecutionStatus IN ('Running', 'Paused')"
"""The condition that a workflow has not ended. One that somebody paused counts too."""

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2136, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)

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
    counts = await together(*(count(client, query) for query in queries.values()))
    return dict(zip(queries, counts, strict=True))


async def earliest(
    client: Client,
    query: str,
    by: SearchAttributeKey[datetime],
    limit: int,
    hints: MutableMapping[str, datetime] | None = None,
) -> list[WorkflowExecution]:
    """Return the workflows with the earliest moments, in order. One without a moment is left out.

    Whoever asks the same again and again keeps `hints` in between: where the search ended. It then
    mostly takes one count instead of some thirty.

    Servers do not sort (SQLite and PostgreSQL refuse ORDER BY). A list of a thousand takes them a
    second, a count milliseconds. So counts find a moment before which there are enough workflows,
    and at most twice as many. Only those are listed, unless more share that second.
    """
    hints, key = hints if hints is not None else {}, f"{limit} {query}"
    after = hints.get(key, _LATEST)
    there = await _count_before(client, query, by, after)
    if there > 2 * limit or (there < limit and after < _LATEST):
        after = await _enough_before(client, query, by, limit)
    hints[key] = after
    before = f"{query} AND {by.name} < {_moment(after)}"
    found = [one async for one in listed(client, before)]
    return nsmallest(limit, found, key=lambda one: one.typed_search_attributes[by])


async def _enough_before(
    client: Client, query: str, by: SearchAttributeKey[datetime], limit: int
) -> datetime:
    """Return a moment before which there are enough workflows, and few more than that.

    If there are not enough, that is the latest there is.
    """
    before, after = _EARLIEST, _LATEST
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        there = await _count_before(client, query, by, middle)
        before, after = (before, middle) if there >= limit else (middle, after)
        if limit <= there <= 2 * limit:
            break
    return after


async def _count_before(
    client: Client, query: str, by: SearchAttributeKey[datetime], moment: datetime
) -> int:
    return await count(client, f"{query} AND {by.name} < {_moment(moment)}")


def _moment(at: datetime) -> str:
    return f"'{at:%Y-%m-%dT%H:%M:%S}Z'"
