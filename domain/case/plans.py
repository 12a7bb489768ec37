"""The seller's plans, and what reviewers made of them (docs/rules.md, section 5)."""

from datetime import datetime

from domain.case.events import Review, ReviewPlan, SubmitPlan
from domain.shared.errors import Refusal, Refused
from domain.shared.state import State
from domain.shared.text import Frozen


class Plan(Frozen):
    """A version of the seller's plan, and what a reviewer made of it."""

    version: int
    at: datetime
    plan: SubmitPlan
    decision: Review | None = None
    note: str | None = None
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None


class Plans(State):
    """Every version of the plan. Only the newest is ever reviewed."""

    versions: tuple[Plan, ...] = ()
    rejections: int = 0
    """How many were rejected since a lead last resumed the case."""

    @property
    def newest(self) -> Plan | None:
        """The version that counts."""
        return self.versions[-1] if self.versions else None

    @property
    def unanswered(self) -> Plan | None:
        """The newest version, if no reviewer has answered it."""
        newest = self.newest
        return newest if newest is not None and newest.decision is None else None

    def add(self, plan: SubmitPlan, now: datetime) -> Plan:
        """Take in a version, which from here on is the newest."""
        version = Plan(version=len(self.versions) + 1, at=now, plan=plan)
        self.versions += (version,)
        return version

    def review(self, review: ReviewPlan, now: datetime) -> Plan:
        """Record a reviewer's answer to the newest version."""
        answer = {
            "decision": review.decision,
            "note": review.note,
            "reviewed_by": review.by,
            "reviewed_at": now,
        }
        reviewed = self.versions[-1].model_copy(update=answer)
        self.versions = (*self.versions[:-1], reviewed)
        return reviewed

    def count_rejection(self) -> int:
        """Count that a version was rejected. Return how many were."""
        self.rejections += 1
        return self.rejections

    def forget_rejections(self) -> None:
        """Count rejections from 0 again."""
        self.rejections = 0

    def refuse_unless_newest(self, version: int | None) -> None:
        """Refuse an answer to a version that is not the newest; None is whichever is.

        Raises:
            Refused: a newer one came meanwhile, or there is no such version.
        """
        newest = self.versions[-1].version
        if version is not None and version < newest:
            raise Refused(
                f"version: {version} is not the newest; the seller has sent version {newest}, "
                "which is to be read first",
                Refusal.NEWER_VERSION,
                version=version,
                newest=newest,
            )
        if version is not None and version > newest:
            raise Refused(
                f"version: there is no version {version}; the newest is {newest}",
                Refusal.NO_SUCH_VERSION,
                version=version,
                newest=newest,
            )
