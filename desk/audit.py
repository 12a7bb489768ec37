"""The audit log: who read which case and did what, with the logger `desk`.

The team's names may be in this log, since it exists to say who did what. Nothing of a seller is in
it but the case's id, and nothing that anybody wrote.
"""

from enum import StrEnum

import structlog
from starlette.requests import Request

from desk.roles import Action, Person

log = structlog.get_logger("desk")


class Outcome(StrEnum):
    """What came of a request."""

    DONE = "done"
    ASKED = "asked"
    """Nothing is done yet: the page asks for more, or whether they are sure."""
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    """Nobody knows: Temporal did not answer, or something of ours failed. It may have been done."""


def outcome_of(request: Request, status: int) -> Outcome:
    """Return what came of a request that was answered with `status` (HTTP).

    A handler whose page could mean either sets `request.state.outcome`. A status of 400 or more
    says it by itself.
    """
    if status >= 500:
        return Outcome.UNANSWERED
    if status >= 400:
        return Outcome.REFUSED
    said: Outcome = getattr(request.state, "outcome", Outcome.DONE)
    return said


def audit(
    person: Person, action: Action, case_id: str | None, status: int, outcome: Outcome
) -> None:
    """Log that somebody read a case or did something.

    Args:
        person: who.
        action: what.
        case_id: the case's own id; None if it is about none.
        status: what the desk answered (HTTP), such as 403 if they may not.
        outcome: what came of it. A page with status 200 may also say that nothing was done.
    """
    log.info(
        "audit",
        who=person.name,
        subject=person.subject,
        role=person.role,
        action=action,
        case=case_id,
        status=status,
        outcome=outcome,
    )
