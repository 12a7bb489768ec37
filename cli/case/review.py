"""`review`: a reviewer answers the plan that was shown to them."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from cli.case.case_details import plan_text
from cli.case.words import meaning_of, print_case, status_of
from cli.session import execute_update, run
from cli.terminal.parameters import By, Case, Json, Seen
from cli.terminal.problems import BadInput, DidNotHappen, checked
from domain.case.events import Review, ReviewPlan
from domain.case.status import Status
from temporal_client.names import CaseName


def review(
    case: Case,
    decision: Annotated[Review, typer.Argument(help="What you make of the plan.")],
    *,
    by: By,
    note: Annotated[
        str | None, typer.Option(help="For the seller: what is missing, or why not.")
    ] = None,
    version: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Of the plan that you read; without it, the newest is shown and you are asked.",
        ),
    ] = None,
    seen: Seen = None,
    as_json: Json = False,
) -> None:
    """Answer a plan. Anything but accept needs a note. Refused if the seller sent a newer one."""
    given = {"by": by, "decision": decision, "note": note, "version": version, "seen": seen}
    event = checked(ReviewPlan, given)
    if version is None:
        event = event.model_copy(update={"version": _version_read(case)})
    print_case(execute_update(case, "review_plan", event), as_json=as_json)


def _version_read(case: CaseName) -> int:
    """Show the newest version of the plan at a terminal, and return its number.

    Raises:
        BadInput: there is no terminal.
        DidNotHappen: no plan is under review, or the reviewer says that it is not this one.
    """
    if not sys.stdin.isatty():
        raise BadInput("--version: required where nobody can be shown the plan: the one you read")
    view = run(lambda workflows: workflows.view(case))
    if view.status is not Status.PLAN_REVIEW:  # nobody has read a plan that comes just now
        stands = f"{status_of(view)}: {meaning_of(view)}"
        raise DidNotHappen(f"refused: no plan is under review; {case} is {stands}")
    plans = view.plans
    # Not to standard output, which is for the answer alone. (typer's prompt writes there.)
    terminal = Console(stderr=True, markup=False, highlight=False, emoji=False)
    terminal.print(plan_text(plans[-1], view.status))
    terminal.print("Is this the plan that you answer? [y/N]: ", end="")
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise DidNotHappen("nothing was sent")
    return plans[-1].version
