"""The report of an audit."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import computed_field

from domain.shared.text import Frozen


class FindingKind(StrEnum):
    """What is wrong. Each kind has a page in docs/runbook."""

    QUEUE_WITHOUT_WORKER = "queue_without_worker"
    STUCK_WORKFLOW = "stuck_workflow"
    DEADLINE_PASSED = "deadline_passed"
    LATE_ATTEMPTS = "late_attempts"
    PROVIDER_FAILING = "provider_failing"
    ESCALATION_UNDECIDED = "escalation_undecided"
    APPEAL_UNANSWERED = "appeal_unanswered"
    NO_ANSWER = "no_answer"
    EVENTS_GIVEN_UP = "events_given_up"
    INCOMING_MAIL = "incoming_mail"
    TIME_ZONES_OLD = "time_zones_old"

    @property
    def page(self) -> str:
        """The page that says what to do about it."""
        return f"docs/runbook/{self.value.replace('_', '-')}.md"


class Finding(Frozen):
    """Something that is wrong. It names no person, number or address."""

    kind: FindingKind
    where: str
    """A workflow by its id, a queue, the mailbox, or this machine."""
    what: str
    since: datetime | None = None
    """By the case's own clock, which may have been played forward. Null if unknown."""
    lasts: timedelta | None = None

    @computed_field  # type: ignore[prop-decorator]  # as pydantic documents it
    @property
    def page(self) -> str:
        """The page that says what to do about it."""
        return self.kind.page


def lasting(kind: FindingKind, where: str, what: str, since: datetime, now: datetime) -> Finding:
    """Return a finding that has lasted until now."""
    return Finding(kind=kind, where=where, what=what, since=since, lasts=now - since)


class Report(Frozen):
    """What was checked, and what is wrong."""

    cases: int
    """The open cases that were checked."""
    asked: int
    """The cases of these that were queried."""
    time_zones: str
    """The edition of this client's time zones, such as `2026f`."""
    findings: tuple[Finding, ...]
