"""`world fit`: a world in which cases go as the closed ones did."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from cli.report.cases import Wanted, read_cases
from cli.session import run
from cli.simulation.simulate import world_of
from cli.terminal.output import warn
from cli.terminal.parameters import OfStore, past_moment
from cli.terminal.problems import BadInput, DidNotHappen
from cli.terminal.written_file import written
from domain.case.view import CaseView
from reports.archive import NoArchive


def fit(
    *,
    base: Annotated[
        typer.FileBinaryRead,
        typer.Option(metavar="FILE", help="The world whose values stay where too little is known."),
    ],
    since: Annotated[
        datetime | None,
        typer.Option(
            parser=past_moment,
            metavar="WHEN",
            help="Cases opened since then: a moment, or how long ago. Default: 365d.",
        ),
    ] = None,
    store: OfStore = None,
    archived: Annotated[
        Path | None,
        typer.Option(
            "--archive", metavar="DIR", exists=True, file_okay=False, help="What `archive` kept."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="Not to standard output."),
    ] = None,
) -> None:
    """Fit a world to the cases that have closed: how often sellers answer, by hour and so on.

    Counts stand beside the rates. Nothing personal is kept. What could not be fitted is said on
    standard error (docs/simulation.md).
    """
    from simulation.fit import Closed  # imported here: the other commands do not need it

    now = datetime.now(UTC)
    wanted = Wanted(since or now - timedelta(days=365), now, store, archived)
    world, closed = world_of(base), Closed()

    def take(view: CaseView) -> None:
        if view.closed_at is not None:
            closed.add(view)

    with written(output, "--output") as file:
        try:
            missing = run(lambda workflows: read_cases(workflows, wanted, take))
        except NoArchive as problem:
            raise BadInput(f"--archive: {problem}") from None
        if not closed.cases:
            raise DidNotHappen("no case has closed, so there is nothing to fit a world to")
        fitted = closed.fit(world)
        for note in fitted.notes:
            warn(f"note: {note}")
        print(fitted.world.model_dump_json(indent=2), file=file)
    if missing:
        raise DidNotHappen(f"incomplete: cases missing: {missing}")
