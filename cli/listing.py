"""`list`: cases by what Temporal finds them by."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import Field
from rich.table import Table
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus

from cli.asking import run
from cli.finding import STANDING, Limit, OfSeller, OfStore, find, print_found, query_of
from cli.output import say
from cli.parameters import moment
from cli.problems import checked
from cli.words import left, plain, utc
from domain.account import Store
from domain.names import CASE_WORKFLOW
from domain.record import CLOSED, Status
from domain.text import Frozen, Key
from workflows.search import DEADLINE, SELLER, STATUS, STORE

_TIMED = (Status.CONTACTING, Status.WORKING)
"""In any other status the deadline is a past one's."""

_AS_INTENDED = (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED)


class Wanted(Frozen):
    """Which cases: every value is of an alphabet that cannot leave its quotes in a query."""

    status: Status | None = None
    store: Store | None = None
    seller: Key | None = None
    due_before: datetime | None = None
    everything: bool = False
    limit: int = Field(default=100, ge=1, le=1000)

    def query(self) -> str:
        """The cases to list."""
        if self.status is not None:
            return self.query_of(self.status)
        if self.everything:
            return self._where("ExecutionStatus != 'ContinuedAsNew'")
        return self._where(STANDING)

    def query_of(self, status: Status) -> str:
        """The cases of a status. One that is not closed, but does not run, was broken off."""
        running = "ExecutionStatus != 'ContinuedAsNew'" if status in CLOSED else STANDING
        return self._where(f"{STATUS.name} = '{status}'", running)

    def _where(self, *conditions: str) -> str:
        wanted = [query_of(CASE_WORKFLOW, self.store, self.seller, *conditions)]
        if self.due_before is not None:
            before = self.due_before.astimezone(UTC)
            timed = ", ".join(f"'{status}'" for status in _TIMED)
            wanted.append(f"{STATUS.name} IN ({timed})")
            wanted.append(f"{DEADLINE.name} < '{before:%Y-%m-%dT%H:%M:%SZ}'")
        return " AND ".join(wanted)


class Row(Frozen):
    """A case as it is found; null is what it does not have, or does not have yet."""

    case: str
    run_id: str
    status: Status | None
    store: str | None
    seller: str | None
    deadline: datetime | None
    closed_at: datetime | None
    broke_off: str | None
    """How its workflow ended, where not by closing the case."""


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
    limit: Limit = 100,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print cases and counts as JSON.")
    ] = False,
) -> None:
    """List open cases, those that are due first on top, and count them by status."""
    wanted = checked(
        Wanted,
        {
            "status": status,
            "store": store,
            "seller": seller,
            "due_before": due_before,
            "everything": everything,
            "limit": limit,
        },
    )
    rows, total, counts = run(lambda client: _find(client, wanted))
    if as_json:
        cases = [row.model_dump(mode="json") for row in rows]
        say(json.dumps({"cases": cases, "total": total, "counts": counts}, indent=2))
    else:
        _print(rows, total, counts)


async def _find(client: Client, wanted: Wanted) -> tuple[list[Row], int, dict[Status, int]]:
    by_status = {status: wanted.query_of(status) for status in Status}
    found, total, counts = await find(client, wanted.query(), wanted.limit, by_status)
    return sorted(map(_row, found), key=_soonest), total, counts


def _row(execution: WorkflowExecution) -> Row:
    found, how = execution.typed_search_attributes, execution.status
    status = found.get(STATUS)
    return Row(
        case=execution.id.removeprefix("case/"),
        run_id=execution.run_id,
        status=Status(status) if status else None,
        store=found.get(STORE),
        seller=found.get(SELLER),
        deadline=found.get(DEADLINE),
        closed_at=execution.close_time,
        broke_off=how.name.lower() if how not in _AS_INTENDED and how else None,
    )


def _soonest(row: Row) -> tuple[bool, bool, datetime]:
    latest = datetime.max.replace(tzinfo=UTC)
    return row.closed_at is not None, row.status not in _TIMED, row.deadline or latest


def _print(rows: list[Row], total: int, counts: dict[Status, int]) -> None:
    table = Table("Case", "Status", "Deadline", "")
    now = datetime.now(UTC)
    for row in rows:
        timed = row.status in _TIMED and row.deadline and not row.broke_off
        table.add_row(
            row.case,
            plain(row.broke_off or row.status or "opening"),
            utc(row.deadline) if timed and row.deadline else "",
            left(row.deadline - now) if timed and row.deadline else "",
        )
    print_found(table, total, counts, "No case.")
