"""`appeal decide` and `appeal outage`: what the marketplace does with an appeal."""

from typing import Annotated

import typer

from cli.appeal.words import print_appeal
from cli.session import execute_update
from cli.terminal.parameters import AppealOf, By, Json, Note, Seen
from cli.terminal.problems import checked
from domain.appeal.events import DecideAppeal, ReportOutage, Verdict


def decide(
    seller: AppealOf,
    verdict: Annotated[Verdict, typer.Argument(help="What you make of the appeal.")],
    *,
    note: Annotated[str, typer.Option(help="The reason, or the question. The seller reads it.")],
    by: By,
    seen: Seen = None,
    as_json: Json = False,
) -> None:
    """Answer an appeal, or ask once for more information.

    Refused for whoever had a part in the case, or answered the first appeal.
    """
    values = {"by": by, "verdict": verdict, "note": note, "seen": seen}
    event = checked(DecideAppeal, values)
    print_appeal(execute_update(seller, "decide_appeal", event), as_json=as_json)


def outage(seller: AppealOf, note: Note, by: By, as_json: Json = False) -> None:
    """An outage of ours has come to light, by which the seller may not have been reached."""
    event = checked(ReportOutage, {"by": by, "note": note})
    print_appeal(execute_update(seller, "report_outage", event), as_json=as_json)
