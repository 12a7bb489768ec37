"""`decide`: what becomes of an escalated case."""

from typing import Annotated

import typer

from cli.case.words import print_case
from cli.session import execute_update
from cli.terminal.parameters import By, Case, Json, Note, Seen
from cli.terminal.problems import checked
from domain.case.events import Decide, Decision


def decide(
    case: Case,
    decision: Annotated[Decision, typer.Argument(help="What becomes of the case.")],
    *,
    note: Note,
    by: By,
    seen: Seen = None,
    as_json: Json = False,
) -> None:
    """Decide an escalated case.

    With the policy second_person, deactivate only proposes it; see confirm and decline.
    """
    event = {"by": by, "decision": decision, "note": note, "seen": seen}
    print_case(execute_update(case, "decide", checked(Decide, event)), as_json=as_json)
