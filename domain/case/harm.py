"""Harmful conduct, which a case deactivates and expels for (docs/rules.md, section 6)."""

from domain.shared.account import Issue
from domain.shared.events import HarmCategory
from domain.shared.text import Frozen


class Harm(Frozen):
    """What somebody is expelled for."""

    reporter: str
    category: HarmCategory
    evidence: str

    @classmethod
    def in_issue(cls, issue: Issue, reporter: str) -> "Harm":
        """An issue marked harmful is a report of harm, and its own evidence."""
        return cls(reporter=reporter, category=HarmCategory.HARM, evidence=issue.id)
