"""`confirm`, `decline`: another person's answer to a deactivation that is proposed."""

from cli.case.words import print_case
from cli.session import execute_update
from cli.terminal.parameters import By, Case, Json, Note, Seen
from cli.terminal.problems import checked
from domain.case.events import Confirm
from temporal_client.names import CaseName


def confirm(case: Case, *, note: Note, by: By, seen: Seen = None, as_json: Json = False) -> None:
    """Confirm a deactivation that somebody else proposed. It cannot be taken back."""
    _answer(case, {"by": by, "confirm": True, "note": note, "seen": seen}, as_json=as_json)


def decline(case: Case, *, note: Note, by: By, seen: Seen = None, as_json: Json = False) -> None:
    """Decline a deactivation that is proposed. The case stays escalated."""
    _answer(case, {"by": by, "confirm": False, "note": note, "seen": seen}, as_json=as_json)


def _answer(case: CaseName, event: dict[str, object], *, as_json: bool) -> None:
    print_case(execute_update(case, "confirm", checked(Confirm, event)), as_json=as_json)
