"""`note`: something that whoever works the case should know."""

from cli.case.words import print_case
from cli.session import execute_update
from cli.terminal.parameters import By, Case, Json, Note
from cli.terminal.problems import checked
from domain.case import events


def note(case: Case, *, note: Note, by: By, as_json: Json = False) -> None:
    """Write a note into the case. It is no contact, and stops no clock."""
    event = checked(events.Note, {"by": by, "note": note})
    print_case(execute_update(case, "note", event), as_json=as_json)
