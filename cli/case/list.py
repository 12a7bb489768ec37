"""`list`: cases, found by their search attributes."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

import typer
from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from cli.case.case_filter import CaseFilter
from cli.failure_words import in_words
from cli.session import run
from cli.terminal.output import say, warn
from cli.terminal.parameters import Limit, OfSeller, OfStore, moment
from cli.terminal.problems import checked
from cli.terminal.tables import print_found, table_of
from cli.terminal.words import left
from domain.case.status import Status
from domain.case.waiting import WaitsFor, waits_for
from domain.shared.codes import plain
from domain.shared.text import Frozen
from temporal_client.failures import ServerFailed, TemporalFailure
from temporal_client.in_parallel import each
from temporal_client.names import case_name
from temporal_client.search import count, count_each, earliest, newest
from temporal_client.workflows import Workflows
from workflows.shared.search_attributes import (
    DEADLINE,
    ISSUE_CODES,
    REASON,
    SELLER,
    SINCE,
    STATUS,
    STORE,
)

_AS_INTENDED = (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED)


class CaseRow(Frozen):
    """A case as found. A value that it does not have, or not yet, is null."""

    case: str
    run_id: str
    status: Status | None
    reason: str | None
    """The reason of its status; null if that is no search attribute."""
    waits_for: WaitsFor | None
    since: datetime | None
    """When it came into its status; null until it has opened."""
    store: str | None
    seller: str | None
    name: str | None = None
    """The seller's name, if it was asked for and the case answered."""
    issue_codes: tuple[str, ...]
    deadline: datetime | None
    closed_at: datetime | None
    broke_off: str | None
    """How its workflow ended, unless it closed the case."""


def list_cases(
    *,
    status: Annotated[Status | None, typer.Option(help="Only these.")] = None,
    store: OfStore = None,
    seller: OfSeller = None,
    due_before: Annotated[
        datetime | None,
        typer.Option(
            parser=moment,
            metavar="WHEN",
            help="Only those whose deadline runs out before: a moment, or from now on, as 8h.",
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Closed cases too.")] = False,
    names: Annotated[
        bool, typer.Option("--names", help="Ask each case that is shown for its seller's name.")
    ] = False,
    limit: Limit = 100,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print cases and counts as JSON.")
    ] = False,
) -> None:
    """List open cases, and count them by status.

    Those that wait for the desk come first, the oldest of them on top; then those that wait for
    the seller, what is due first on top.
    """
    wanted = checked(
        CaseFilter,
        {
            "status": status,
            "store": store,
            "seller": seller,
            "due_before": due_before,
            "everything": everything,
            "limit": limit,
        },
    )
    rows, total, counts = run(lambda workflows: _find(workflows, wanted, names=names))
    if as_json:
        cases = [row.model_dump(mode="json") for row in rows]
        say(json.dumps({"cases": cases, "total": total, "counts": counts}, indent=2))
    else:
        _print(rows, total, counts, names=names)


async def _find(
    workflows: Workflows, wanted: CaseFilter, *, names: bool
) -> tuple[list[CaseRow], int, dict[Status, int]]:
    rows, total, counts = await asyncio.gather(
        _first(workflows, wanted),
        count(workflows.client, wanted.query()),
        count_each(workflows.client, {status: wanted.query_of(status) for status in Status}),
    )
    return [row async for row in _named(workflows, rows)] if names else rows, total, counts


async def _first(workflows: Workflows, wanted: CaseFilter) -> list[CaseRow]:
    rows: dict[str, CaseRow] = {}  # by run: a case may change its status between two queries
    for query, by in wanted.in_order():
        if (room := wanted.limit - len(rows)) <= 0:
            break
        if by is None:
            found = await newest(workflows.client, query, room)
        else:
            found = await earliest(workflows.client, query, by, room)
        for one in found:
            rows.setdefault(one.run_id, _row(one))
    return list(rows.values())


async def _named(workflows: Workflows, rows: list[CaseRow]) -> AsyncIterator[CaseRow]:
    async def some() -> AsyncIterator[CaseRow]:
        for row in rows:
            yield row

    async def name_of(row: CaseRow) -> str | None:
        if row.store is None or row.seller is None:
            return None
        try:
            name = case_name(row.store, row.seller, row.run_id)
            if row.broke_off:
                return (await workflows.snapshot(name)).view.account.name
            return (await workflows.view(name)).account.name
        except ServerFailed:
            raise
        except TemporalFailure as failure:
            warn(f"{row.case}: its seller's name is not known: {in_words(failure)}")
            return None

    async for row, name in each(some(), name_of):
        yield row.model_copy(update={"name": name})


def _row(execution: WorkflowExecution) -> CaseRow:
    found, how = execution.typed_search_attributes, execution.status
    status = Status(said) if (said := found.get(STATUS)) else None
    since, ended = found.get(SINCE), execution.close_time is not None
    waiting = waits_for(status) if status and since else WaitsFor.ENGINE
    return CaseRow(
        case=execution.id.removeprefix("case/"),
        run_id=execution.run_id,
        status=status,
        reason=found.get(REASON),
        waits_for=None if ended else waiting,
        since=since,
        store=found.get(STORE),
        seller=found.get(SELLER),
        issue_codes=tuple(found.get(ISSUE_CODES) or ()),
        deadline=found.get(DEADLINE),
        closed_at=execution.close_time,
        broke_off=how.name.lower() if how not in _AS_INTENDED and how else None,
    )


def _status(row: CaseRow) -> str:
    if row.broke_off:
        return plain(row.broke_off)
    if row.waits_for is WaitsFor.ENGINE and row.since is None:
        return "opening"
    status = plain(row.status or "")
    return f"{status} ({plain(row.reason)})" if row.reason else status


def _short(at: datetime) -> str:
    return f"{at:%m-%d %H:%M}"


def _print(rows: list[CaseRow], total: int, counts: dict[Status, int], *, names: bool) -> None:
    columns = ["Case", "Seller"] if names else ["Case"]
    table = table_of(*columns, "Status", "Waits for, since (UTC)", "Deadline (UTC)", "Issues")
    now = datetime.now(UTC)
    for row in rows:
        deadline = row.deadline if row.waits_for is WaitsFor.SELLER else None
        table.add_row(
            row.case,
            *([row.name or ""] if names else []),
            _status(row),
            f"{row.waits_for}, {_short(row.since)}" if row.waits_for and row.since else "",
            f"{_short(deadline)}, {left(deadline - now)}" if deadline else "",
            ", ".join(row.issue_codes),
        )
    print_found(table, total, counts, "No case.")
