"""Workflows by what Temporal finds them by."""

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, TypeVar

import typer
from rich.table import Table
from temporalio.client import Client, WorkflowExecution

from cli.output import console, say
from cli.queues import ANSWERS_WITHIN
from cli.words import plain
from domain.account import Store
from workflows.search import SELLER, STORE

STANDING = "ExecutionStatus IN ('Running', 'Paused')"
"""Not ended: one that somebody paused stands still, and is not to be lost sight of."""

SomeStatus = TypeVar("SomeStatus", bound=StrEnum)

OfStore = Annotated[Store | None, typer.Option(help="Only this store's.")]
OfSeller = Annotated[str | None, typer.Option(metavar="ID", help="Only this seller's.")]
Limit = Annotated[int, typer.Option(help="How many to show.")]


def query_of(workflow: str, store: Store | None, seller: str | None, *conditions: str) -> str:
    """A query for workflows of a type. No value may be able to leave its quotes."""
    wanted = [f"WorkflowType = '{workflow}'", *conditions]
    if store is not None:
        wanted.append(f"{STORE.name} = '{store}'")
    if seller is not None:
        wanted.append(f"{SELLER.name} = '{seller}'")
    return " AND ".join(wanted)


async def find(
    client: Client, query: str, limit: int, by_status: Mapping[SomeStatus, str]
) -> tuple[list[WorkflowExecution], int, dict[SomeStatus, int]]:
    """The first of what there is, how many there are, and how many of each status."""

    async def count(query: str) -> int:
        return (await client.count_workflows(query, rpc_timeout=ANSWERS_WITHIN)).count

    async def first() -> list[WorkflowExecution]:
        found = client.list_workflows(query, limit=limit, rpc_timeout=ANSWERS_WITHIN)
        return [execution async for execution in found]

    # Not GROUP BY, which not every Temporal server has for attributes of our own.
    counted = asyncio.gather(*map(count, by_status.values()))
    executions, total, counts = await asyncio.gather(first(), count(query), counted)
    return executions, total, dict(zip(by_status, counts, strict=True))


def print_found(table: Table, total: int, counts: Mapping[SomeStatus, int], nothing: str) -> None:
    """A table of what was found, and the counts."""
    if table.row_count:
        console().print(table)
    if total > table.row_count:
        say(f"{table.row_count} of {total} shown; narrow it down, or give a higher --limit.")
    counted = ", ".join(f"{plain(status)} {n}" for status, n in counts.items() if n)
    say(f"Counts: {counted}" if counted else nothing)
