"""A plan is shown to the reviewer who answers it, so that nothing unread is answered."""

import sys

from rich.console import Console

from cli.cases import look, run
from cli.page import plan_text
from cli.parameters import CaseName
from cli.problems import BadInput, DidNotHappen
from cli.words import meaning_of, status_of
from domain.case.status import Status


def version_read(case: CaseName) -> int:
    """The newest version of the plan, shown at a terminal.

    Raises:
        BadInput: there is no terminal.
        DidNotHappen: no plan is under review, or the reviewer says that it is not this one.
    """
    if not sys.stdin.isatty():
        raise BadInput("--version: required where nobody can be shown the plan: the one you read")
    view = run(lambda client: look(client, case)).view
    if view.status is not Status.PLAN_REVIEW:  # one that comes just now has not been read
        stands = f"{status_of(view)}: {meaning_of(view)}"
        raise DidNotHappen(f"refused: no plan is under review; {case} is {stands}")
    plans = view.plans
    # Not to standard output, which is for the answer alone, and where typer's own prompt writes.
    terminal = Console(stderr=True, markup=False, highlight=False, emoji=False)
    terminal.print(plan_text(plans[-1], view.status))
    terminal.print("Is this the plan that you answer? [y/N]: ", end="")
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise DidNotHappen("nothing was sent")
    return plans[-1].version
