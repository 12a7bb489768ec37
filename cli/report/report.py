"""`report`: what became of cases, in figures, as a page, and as a row for each."""

import csv
import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, TextIO

import typer
from pydantic import JsonValue

from cli.report.cases import Wanted, read_cases
from cli.session import run
from cli.terminal.output import as_json_for, console, say
from cli.terminal.parameters import OfStore, past_moment
from cli.terminal.problems import BadInput, DidNotHappen
from cli.terminal.tables import table_of
from cli.terminal.written_file import defused, written
from domain.case.view import CaseView
from reports.archive import NoArchive
from reports.charts import NoCharts, require_charts
from reports.measures import Grouping, Report
from reports.row import PERSONAL, ReportRow, row_of

_NOT_IN_ROWS = {"rang"}
Row = dict[str, JsonValue]


def report(
    *,
    since: Annotated[
        datetime | None,
        typer.Option(
            parser=past_moment,
            metavar="WHEN",
            help="Cases opened since then: a moment, or how long ago. Default: 30d.",
        ),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(parser=past_moment, metavar="WHEN", help="And before then. Default: now."),
    ] = None,
    store: OfStore = None,
    by: Annotated[
        Grouping, typer.Option(help="By what to put cases together in the table.")
    ] = Grouping.WEEK,
    csv_file: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", dir_okay=False, help="Write a row for each case."),
    ] = None,
    jsonl_file: Annotated[
        Path | None,
        typer.Option("--jsonl", metavar="FILE", dir_okay=False, help="Write a line for each case."),
    ] = None,
    html_file: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", dir_okay=False, help="Write a page with charts, in one file."
        ),
    ] = None,
    archived: Annotated[
        Path | None,
        typer.Option(
            "--archive", metavar="DIR", exists=True, file_okay=False, help="What `archive` kept."
        ),
    ] = None,
    simulation: Annotated[
        typer.FileBinaryRead | None,
        typer.Option(metavar="FILE", help="What `simulate --json` found, for the page."),
    ] = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="Name, address and number too, in each row.")
    ] = False,
) -> None:
    """What became of the cases that opened in a period: how many were reached, when, and by what;
    how they ended; what the desk did; what still waits.

    Nothing personal is in it unless --personal is given. A file is written anew, and only once
    all is read.
    """
    # Imported here: no other command needs it.
    from cli.simulation.report import in_words
    from reports.page import Period, page_of

    now = datetime.now(UTC)
    period = Period(since or now - timedelta(days=30), until or now, now)
    if period.since >= period.until:
        raise BadInput("--since: must be before --until")
    _check_files(csv_file, jsonl_file, html_file, personal=personal)
    wanted = Wanted(period.since, period.until, store, archived)
    simulated = in_words(simulation) if simulation else None
    found = Report()
    with ExitStack() as files:
        # All are opened first, so that nobody waits for what cannot be written.
        writers: list[Callable[[Row], None]] = []
        if csv_file:
            file = files.enter_context(written(csv_file, "--csv"))
            writers.append(_csv_writer(file, personal=personal))
        if jsonl_file:
            file = files.enter_context(written(jsonl_file, "--jsonl"))
            writers.append(partial(_write_line, file))
        html = files.enter_context(written(html_file, "--html")) if html_file else None

        def take(view: CaseView) -> None:
            row = row_of(view, now)
            found.add(row)
            for write in writers:
                write(_cells(row, view, personal=personal))

        try:
            if html:
                require_charts()
            missing = run(lambda workflows: read_cases(workflows, wanted, take))
            if html:
                html.write(page_of(found, period, simulated, missing=missing))
        except NoArchive as problem:
            raise BadInput(f"--archive: {problem}") from None
        except NoCharts as problem:
            raise BadInput(f"--html: {problem}") from None
    _print(found, by)
    if missing:
        raise DidNotHappen(f"incomplete: cases missing: {missing}")


def _check_files(
    csv_file: Path | None, jsonl_file: Path | None, html_file: Path | None, *, personal: bool
) -> None:
    named = [file for file in (csv_file, jsonl_file, html_file) if file]
    if len(set(named)) < len(named):
        raise BadInput("--csv, --jsonl, --html: two of them name the same file")
    if personal and csv_file is None and jsonl_file is None:
        raise BadInput("--personal: is only for --csv and --jsonl")


def _cells(row: ReportRow, view: CaseView, *, personal: bool) -> Row:
    cells = row.model_dump(mode="json", exclude=_NOT_IN_ROWS)
    if personal:
        cells |= view.account.model_dump(mode="json", include=set(PERSONAL))
    return cells


def _csv_writer(file: TextIO, *, personal: bool) -> Callable[[Row], None]:
    columns = [name for name in ReportRow.model_fields if name not in _NOT_IN_ROWS]
    rows = csv.writer(file)
    rows.writerow([*columns, *(PERSONAL if personal else ())])
    return lambda row: rows.writerow(map(_cell, row.values()))


def _cell(value: JsonValue) -> str | int | float | None:
    if isinstance(value, list):
        return defused(" ".join(map(str, value)))
    assert not isinstance(value, dict)
    return defused(value)


def _write_line(file: TextIO, row: Row) -> None:
    print(as_json_for(file, json.dumps(row, ensure_ascii=False)), file=file)


def _print(found: Report, by: Grouping) -> None:
    from reports.page import figures

    rows = [*(figures(name, of) for name, of in found.of(by)), figures("all", found.all)]
    table = table_of(by, *(name for name in rows[0] if name))
    for row in rows:
        table.add_row(*row.values())
    console().print(table)
    if found.not_covered:
        say(f"Not covered, and in no figure: {found.not_covered}.")
