"""What a list shows of a case without asking the case: its memo (docs/api.md)."""

from collections.abc import Iterable
from datetime import datetime

from domain.case.case import Case
from domain.shared.account import Account, Issue
from domain.shared.text import Frozen

_ISSUES = 3
"""How many issues a row names. A memo is to stay below 2 KB."""
_SUMMARY = 60
"""Characters of a summary."""


class RowIssue(Frozen):
    """An issue, in short."""

    id: str
    code: str
    summary: str


class CaseRow(Frozen):
    """What a list shows of a case besides its search attributes.

    Whoever starts a case may write it too, which saves the case an event.
    """

    name: str
    language: str
    time_zone: str
    issues: tuple[RowIssue, ...]
    """The first ones."""
    more_issues: int = 0
    """How many there are besides."""
    assignee: str | None = None
    assigned_until: datetime | None = None


def row_at_start(account: Account, issues: Iterable[Issue]) -> CaseRow:
    """Return the row of a case that is about to start."""
    every = tuple(issues)
    return CaseRow(
        name=account.name,
        language=account.language,
        time_zone=account.time_zone,
        issues=tuple(
            RowIssue(id=i.id, code=i.code, summary=_short(i.summary)) for i in every[:_ISSUES]
        ),
        more_issues=len(every[_ISSUES:]),
    )


def row_of(case: Case) -> CaseRow:
    """Return the row of a case as it is now."""
    held = case.desk.assignment
    return row_at_start(case.account, case.issues).model_copy(
        update={"assignee": held.to if held else None, "assigned_until": case.assigned_until}
    )


def _short(text: str) -> str:
    return text if len(text) <= _SUMMARY else f"{text[: _SUMMARY - 1]}…"
