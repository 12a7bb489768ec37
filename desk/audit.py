"""The audit log: who read which case and did what, with the logger `desk`.

The team's names may be in this log, since it exists to say who did what. Nothing of a seller is in
it but the case's id, and nothing that anybody wrote.
"""

import structlog

from desk.roles import Action, Person

log = structlog.get_logger("desk")


def audit(person: Person, action: Action, case_id: str | None, status: int) -> None:
    """Log that somebody read a case or did something.

    Args:
        person: who.
        action: what.
        case_id: the case's own id; None if it is about none.
        status: what the desk answered (HTTP), such as 403 if they may not.
    """
    log.info(
        "audit",
        who=person.name,
        subject=person.subject,
        role=person.role,
        action=action,
        case=case_id,
        status=status,
    )
