"""`history`: what happened in cases, for auditors. It prints a line for each timeline entry."""

import csv
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from cli.case.case_filter import CaseFilter
from cli.failure_words import in_words
from cli.session import run
from cli.terminal.output import as_json_for, warn
from cli.terminal.parameters import OfSeller, OfStore, parse_case
from cli.terminal.problems import BadInput, DidNotHappen, checked
from cli.terminal.written_file import defused, written
from domain.case.attempt import Channel, Purpose
from domain.case.events import EventKind
from domain.case.status import Missing, Status
from domain.case.view import CaseView
from domain.shared.account import Store
from domain.shared.names import CASE_WORKFLOW
from domain.shared.result import Result
from domain.shared.text import Frozen
from temporal_client.failures import TemporalFailure
from temporal_client.in_parallel import each, or_failure
from temporal_client.names import CASE, CaseName
from temporal_client.search import listed, query_of
from temporal_client.workflows import Workflows


class Format(StrEnum):
    """The format of the lines."""

    JSONL = "jsonl"
    CSV = "csv"


class HistoryLine(Frozen):
    """A timeline entry of a case. Absent values are null in JSON and empty in CSV."""

    case_id: str
    store: Store
    seller_id: str
    at: datetime
    what: EventKind
    by: str
    attempt: int | None
    channel: Channel | None
    about: Purpose | None
    result: Result | None
    status: Status | None
    reason: str | None
    missing: Missing | None
    changed: str | None
    code: str | None
    issue: str | None
    version: int | None
    assignee: str | None
    note: str | None


def history(
    *,
    cases: Annotated[
        list[CaseName] | None,
        typer.Argument(
            parser=parse_case, metavar="[CASE]...", help="Such as US/A2EXAMPLE; or all there are."
        ),
    ] = None,
    status: Annotated[Status | None, typer.Option(help="Only cases of this status.")] = None,
    store: OfStore = None,
    seller: OfSeller = None,
    earlier: Annotated[
        bool, typer.Option("--earlier", help="With CASE: the account's earlier cases too.")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="How to write them.")] = Format.JSONL,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="Not to standard output."),
    ] = None,
) -> None:
    """What happened in one case, several, or all, closed ones too: a line for each event.

    In CSV a text that a spreadsheet would take for a formula has a ' before it; JSON has every
    text as it is. FILE is written anew, and only once all is read.
    """
    wanted = checked(
        CaseFilter, {"status": status, "store": store, "seller": seller, "everything": True}
    )
    if cases and (status or store or seller):
        raise BadInput("CASE: give cases, or --status, --store and --seller, not both")

    def names(workflows: Workflows) -> AsyncIterator[CaseName]:
        if cases:
            return _named(workflows, cases, earlier=earlier)
        return _found(workflows, wanted.query())

    with written(output, "--output") as file:
        write = _writer(form, file)
        missing = run(lambda workflows: _write(workflows, names(workflows), write))
    if missing:
        raise DidNotHappen(f"incomplete: cases missing: {missing}")


async def _write(
    workflows: Workflows, names: AsyncIterator[CaseName], write: Callable[[HistoryLine], None]
) -> int:
    """Write each case. Return how many could not be read."""
    missing = 0
    async for name, found in each(names, or_failure(workflows.snapshot)):
        if isinstance(found, TemporalFailure):
            missing += 1
            warn(f"{name} is missing: {in_words(found)}")
            continue
        if found.broke_off:
            warn(f"{name}: {found.broke_off}")
        for line in lines_of(found.view):
            write(line)
    return missing


async def _named(
    workflows: Workflows, cases: list[CaseName], *, earlier: bool
) -> AsyncIterator[CaseName]:
    for name in dict.fromkeys(cases):
        of_account = f"WorkflowId = '{name.workflow_id}'"
        query = query_of(CASE_WORKFLOW, of_account, "ExecutionStatus != 'ContinuedAsNew'")
        every = [one async for one in listed(workflows.client, query)] if earlier else []
        # The server lists by the end, which is late for a clock that was played forward.
        for found in sorted(every, key=lambda one: one.start_time):
            yield replace(name, run_id=found.run_id)
        if not every:
            yield name


async def _found(workflows: Workflows, query: str) -> AsyncIterator[CaseName]:
    async for found in listed(workflows.client, query):
        yield CaseName(CASE, found.id, found.run_id)


def lines_of(view: CaseView) -> Iterator[HistoryLine]:
    """Return the timeline of a case, with the attempts of its entries."""
    attempts = {attempt.number: attempt for attempt in view.attempts}
    for entry in view.timeline:
        attempt = attempts.get(entry.attempt) if entry.attempt is not None else None
        yield HistoryLine(
            case_id=view.id,
            store=view.account.store,
            seller_id=view.account.seller_id,
            channel=attempt.channel if attempt else None,
            changed=" ".join(entry.changed) or None,
            **{name: fact for name, fact in entry if name not in ("served_by", "changed")},
        )


def _writer(form: Format, file: TextIO) -> Callable[[HistoryLine], None]:
    if form is Format.JSONL:
        return lambda line: print(as_json_for(file, line.model_dump_json()), file=file)
    rows = csv.writer(file)
    rows.writerow(HistoryLine.model_fields)
    return lambda line: rows.writerow(map(defused, line.model_dump(mode="json").values()))
