"""`assign`: who works the case."""

from typing import Annotated

import typer

from cli.case.words import print_case
from cli.session import execute_update
from cli.terminal.parameters import By, Case, Json
from cli.terminal.problems import checked
from domain.case.events import Assign


def assign(
    case: Case,
    *,
    to: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who works it; without it, nobody does.")
    ] = None,
    held_by: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Who has it, as show says: refused if somebody else took it meanwhile.",
        ),
    ] = None,
    note: Annotated[str | None, typer.Option(help="For whoever works it from now on.")] = None,
    by: By,
    as_json: Json = False,
) -> None:
    """Take the case, hand it over, or release it.

    It is theirs until they have done nothing in it for 4 hours (policy assignment_expires).
    """
    event = checked(Assign, {"by": by, "to": to, "held_by": held_by, "note": note})
    print_case(execute_update(case, "assign", event), as_json=as_json)
