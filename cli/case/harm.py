"""`harm`: harmful conduct is reported."""

from typing import Annotated

import typer

from cli.case.words import print_case
from cli.session import execute_update
from cli.terminal.parameters import By, Case, Json
from cli.terminal.problems import checked
from domain.case.events import ReportHarm
from domain.shared.events import HarmCategory


def harm(
    case: Case,
    category: Annotated[HarmCategory, typer.Argument(help="What kind of harm.")],
    evidence: Annotated[str, typer.Option(help="A reference to the evidence.")],
    by: By,
    as_json: Json = False,
) -> None:
    """Harmful conduct: the account is deactivated and expelled at once."""
    event = {"by": by, "category": category, "evidence": evidence}
    print_case(execute_update(case, "report_harm", checked(ReportHarm, event)), as_json=as_json)
