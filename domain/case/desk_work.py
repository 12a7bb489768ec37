"""What the people at the desk have under way in a case (docs/rules.md, section 5)."""

from datetime import datetime

from domain.case.policy import Policy
from domain.case.timeline import Timeline
from domain.shared.people import is_same_person
from domain.shared.state import State
from domain.shared.text import Frozen


class Assignment(Frozen):
    """Somebody took the case, or was given it."""

    to: str
    at: datetime


class Proposal(Frozen):
    """A decision to deactivate the account, which waits for another person to confirm it."""

    by: str
    at: datetime
    note: str


class DeskWork(State):
    """Who works the case, who spoke with the seller, and what is proposed."""

    assignment: Assignment | None = None
    """Who took it last, and has not released it."""
    spoke: str | None = None
    """Who held the conversation that the newest *more information* required."""
    proposal: Proposal | None = None

    def assigned_until(self, timeline: Timeline, rules: Policy) -> datetime | None:
        """Return until when the case is theirs who took it; None if nobody did.

        It is theirs for some hours after they took it, or last did something in it.
        """
        if self.assignment is None:
            return None
        holder = self.assignment.to
        acts = (entry.at for entry in timeline.entries if is_same_person(holder, entry.by))
        return max([self.assignment.at, *acts]) + rules.assignment_expires

    def held(self, timeline: Timeline, rules: Policy, now: datetime) -> Assignment | None:
        """Return who has the case now. One that was left alone for too long is free."""
        until = self.assigned_until(timeline, rules)
        return self.assignment if until is not None and now < until else None
