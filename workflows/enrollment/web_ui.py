"""Describes an enrollment for people who watch it in the Temporal Web UI."""

from datetime import datetime

from domain.enrollment.enrollment import Enrollment
from domain.enrollment.letters import Letter
from domain.enrollment.status import EnrollmentStatus
from domain.enrollment.steps import EnrollmentStep
from domain.enrollment.timeline import detail_of
from domain.enrollment.verification import NumberCall
from domain.enrollment.view import view_of
from domain.shared.codes import plain
from domain.shared.steps import WaitUntil
from workflows.shared.markdown import event_line, safe, time

_HEADLINES = {
    EnrollmentStatus.NOT_ELIGIBLE: "Not eligible",
    EnrollmentStatus.INVITED: "Invited: all that is missing is a valid number, or its proof",
    EnrollmentStatus.ENROLLED: "Enrolled",
    EnrollmentStatus.EXPELLED: "Expelled: only a person readmits",
}


def letter_summary(letter: Letter) -> str:
    """Describe the activity of a letter: "E-mail 2 to the seller (invited)"."""
    return f"E-mail {letter.number} to the seller ({plain(letter.about)})"


def call_summary(call: NumberCall, does: str) -> str:
    """Describe an activity of a call or text: "Call 2 to the seller (code): prepare"."""
    return f"Call {call.number} to the seller ({call.kind}): {does}"


def wait_summary(enrollment: Enrollment, moment: datetime, now: datetime) -> str:
    """Describe a timer: "Next: the rating requirement is met on 2026-11-24"."""
    if enrollment.remind_at == moment:
        return f"Next: a reminder at {time(moment)}"
    if enrollment.verification.remind_at == moment:
        return f"Next: a reminder to verify the number, at {time(moment)}"
    if any(old.due == moment for old in enrollment.old_numbers.waiting):
        return f"Next: the number before is told of the change at {time(moment)}"
    if enrollment.next_look_at == moment:
        return f"Next: whether the number must be verified is looked up again at {time(moment)}"
    if enrollment.ratings.changes_on(now.date()) == moment.date():
        turns = "ends" if enrollment.ratings.is_met(now.date()) else "is met"
        return f"Next: the rating requirement {turns} on {moment:%Y-%m-%d}"
    return f"Next: days below are looked at on {moment:%Y-%m-%d}"


def details(enrollment: Enrollment, now: datetime, steps: tuple[EnrollmentStep, ...]) -> str:
    """Describe the whole enrollment in markdown."""
    view, account = view_of(enrollment, now), enrollment.account
    name = f"{safe(account.name)} " if account.name else ""
    lines = [
        f"## {_HEADLINES[view.status]} ({plain(view.reason)})",
        "",
        f"- **Seller**: {name}({account.store} {account.seller_id})",
        f"- **Rating**: {'none' if view.rating is None else view.rating} on {now:%Y-%m-%d}",
    ]
    wait = next((s for s in steps if isinstance(s, WaitUntil)), None)
    lines += [f"- **{wait_summary(enrollment, wait.moment, now)}**"] if wait else []
    lines += ["", f"### Requirements on {now:%Y-%m-%d}", ""]
    lines += [
        f"- {'Met' if r.met else '**Not met**'}: {plain(r.name)} ({safe(r.detail)})"
        for r in view.requirements
    ]
    timeline = (event_line(entry, detail_of(entry)) for entry in view.timeline)
    return "\n".join([*lines, "", "### Timeline (UTC)", "", *timeline])
