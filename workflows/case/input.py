"""The input that starts a case (docs/api.md)."""

from typing import Annotated, Self

from pydantic import Field, JsonValue, model_validator

from domain.case.case import Case
from domain.case.marketplace_updates import MAXIMUM_ISSUES
from domain.shared.account import Account, Issue
from domain.shared.text import Frozen, Line


class CaseInput(Frozen):
    """The only argument of `IssueCase`."""

    account: Account
    issues: Annotated[tuple[Issue, ...], Field(min_length=1, max_length=MAXIMUM_ISSUES)]
    policy: dict[str, JsonValue] | None = None
    """Values of the policy that differ from the defaults, by name."""
    by: Line | None = None
    """Who opens the case."""
    carried: dict[str, JsonValue] | None = None
    """The state of a case that continues as new. For the engine's own use."""

    @classmethod
    def of_next_run(cls, case: Case) -> Self:
        """Return the input with which a case continues as new."""
        # What is carried has all issues. A harmful one may be one too many for a start.
        issues = case.issues[:MAXIMUM_ISSUES]
        return cls(account=case.account, issues=issues, carried=case.model_dump(mode="json"))

    @model_validator(mode="after")
    def _issues_differ(self) -> Self:
        ids = [issue.id for issue in self.issues]
        if len(set(ids)) < len(ids):
            raise ValueError("issues: each issue must have an id of its own")
        return self
