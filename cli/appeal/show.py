"""`appeal show` and `appeal advance`: where an appeal stands."""

from cli.appeal.words import appeal_details, print_appeal
from cli.clock import play_forward
from cli.session import run
from cli.terminal.output import console
from cli.terminal.parameters import AppealOf, Json, Span


def show(seller: AppealOf, as_json: Json = False) -> None:
    """Show the account's newest appeal in full."""
    view = run(lambda workflows: workflows.snapshot(seller)).view
    if as_json:
        print_appeal(view, as_json=True)
    else:
        console().print(appeal_details(view))


def advance(seller: AppealOf, time: Span, as_json: Json = False) -> None:
    """Play the appeal's own clock forward, on a development server."""
    print_appeal(play_forward(seller, time, say_time=not as_json), as_json=as_json)
