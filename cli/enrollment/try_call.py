"""`enrollment try-call`: have the emergency number called, to try it."""

from cli.enrollment.words import print_enrollment
from cli.session import execute_update
from cli.terminal.parameters import By, Json, Seller
from cli.terminal.problems import checked
from domain.enrollment.events import TryCall


def try_call(seller: Seller, by: By, as_json: Json = False) -> None:
    """The number is called at once, whatever the hour, and told that it works.

    It is no contact. While a case is open, no such call is made.
    """
    print_enrollment(
        execute_update(seller, "try_call", checked(TryCall, {"by": by})), as_json=as_json
    )
