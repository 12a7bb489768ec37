"""`issue`: a further issue joins an open case."""

from typing import Annotated

import typer

from cli.case.issue_option import ISSUE_FORM, issue_of
from cli.case.words import print_case
from cli.session import execute_update
from cli.terminal.parameters import By, Case, Json
from cli.terminal.problems import checked
from domain.case.events import AddIssue


def issue(
    case: Case,
    issue: Annotated[str, typer.Argument(metavar="ID:CODE:SUMMARY", help=f"{ISSUE_FORM}.")],
    by: By,
    harmful: Annotated[
        bool, typer.Option("--harmful", help="It is fraud, deception, illegal or harm.")
    ] = False,
    as_json: Json = False,
) -> None:
    """A further issue joins the open case. To open one if there is none, use open."""
    event = {"by": by, "issue": issue_of(issue, harmful=harmful)}
    print_case(execute_update(case, "add_issue", checked(AddIssue, event)), as_json=as_json)
