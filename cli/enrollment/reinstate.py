"""`enrollment reinstate`: the account is active again."""

from cli.enrollment.words import print_enrollment
from cli.session import execute_update
from cli.terminal.parameters import By, Json, Note, Seller
from cli.terminal.problems import checked
from domain.enrollment.events import Reinstate


def reinstate(seller: Seller, note: Note, by: By, as_json: Json = False) -> None:
    """The account is active again in the marketplace; the requirements decide again."""
    print_enrollment(
        execute_update(seller, "reinstate", checked(Reinstate, {"by": by, "note": note})),
        as_json=as_json,
    )
