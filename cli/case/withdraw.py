"""`withdraw`: the case, or an issue of it, was raised in error."""

from typing import Annotated

import typer

from cli.case.words import print_case
from cli.session import execute_update
from cli.terminal.parameters import By, Case, Json, Note, Seen
from cli.terminal.problems import checked
from domain.case.events import Withdraw


def withdraw(
    case: Case,
    *,
    note: Note,
    by: By,
    issue: Annotated[
        str | None, typer.Option(metavar="ID", help="Strike only this issue of several.")
    ] = None,
    seen: Seen = None,
    as_json: Json = False,
) -> None:
    """The case, or one issue of it, was raised in error."""
    event = {"by": by, "note": note, "issue": issue, "seen": seen}
    print_case(execute_update(case, "withdraw", checked(Withdraw, event)), as_json=as_json)
