"""Workflows by what Temporal finds them by."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from heapq import nsmallest
from typing import TypeVar

from temporalio.client import Client, WorkflowExecution
from temporalio.common import SearchAttributeKey

from temporal_client.workflows import ANSWERS_WITHIN

OPEN = "ExecutionStatus IN ('Running', 'Paused')"
"""Not ended: one that somebody paused stands still, and is not to be lost sight of."""

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2136, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)

SomeStatus = TypeVar("SomeStatus", bound=StrEnum)


def query_of(
    workflow: str, *conditions: str, store: str | None = None, seller: str | None = None
) -> str:
    """A query for workflows of a type. No value may be able to leave its quotes."""
    wanted = [f"WorkflowType = '{workflow}'", *conditions]
    if store is not None:
        wanted.append(f"CaseStore = '{store}'")
    if seller is not None:
        wanted.append(f"CaseSeller = '{seller}'")
    return " AND ".join(wanted)


def listed(
    client: Client, query: str, limit: int | None = None
) -> AsyncIterator[WorkflowExecution]:
    """What there is, the newest first; of those that have ended what ended last."""
    return client.list_workflows(query, limit=limit, rpc_timeout=ANSWERS_WITHIN)


async def newest(client: Client, query: str, limit: int) -> list[WorkflowExecution]:
    """The first of what is listed."""
    return [execution async for execution in listed(client, query, limit)]


async def count(client: Client, query: str) -> int:
    """How many there are."""
    return (await client.count_workflows(query, rpc_timeout=ANSWERS_WITHIN)).count


async def count_each(client: Client, queries: Mapping[SomeStatus, str]) -> dict[SomeStatus, int]:
    """How many there are of each status."""
    # Not GROUP BY, which not every Temporal server has for attributes of our own.
    counts = await asyncio.gather(*(count(client, query) for query in queries.values()))
    return dict(zip(queries, counts, strict=True))


async def earliest(
    client: Client, query: str, by: SearchAttributeKey[datetime], limit: int
) -> list[WorkflowExecution]:
    """Those with the earliest moments, in order; one that has none is left out.

    Servers do not sort (SQLite and PostgreSQL refuse ORDER BY), and listing a thousand takes them a
    second, where counting takes milliseconds. So the moment until which there are enough is
    looked for by counting, and only those before it are listed.
    """
    before, after = _EARLIEST, _LATEST
    if await count(client, f"{query} AND {by.name} < {_moment(after)}") > limit:
        while after - before > _SECOND:
            middle = before + (after - before) // 2
            there = await count(client, f"{query} AND {by.name} < {_moment(middle)}")
            before, after = (before, middle) if there >= limit else (middle, after)
    found = [one async for one in listed(client, f"{query} AND {by.name} < {_moment(after)}")]
    return nsmallest(limit, found, key=lambda one: one.typed_search_attributes[by])


def _moment(at: datetime) -> str:
    return f"'{at:%Y-%m-%dT%H:%M:%S}Z'"
