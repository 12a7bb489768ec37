"""Describes an appeal for people who watch it in the Temporal Web UI."""

from collections.abc import Iterator
from datetime import datetime

from domain.appeal.appeal import Appeal, Submission
from domain.appeal.letters import AppealLetter
from domain.appeal.status import AppealStatus
from domain.appeal.timeline import detail_of
from domain.case.evidence_file import described
from domain.shared.codes import plain
from workflows.shared.markdown import event_line, safe, time

_HEADLINES = {
    AppealStatus.NOT_APPEALED: "Not appealed: it was only looked up what could be",
    AppealStatus.SUBMITTED: "Submitted: it waits for the desk",
    AppealStatus.MORE_INFORMATION: "More information: it waits for the seller",
    AppealStatus.REINSTATING: "Reinstating: it waits for the account service",
    AppealStatus.UPHOLDING: "Upholding: it is looked whether the account is deactivated",
    AppealStatus.REINSTATED: "Reinstated: the account is active again",
    AppealStatus.UPHELD: "Upheld: the deactivation stands",
    AppealStatus.LAPSED: "Lapsed: it ended without a decision",
}


def letter_summary(letter: AppealLetter) -> str:
    """Describe the activity of a letter: "E-mail 2 to the seller (upheld)"."""
    return f"E-mail {letter.number} to the seller ({plain(letter.about)})"


def wait_summary(appeal: Appeal, moment: datetime) -> str:
    """Describe a timer: "Next: the desk is reminded at 2026-11-24 09:00 UTC"."""
    what = {
        appeal.until: "nobody can appeal any more",
        appeal.desk_by: "the desk's time is over",
        appeal.desk_due: "the desk is reminded",
        appeal.seller_by: "the seller's time to answer is over",
        appeal.question and appeal.question.remind_at: "the seller is reminded",
    }.get(moment, "look again")
    return f"Next: {what} at {time(moment)}"


def details(appeal: Appeal) -> str:
    """Describe the whole appeal in markdown."""
    account, found = appeal.account, appeal.deactivation
    reason = f" ({plain(appeal.reason)})" if appeal.reason else ""
    name = f"{safe(account.name)} " if account.name else ""
    lines = [
        f"## {_HEADLINES[appeal.status]}{reason}",
        "",
        f"- **Seller**: {name}({account.store} {account.seller_id})",
    ]
    if found is not None:
        why = plain(found.reason) if found.reason else "the case's record is gone"
        lines += [f"- **Deactivated** on {time(found.at)} ({why}) by {found.case_id}"]
    if appeal.unreached:
        lines += [f"- **It may have been us**: {', '.join(plain(u) for u in appeal.unreached)}"]
    if appeal.desk_by is not None:
        lines += [f"- **The desk answers by** {time(appeal.desk_by)}"]
    if appeal.seller_by is not None:
        lines += [f"- **The seller answers by** {time(appeal.seller_by)}"]
    for number, submission in enumerate(appeal.submissions, 1):
        lines += ["", f"### Appeal {number}, {time(submission.at)}", "", *_said(submission)]
    timeline = (event_line(entry, detail_of(entry)) for entry in appeal.timeline.entries)
    return "\n".join([*lines, "", "### Timeline (UTC)", "", *timeline])


def _said(submission: Submission) -> Iterator[str]:
    said = submission.said
    yield f"- **What happened**: {safe(said.what_happened)}"
    yield f"- **Grounds**: {safe(said.grounds)}"
    if said.evidence:
        yield f"- **Evidence**: {safe(said.evidence)}"
    yield from (f"- **File**: {safe(described(file))}" for file in said.files)
    for added in submission.information:
        yield f"- **Added** {time(added.at)}: {safe(added.said.text)}"
        yield from (f"- **File**: {safe(described(file))}" for file in added.said.files)
    for answer in (submission.question, submission.answer):
        if answer is not None:
            by, note = safe(answer.said.by), safe(answer.said.note)
            yield f"- **{plain(answer.said.verdict).capitalize()}** (by {by}): {note}"
