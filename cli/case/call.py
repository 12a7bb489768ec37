"""`call`: the seller asks to be called now."""

from cli.case.words import print_case
from cli.session import execute_update
from cli.terminal.parameters import By, Case, Json
from cli.terminal.problems import checked
from domain.case.events import RequestCall


def call(case: Case, by: By, as_json: Json = False) -> None:
    """The seller asks "contact me now": the number is called at once, whatever the hour."""
    print_case(
        execute_update(case, "request_call", checked(RequestCall, {"by": by})), as_json=as_json
    )
