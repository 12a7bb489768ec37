"""What an audit reports."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import computed_field

from domain.shared.text import Frozen


class FindingKind(StrEnum):
    """What is wrong; each has its page in docs/runbook."""

    QUEUE_WITHOUT_WORKER = "queue_without_worker"
    STUCK_WORKFLOW = "stuck_workflow"
    DEADLINE_PASSED = "deadline_passed"
    LATE_ATTEMPTS = "late_attempts"
    PROVIDER_FAILING = "provider_failing"
    ESCALATION_UNDECIDED = "escalation_undecided"
    NO_ANSWER = "no_answer"
    TIME_ZONES_OLD = "time_zones_old"

    @property
    def page(self) -> str:
        """What to do about it."""
        return f"docs/runbook/{self.value.replace('_', '-')}.md"


class Finding(Frozen):
    """Something that is wrong. It names no person, number or address."""

    kind: FindingKind
    where: str
    """A case or an enrollment by its workflow id, a queue, or this machine."""
    what: str
    since: datetime | None = None
    """By the own clock of the case, which may have been played forward; null where unknown."""
    lasts: timedelta | None = None

    @computed_field  # type: ignore[prop-decorator]  # as pydantic documents it
    @property
    def page(self) -> str:
        """What to do about it."""
        return self.kind.page


def lasting(kind: FindingKind, where: str, what: str, since: datetime, now: datetime) -> Finding:
    """A finding that lasts until now."""
    return Finding(kind=kind, where=where, what=what, since=since, lasts=now - since)


class Report(Frozen):
    """What was looked at, and what is wrong."""

    cases: int
    """Open ones, each of which the server was asked about."""
    asked: int
    """Those of them whose worker was asked, too."""
    time_zones: str
    """The edition of the database that this client tells the sellers' time by, as `2026f`."""
    findings: tuple[Finding, ...]
