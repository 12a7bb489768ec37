"""An appeal in a few words, and in full."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cli.terminal.output import say, say_json
from cli.terminal.tables import head, section, table_of
from cli.terminal.words import utc
from domain.appeal.appeal import Submission
from domain.appeal.status import AppealStatus
from domain.appeal.timeline import detail_of
from domain.appeal.view import AppealView
from domain.case.evidence_file import described
from domain.shared.codes import plain
from mail.appeal_values import UNREACHED, WHY_HERE

_MEANING = {
    AppealStatus.NOT_APPEALED: "nothing was appealed",
    AppealStatus.SUBMITTED: "it waits for somebody who had no part in the case",
    AppealStatus.MORE_INFORMATION: "the seller was asked a question",
    AppealStatus.REINSTATING: "it is granted, and the account service has not done it yet",
    AppealStatus.UPHOLDING: "it is to be upheld, and the account is looked at first",
    AppealStatus.REINSTATED: "the account is active again",
    AppealStatus.UPHELD: "the deactivation stands",
    AppealStatus.LAPSED: "it ended without a decision",
}


def print_appeal(view: AppealView, *, as_json: bool) -> None:
    """Print the view as JSON, or the status and what comes next."""
    if as_json:
        say_json(view.model_dump_json(indent=2))
        return
    account = f"{view.account.store}/{view.account.seller_id}"
    say(f"The appeal of {account} is {status_of(view)}: {_MEANING[view.status]}.")
    if upcoming := what_next(view):
        say(f"Next: {upcoming}.")


def status_of(view: AppealView) -> str:
    """`upheld`, or `lapsed (no answer)`."""
    return plain(view.status) + (f" ({plain(view.reason)})" if view.reason else "")


def what_next(view: AppealView) -> str | None:
    """Return what is due next, or None if nothing is."""
    if view.desk_by is not None:
        return f"the desk answers by {utc(view.desk_by)}"
    if view.seller_by is not None:
        return f"the seller answers by {utc(view.seller_by)}"
    if view.may_come_again and view.until is not None and view.closed_at is None:
        return f"the seller may appeal once more, with new evidence, until {utc(view.until)}"
    return None


def appeal_details(view: AppealView) -> RenderableType:
    """Return the whole appeal: what it is about, what was said, what happened."""
    found = view.deactivation
    rows = [
        ("Appeal", f"{view.account.store}/{view.account.seller_id}"),
        ("Status", f"{status_of(view)}: {_MEANING[view.status]}"),
        ("Id", view.id),
    ]
    if view.reason in WHY_HERE:
        rows.append(("Here again, since", WHY_HERE[view.reason]))
    if found is not None:
        why = plain(found.reason) if found.reason else "the case's record is gone"
        rows.append(("Deactivated", f"{utc(found.at)} ({why}) by {found.case_id}"))
        part = ", ".join(found.part or ()) or "nobody is known"
        rows.append(("Had a part in it", part))
    rows += [("It may have been us", UNREACHED[why]) for why in view.unreached]
    rows += [("Outage", f"{o.said.note} ({o.said.by}, {utc(o.at)})") for o in view.outages]
    if upcoming := what_next(view):
        rows.append(("Next", upcoming))
    parts: list[RenderableType] = [head(rows)]
    for number, submission in enumerate(view.submissions, 1):
        parts.append(section(f"Appeal {number}, {utc(submission.at)}", _said(submission)))
    return Group(*parts, section("Timeline (UTC)", _timeline(view)))


def _said(submission: Submission) -> Text:
    said = submission.said
    lines = [f"what happened: {said.what_happened}", f"grounds: {said.grounds}"]
    lines += [f"evidence: {said.evidence}"] if said.evidence else []
    lines += [f"file: {described(file)}" for file in said.files]
    if submission.question:
        lines.append(f"question, by {submission.question.said.by}: {submission.question.said.note}")
    for added in submission.information:
        lines.append(f"added {utc(added.at)}: {added.said.text}")
        lines += [f"file: {described(file)}" for file in added.said.files]
    if answer := submission.answer:
        lines.append(f"{plain(answer.said.verdict)}, by {answer.said.by}: {answer.said.note}")
    return Text("\n".join(lines))


def _timeline(view: AppealView) -> Table:
    table = table_of("#", "at", "what", "", "by")
    first = view.events - len(view.timeline) + 1
    for number, entry in enumerate(view.timeline, start=first):
        at = f"{entry.at:%m-%d %H:%M:%S}"
        table.add_row(str(number), at, plain(entry.what), detail_of(entry), entry.by)
    return table
