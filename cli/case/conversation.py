"""`conversation`: a specialist spoke with the seller."""

from typing import Annotated

import typer

from cli.case.words import print_case
from cli.session import execute_update
from cli.terminal.parameters import By, Case, Json, Note, Seen
from cli.terminal.problems import checked
from domain.case.events import ConversationOutcome, RecordConversation


def conversation(
    case: Case,
    outcome: Annotated[ConversationOutcome, typer.Argument(help="How it ended.")],
    *,
    note: Note,
    by: By,
    seen: Seen = None,
    as_json: Json = False,
) -> None:
    """A specialist spoke with the seller."""
    event = {"by": by, "outcome": outcome, "note": note, "seen": seen}
    print_case(
        execute_update(case, "record_conversation", checked(RecordConversation, event)),
        as_json=as_json,
    )
