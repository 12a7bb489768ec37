"""`show`: a case in full."""

from dataclasses import replace
from typing import Annotated

import typer

from cli.case.case_details import case_details
from cli.case.words import print_case
from cli.session import run
from cli.terminal.output import console
from cli.terminal.parameters import Case, Json


def show(
    case: Case,
    run_id: Annotated[
        str | None, typer.Option("--run", metavar="RUN_ID", help="An earlier case's run.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the account's newest case in full, or an earlier one."""
    name = replace(case, run_id=run_id) if run_id else case
    snapshot = run(lambda workflows: workflows.snapshot(name))
    if as_json:
        print_case(snapshot.view, as_json=True)
    else:
        console().print(case_details(snapshot))
