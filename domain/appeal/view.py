"""The view of an appeal that clients see (docs/rules.md, section 9; docs/api.md)."""

from datetime import datetime

from domain.appeal.appeal import Appeal, OutageReport, Submission
from domain.appeal.deactivation import Deactivation, Unreached
from domain.appeal.status import AppealReason, AppealStatus
from domain.appeal.timeline import AppealEntry
from domain.case.evidence_file import EvidenceFile
from domain.shared.account import SellerAccount
from domain.shared.text import Frozen


class AppealView(Frozen):
    """The appeal as clients see it. A field without a value is null; no field is missing."""

    id: str
    status: AppealStatus
    reason: AppealReason | None
    since: datetime
    """When it came into its status."""
    account: SellerAccount
    deactivation: Deactivation | None
    submissions: tuple[Submission, ...]
    unreached: tuple[Unreached, ...]
    """Why it may have been us who could not reach the seller."""
    outages: tuple[OutageReport, ...]
    desk_by: datetime | None
    """By when the desk is to answer; null unless it waits for the desk."""
    seller_by: datetime | None
    """By when the seller is to answer the question."""
    may_come_again: bool
    """Whether a second appeal is taken, until `until`."""
    needs_new_evidence: bool
    """Whether a second appeal needs evidence that the first one did not have."""
    until: datetime | None
    closed_at: datetime | None
    timeline: tuple[AppealEntry, ...]
    events: int
    """How many events there ever were. The timeline has the newest."""


def view_of(appeal: Appeal) -> AppealView:
    """Return the view of an appeal as it is now."""
    return AppealView(
        id=appeal.id,
        status=appeal.status,
        reason=appeal.reason,
        since=appeal.since,
        account=appeal.account,
        deactivation=appeal.deactivation,
        submissions=appeal.submissions,
        unreached=appeal.unreached,
        outages=appeal.outages,
        desk_by=appeal.desk_by,
        seller_by=appeal.seller_by,
        may_come_again=appeal.may_come_again,
        needs_new_evidence=appeal.needs_new_evidence,
        until=appeal.until,
        closed_at=appeal.closed_at,
        timeline=appeal.timeline.entries,
        events=appeal.timeline.count,
    )


def files_of(view: AppealView) -> dict[str, EvidenceFile]:
    """Return the files that an appeal names, by their hash. The newest name of each counts."""
    files = (
        file
        for submission in view.submissions
        for named in (
            submission.said.files,
            *(added.said.files for added in submission.information),
        )
        for file in named
    )
    return {file.sha256: file for file in files}
