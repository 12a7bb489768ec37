"""`archive`: keep closed cases beyond Temporal's retention."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from temporalio.client import WorkflowExecution

from cli.failure_words import in_words
from cli.session import run
from cli.terminal.output import progress, say, warn
from cli.terminal.parameters import past_moment
from cli.terminal.problems import BadInput, DidNotHappen
from reports.archive import Archive, ArchivedCase, NoArchive
from temporal_client.closed_cases import closed_before, closed_on, ended_with
from temporal_client.failures import TemporalFailure
from temporal_client.in_parallel import each, or_failure
from temporal_client.search import count, listed
from temporal_client.search_attributes import ISSUE_CODES, REASON, STATUS, STORE
from temporal_client.workflows import Workflows


def archive(
    *,
    to: Annotated[Path, typer.Option(metavar="DIR", file_okay=False, help="The archive.")],
    since: Annotated[
        datetime | None,
        typer.Option(
            parser=past_moment,
            metavar="WHEN",
            help="Only what closed since that day: a moment, or how long ago, such as 3d.",
        ),
    ] = None,
) -> None:
    """Keep what closed cases ended with, for longer than Temporal does.

    A day of cases is a Parquet file. What is there already is left alone, so it may be stopped
    and repeated. What Temporal has encrypted stays encrypted: keep the keys.
    """
    try:
        kept = Archive(to)
        before, new, missing = run(lambda workflows: _archive(workflows, kept, since))
    except NoArchive as problem:
        raise BadInput(f"--to: {problem}") from None
    say(f"Archived: {new}; there already: {before}.")
    if missing:
        raise DidNotHappen(f"incomplete: cases missing: {missing}; repeat it")


async def _archive(
    workflows: Workflows, kept: Archive, since: datetime | None
) -> tuple[int, int, int]:
    """Return how many cases were there already, are new, and could not be read."""
    first = since.astimezone(UTC).date() if since else await _first_day(workflows)
    today = datetime.now(UTC).date()
    before = new = missing = 0
    with progress() as bar:
        days = [first + timedelta(days=n) for n in range((today - first).days + 1)] if first else []
        for day in bar.track(days, description="days"):
            there, added, failed = await _day(workflows, kept, day)
            before, new, missing = before + there, new + added, missing + failed
    return before, new, missing


async def _first_day(workflows: Workflows) -> date | None:
    """Return a day before which no case closed that Temporal knows; None if it knows none."""
    day = datetime.now(UTC).date()
    if not await count(workflows.client, closed_before(day + timedelta(days=1))):
        return None
    step = timedelta(days=1)
    while await count(workflows.client, closed_before(day)):
        day -= step
        step *= 2
    return day


async def _day(workflows: Workflows, kept: Archive, day: date) -> tuple[int, int, int]:
    """Add to a day what is not there. Return how many were there, are new, could not be read."""
    there = kept.runs(day)
    cases: list[ArchivedCase] = []

    async def closed() -> AsyncIterator[WorkflowExecution]:
        async for found in listed(workflows.client, closed_on(day)):
            if found.run_id not in there:
                yield found

    async def read(found: WorkflowExecution) -> ArchivedCase:
        return await _read(workflows, found)

    missing = 0
    async for found, case in each(closed(), or_failure(read)):
        if isinstance(case, TemporalFailure):
            missing += 1
            warn(f"{found.id} is missing: {in_words(case)}")
        else:
            cases.append(case)
    if cases:
        kept.write(day, [*kept.of(day), *cases])
    return len(there), len(cases), missing


async def _read(workflows: Workflows, found: WorkflowExecution) -> ArchivedCase:
    result = await ended_with(workflows.client, found.id, found.run_id)
    shown = found.typed_search_attributes
    assert found.close_time is not None
    return ArchivedCase(
        workflow_id=found.id,
        run_id=found.run_id,
        store=shown.get(STORE),
        status=shown.get(STATUS),
        reason=shown.get(REASON),
        issue_codes=list(shown.get(ISSUE_CODES) or ()),
        started_at=found.start_time,
        closed_at=found.close_time,
        result=result.SerializeToString() if result else None,
    )
