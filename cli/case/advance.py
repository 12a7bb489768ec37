"""`advance`: play a case's own clock forward."""

from cli.case.words import print_case
from cli.clock import play_forward
from cli.terminal.parameters import Case, Json, Span


def advance(case: Case, time: Span, as_json: Json = False) -> None:
    """Play the case's own clock forward, on a development server."""
    print_case(play_forward(case, time, say_time=not as_json), as_json=as_json)
