"""`enrollment advance`: play an enrollment's own clock forward."""

from cli.clock import play_forward
from cli.enrollment.words import print_enrollment
from cli.terminal.parameters import Json, Seller, Span


def advance(seller: Seller, time: Span, as_json: Json = False) -> None:
    """Play the enrollment's own clock forward, on a development server."""
    print_enrollment(play_forward(seller, time, say_time=not as_json), as_json=as_json)
