"""`enrollment expel`: remove a seller from the programme."""

from typing import Annotated

import typer

from cli.enrollment.words import print_enrollment
from cli.session import execute_update_with_start
from cli.terminal.parameters import By, Json, Seller
from cli.terminal.problems import checked
from domain.enrollment.events import Expel
from domain.shared.events import HarmCategory
from workflows.shared.search_attributes import enrollment_at_start


def expel(
    seller: Seller,
    category: Annotated[HarmCategory, typer.Argument(help="What kind of harm.")],
    *,
    evidence: Annotated[str, typer.Option(help="A reference to the evidence.")],
    by: By,
    case_id: Annotated[
        str | None,
        typer.Option(help="The case it was found in: expelled once for each."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Harmful conduct: out of the programme until a person readmits. Again changes nothing.

    A seller not known before can be expelled, too.
    """
    values = {"by": by, "category": category, "evidence": evidence, "case_id": case_id}
    event = checked(Expel, values)
    attributes = enrollment_at_start(seller.account)
    view = execute_update_with_start(seller, "expel", event, attributes)
    print_enrollment(view, as_json=as_json)
