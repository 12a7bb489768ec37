"""`contact`: the seller turned up."""

from typing import Annotated

import typer

from cli.case.words import print_case
from cli.session import execute_update
from cli.terminal.parameters import By, Case, Json, Note
from cli.terminal.problems import checked
from domain.case.events import ContactChannel, ReportContact


def contact(
    case: Case,
    channel: Annotated[ContactChannel, typer.Argument(help="How the seller turned up.")],
    note: Note,
    by: By,
    as_json: Json = False,
) -> None:
    """The seller called, replied or wrote: the clock stops."""
    event = {"by": by, "channel": channel, "note": note}
    print_case(
        execute_update(case, "report_contact", checked(ReportContact, event)), as_json=as_json
    )
