"""Workflows by what Temporal finds them by."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from heapq import nsmallest
from typing import Annotated, TypeVar

import typer
from rich.table import Table
from temporalio.client import Client, WorkflowExecution
from temporalio.common import SearchAttributeKey

from cli.output import console, say
from cli.page import keep_words
from cli.queues import ANSWERS_WITHIN
from cli.words import plain
from domain.shared.account import Store
from workflows.shared.search_attributes import SELLER, STORE

STANDING = "ExecutionStatus IN ('Running', 'Paused')"
"""Not ended: one that somebody paused stands still, and is not to be lost sight of."""

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2136, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)

SomeStatus = TypeVar("SomeStatus", bound=StrEnum)

OfStore = Annotated[Store | None, typer.Option(help="Only this store's.")]
OfSeller = Annotated[str | None, typer.Option(metavar="ID", help="Only this seller's.")]
Limit = Annotated[int, typer.Option(metavar="N", help="How many to show.")]


def query_of(workflow: str, store: Store | None, seller: str | None, *conditions: str) -> str:
    """A query for workflows of a type. No value may be able to leave its quotes."""
    wanted = [f"WorkflowType = '{workflow}'", *conditions]
    if store is not None:
        wanted.append(f"{STORE.name} = '{store}'")
    if seller is not None:
        wanted.append(f"{SELLER.name} = '{seller}'")
    return " AND ".join(wanted)


async def count(client: Client, query: str) -> int:
    """How many there are."""
    return (await client.count_workflows(query, rpc_timeout=ANSWERS_WITHIN)).count


async def count_each(client: Client, queries: Mapping[SomeStatus, str]) -> dict[SomeStatus, int]:
    """How many there are of each status."""
    # Not GROUP BY, which not every Temporal server has for attributes of our own.
    counts = await asyncio.gather(*(count(client, query) for query in queries.values()))
    return dict(zip(queries, counts, strict=True))


async def newest(client: Client, query: str, limit: int) -> list[WorkflowExecution]:
    """The newest of what there is, or of those that have ended what ended last."""
    found = client.list_workflows(query, limit=limit, rpc_timeout=ANSWERS_WITHIN)
    return [execution async for execution in found]


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
    listed = client.list_workflows(
        f"{query} AND {by.name} < {_moment(after)}", rpc_timeout=ANSWERS_WITHIN
    )
    found = [execution async for execution in listed]
    return nsmallest(limit, found, key=lambda one: one.typed_search_attributes[by])


def _moment(at: datetime) -> str:
    return f"'{at:%Y-%m-%dT%H:%M:%S}Z'"


def print_found(table: Table, total: int, counts: Mapping[SomeStatus, int], nothing: str) -> None:
    """A table of what was found, and the counts."""
    if table.row_count:
        screen = console()
        keep_words(table, screen.width)
        screen.print(table)
    if total > table.row_count:
        say(f"{table.row_count} of {total} shown; narrow it down, or give a higher --limit.")
    counted = ", ".join(f"{plain(status)} {n}" for status, n in counts.items() if n)
    say(f"Counts: {counted}" if counted else nothing)
