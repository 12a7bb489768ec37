"""Who may do what at the desk: the one table, and the one place that holds to it.

The rule is docs/rules.md, section 8.
"""

from dataclasses import dataclass
from enum import StrEnum

from runtime.desk_settings import Role

__all__ = ["MAY", "Action", "MayNot", "Person", "Role", "require"]


class Action(StrEnum):
    """What somebody can do at the desk. Each route of the desk names one."""

    READ = "read"
    RECORD_CONTACT = "record_contact"
    RECORD_CONVERSATION = "record_conversation"
    NOTE = "note"
    CHANGE_CONTACT = "change_contact"
    ADD_ISSUE = "add_issue"
    TAKE = "take"
    """Take a case, hand over one's own, or release it."""
    REVIEW = "review"
    DECIDE_APPEAL = "decide_appeal"
    DECIDE = "decide"
    CONFIRM = "confirm"
    """Confirm or decline what another lead proposed."""
    WITHDRAW = "withdraw"
    REPORT_HARM = "report_harm"
    ASSIGN = "assign"
    """Assign a case to somebody, hand over another's, or release it."""


_OBSERVER = frozenset({Action.READ})
_SPECIALIST = _OBSERVER | {
    Action.RECORD_CONTACT,
    Action.RECORD_CONVERSATION,
    Action.NOTE,
    Action.CHANGE_CONTACT,
    Action.ADD_ISSUE,
    Action.TAKE,
}
_REVIEWER = _SPECIALIST | {Action.REVIEW, Action.DECIDE_APPEAL}
_LEAD = _REVIEWER | {
    Action.DECIDE,
    Action.CONFIRM,
    Action.WITHDRAW,
    Action.REPORT_HARM,
    Action.ASSIGN,
}

MAY = {
    Role.OBSERVER: _OBSERVER,
    Role.SPECIALIST: _SPECIALIST,
    Role.REVIEWER: _REVIEWER,
    Role.LEAD: _LEAD,
}
"""What each role may do."""


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in."""

    subject: str
    """The provider's own id of them. It never changes."""
    name: str
    """What the timeline names them by: `by` of every update."""
    role: Role

    def may(self, action: Action) -> bool:
        """Return whether they may do it."""
        return action in MAY[self.role]


class MayNot(Exception):
    """The person's role does not include the action."""

    def __init__(self, action: Action) -> None:
        super().__init__(action)
        self.action = action


def require(person: Person, action: Action) -> None:
    """Check that somebody may do something.

    Raises:
        MayNot: their role does not include it.
    """
    if not person.may(action):
        raise MayNot(action)
