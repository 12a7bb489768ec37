"""`change`: the seller's number or address in an open case."""

from typing import Annotated

import typer

from cli.case.words import print_case
from cli.session import execute_update
from cli.terminal.parameters import By, Case, Json, extension_dialled
from cli.terminal.problems import checked
from domain.case.events import ChangeContact


def change(
    case: Case,
    *,
    by: By,
    phone: Annotated[
        str | None, typer.Option(help="The new emergency number, such as +12065550101.")
    ] = None,
    extension: Annotated[
        str | None,
        typer.Option(help="Dialled after --phone has answered, such as ww12. A comma waits 2 s."),
    ] = None,
    no_extension: Annotated[
        bool, typer.Option("--no-extension", help="The number of --phone has no extension.")
    ] = False,
    email: Annotated[str | None, typer.Option(help="The new address.")] = None,
    as_json: Json = False,
) -> None:
    """The seller has a new number, a new address, or both."""
    dialled = extension_dialled(extension)
    number = {"emergency_phone": phone, "extension": dialled, "no_extension": no_extension}
    event = {"by": by, "email": email, **number}
    print_case(
        execute_update(case, "change_contact", checked(ChangeContact, event)), as_json=as_json
    )
