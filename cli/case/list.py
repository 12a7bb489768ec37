"""`list`: cases, found by their search attributes."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.case.case_filter import CaseFilter
from cli.session import run
from cli.terminal.output import say, warn
from cli.terminal.parameters import Limit, OfSeller, OfStore, moment
from cli.terminal.problems import BadInput, checked
from cli.terminal.tables import print_found, table_of
from cli.terminal.words import left
from domain.case.status import Status
from domain.case.waiting import Need, WaitsFor
from domain.shared.codes import plain
from domain.shared.errors import explain
from runtime.finding_settings import of_this_machine
from runtime.settings import Settings
from temporal_client.finding import condition_of
from temporal_client.found_cases import FoundCase, found_cases
from temporal_client.in_parallel import together
from temporal_client.search import count, count_each
from temporal_client.workflows import Workflows


def list_cases(
    *,
    status: Annotated[Status | None, typer.Option(help="Only these.")] = None,
    needs: Annotated[
        Need | None, typer.Option(help="Only those in which the desk has this to do.")
    ] = None,
    worked_by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only those that this person took.")
    ] = None,
    find: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Only what this means: a seller or issue id, a reference, an e-mail address, a "
            "telephone number, words of a name.",
        ),
    ] = None,
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
    """List open cases, and count them by status.

    Those that wait for the desk come first, the oldest of them on top; then those that wait for
    the seller, what is due first on top.
    """
    wanted = checked(
        CaseFilter,
        {
            "status": status,
            "needs": needs,
            "worked_by": worked_by,
            "found_by": _condition(find) if find is not None else None,
            "store": store,
            "seller": seller,
            "due_before": due_before,
            "everything": everything,
            "limit": limit,
        },
    )
    rows, total, counts = run(lambda workflows: _find(workflows, wanted))
    if as_json:
        cases = [row.model_dump(mode="json") for row in rows]
        say(json.dumps({"cases": cases, "total": total, "counts": counts}, indent=2))
    else:
        _print(rows, total, counts)


def _condition(text: str) -> str:
    try:
        settings = Settings()
        hashes = of_this_machine(settings, settings.state).find_hashes()
    except ValueError as error:
        raise BadInput(f"settings (CASE72_*): {explain(error)}") from None
    if (condition := condition_of(text, hashes)) is None:
        known = "" if hashes else " (by name, address and number only with CASE72_FIND_SECRETS)"
        raise BadInput(f"--find: nothing can be found by that{known}")
    return condition


async def _find(
    workflows: Workflows, wanted: CaseFilter
) -> tuple[list[FoundCase], int, dict[Status, int]]:
    return await together(
        _first(workflows, wanted),
        count(workflows.client, wanted.query()),
        count_each(workflows.client, {status: wanted.query_of(status) for status in Status}),
    )


async def _first(workflows: Workflows, wanted: CaseFilter) -> list[FoundCase]:
    rows: dict[str, FoundCase] = {}  # by run: a case may change its status between two queries
    for query, by in wanted.in_order():
        if (room := wanted.limit - len(rows)) <= 0:
            break
        for one in await found_cases(workflows.client, query, room, by):
            rows.setdefault(one.run_id, one)
    return list(rows.values())


def _status(row: FoundCase) -> str:
    if row.broke_off:
        return plain(row.broke_off)
    if row.waits_for is WaitsFor.ENGINE and row.since is None:
        return "opening"
    status = plain(row.status or "")
    return f"{status} ({plain(row.reason)})" if row.reason else status


def _short(at: datetime) -> str:
    return f"{at:%m-%d %H:%M}"


def _print(rows: list[FoundCase], total: int, counts: dict[Status, int]) -> None:
    now = datetime.now(UTC)
    held = {row.run_id: row.assignee for row in rows if (row.assigned_until or now) > now}
    worked_by = ["Worked by"] if held else []
    columns = ("Waits for, since (UTC)", "Deadline (UTC)", *worked_by, "Issues")
    table = table_of("Case", "Seller", "Status", *columns)
    for row in rows:
        if row.unreadable:
            warn(f"{row.case}: its seller's name is not known: {row.unreadable}")
        deadline = row.deadline if row.waits_for is WaitsFor.SELLER else None
        table.add_row(
            row.case,
            row.name or "",
            _status(row),
            f"{row.waits_for}, {_short(row.since)}" if row.waits_for and row.since else "",
            f"{_short(deadline)}, {left(deadline - now)}" if deadline else "",
            *([held.get(row.run_id) or ""] if held else []),
            ", ".join(row.issue_codes),
        )
    print_found(table, total, counts, "No case.")
