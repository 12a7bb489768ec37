"""`enrollment readmit`: take back an expulsion."""

from cli.enrollment.words import print_enrollment
from cli.session import execute_update
from cli.terminal.parameters import By, Json, Note, Seller
from cli.terminal.problems import checked
from domain.enrollment.events import Readmit


def readmit(seller: Seller, note: Note, by: By, as_json: Json = False) -> None:
    """Take an expulsion back; the requirements decide again."""
    print_enrollment(
        execute_update(seller, "readmit", checked(Readmit, {"by": by, "note": note})),
        as_json=as_json,
    )
