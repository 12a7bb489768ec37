"""A plan is shown to the reviewer who answers it, so that nothing unread is answered."""

import sys

from rich.console import Console

from cli.cases import look, run
from cli.page import plan_text
from cli.parameters import CaseName
from cli.problems import BadInput, DidNotHappen


def version_read(case: CaseName) -> int | None:
    """The newest version of the plan, shown at a terminal; None if there is no plan.

    Raises:
        BadInput: there is no terminal.
        DidNotHappen: the reviewer says that it is not this one.
    """
    if not sys.stdin.isatty():
        raise BadInput("--version: required where nobody can be shown the plan: the one you read")
    view = run(lambda client: look(client, case)).view
    plans = view.plans
    if not plans:
        return None
    # Not to standard output, which is for the answer alone, and where typer's own prompt writes.
    terminal = Console(stderr=True, markup=False, highlight=False, emoji=False)
    terminal.print(plan_text(plans[-1], view.status))
    terminal.print("Is this the plan that you answer? [y/N]: ", end="")
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise DidNotHappen("nothing was sent")
    return plans[-1].version
