"""A case in full, as `show` prints it."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cli.case.words import (
    attempt_of,
    both,
    has_deadline,
    local,
    meaning_of,
    review_of,
    status_of,
    to_come,
    what_next,
)
from cli.terminal.tables import head, section, table_of
from cli.terminal.words import left, utc
from domain.case.events import EventKind
from domain.case.evidence_file import described
from domain.case.plans import Plan
from domain.case.status import Status
from domain.case.timeline import TimelineEntry, detail_of
from domain.case.view import CaseView
from domain.shared.account import dialled_number
from domain.shared.codes import plain
from temporal_client.snapshot import Snapshot


def case_details(snapshot: Snapshot[CaseView]) -> RenderableType:
    """Return the whole case: its issues, its state, what was done, what is to come."""
    view = snapshot.view
    parts: list[RenderableType] = [_head(snapshot), section("Issues", _issues(view))]
    if view.attempts:
        parts.append(section("Attempts", _attempts(view)))
    if to_come(view):
        parts.append(section("To come", _agenda(view)))
    if view.plans:
        versions = (plan_text(plan, view.status) for plan in view.plans)
        parts.append(section("Plan", Group(*versions)))
    parts.append(section("Timeline", _timeline(view)))
    return Group(*parts)


def _head(snapshot: Snapshot[CaseView]) -> RenderableType:
    view, account = snapshot.view, snapshot.view.account
    rows = [
        ("Case", view.id),
        ("Status", f"{status_of(view)}: {meaning_of(view)}"),
        ("Seller", f"{account.name} ({account.language}, {account.time_zone})"),
        ("Contact", f"{dialled_number(account)}, {account.email}"),
        ("Opened", both(view.opened_at, view)),
    ]
    if view.closed_at is not None:
        rows.append(("Closed", both(view.closed_at, view)))
    elif snapshot.broke_off:
        rows.append(("Broken off", snapshot.broke_off))
    elif has_deadline(view) and view.deadline is not None:
        time_left = left(view.deadline - snapshot.now)
        rows.append(("Deadline", f"{both(view.deadline, view)}, {time_left}"))
    if view.proposed is not None:
        rows.append(("Proposed", f"to deactivate, by {view.proposed.by}: {view.proposed.note}"))
    if view.closed_at is None and view.assignee and view.assigned_until:
        rows.append(("Worked by", f"{view.assignee}, until {both(view.assigned_until, view)}"))
    if not snapshot.broke_off and (upcoming := what_next(view)):
        rows.append(("Next", upcoming))
    return head(rows)


def _issues(view: CaseView) -> Table:
    table = table_of("id", "code", "summary", "")
    for issue in view.issues:
        table.add_row(issue.id, issue.code, issue.summary, "harmful" if issue.harmful else "")
    return table


def _attempts(view: CaseView) -> Table:
    table = table_of("#", "at", "seller's time", "what", "result")
    for made in view.attempts:
        result = plain(made.result) if made.result else "under way"
        what = attempt_of(made.channel, made.about)
        table.add_row(str(made.number), utc(made.at), local(made.at, view), what, result)
    return table


def _agenda(view: CaseView) -> Table:
    table = table_of("due", "seller's time", "what")
    for planned in to_come(view):
        what = attempt_of(planned.channel, planned.about)
        table.add_row(utc(planned.due), local(planned.due, view), what)
    return table


def plan_text(version: Plan, status: Status) -> Text:
    """Return a version of the plan in full, with the answer of its reviewer."""
    plan = version.plan
    lines = [
        f"Version {version.version}, {utc(version.at)}, by {plan.by}: {review_of(version, status)}"
    ]
    for title, items in (
        ("root cause", plan.root_causes),
        ("corrective action", plan.corrective_actions),
        ("preventive measure", plan.preventive_measures),
        ("evidence", plan.evidence),
    ):
        lines += [f"  {title}: {item}" for item in items]
    lines += [f"  file: {described(file)}" for file in plan.files]
    return Text("\n".join(lines))


def _timeline(view: CaseView) -> Table:
    table = table_of("#", "at", "what", "", "by")
    for number, entry in enumerate(view.timeline, start=1):
        what = "e-mail" if entry.what is EventKind.EMAIL else plain(entry.what)
        at = f"{entry.at:%m-%d %H:%M:%S}"
        table.add_row(str(number), at, what, _detail(entry), entry.by)
    return table


def _detail(entry: TimelineEntry) -> str:
    if entry.attempt is not None:
        return f"{entry.attempt}: {plain(entry.result or '')} ({detail_of(entry)})"
    return detail_of(entry)
