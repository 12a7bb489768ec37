"""`enrollment show`: where a seller stands."""

from cli.enrollment.words import enrollment_details, print_enrollment
from cli.session import run
from cli.terminal.output import console
from cli.terminal.parameters import Json, Seller


def show(seller: Seller, as_json: Json = False) -> None:
    """Where a seller stands: each requirement, what is known, what happened."""
    found = run(lambda workflows: workflows.snapshot(seller))
    if as_json:
        print_enrollment(found.view, as_json=True)
    else:
        console().print(enrollment_details(str(seller), found))
