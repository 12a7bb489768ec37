"""An enrollment in a line, and in full."""

from rich.console import Group, RenderableType
from rich.table import Table

from cli.terminal.output import say, say_json
from cli.terminal.tables import head, section, table_of
from domain.enrollment.status import EnrollmentStatus
from domain.enrollment.timeline import EnrollmentEventKind, detail_of
from domain.enrollment.verification import CallKind
from domain.enrollment.view import EnrollmentView
from domain.shared.codes import plain
from temporal_client.snapshot import Snapshot

_MEANING = {
    EnrollmentStatus.NOT_ELIGIBLE: "cases of the seller are not covered",
    EnrollmentStatus.INVITED: (
        "all that is missing is a number that we call, or its proof; cases are not covered"
    ),
    EnrollmentStatus.ENROLLED: "cases of the seller are covered",
    EnrollmentStatus.EXPELLED: "out of the programme until a person readmits the seller",
}


def print_enrollment(view: EnrollmentView, *, as_json: bool) -> None:
    """Print the view as JSON, or the seller's status."""
    if as_json:
        say_json(view.model_dump_json(indent=2))
        return
    say(f"{view.account.store}/{view.account.seller_id} is {_status(view)}.")
    if view.deactivated:
        say("The account is deactivated; what is left to the seller is to appeal.")
    elif view.number_call is not None and view.number_call.result is None:
        done = "sent a text message" if view.number_call.kind is CallKind.TEXT else "called"
        say(f"The number is being {done} ({view.number_call.kind}).")
    elif view.qualifies_on is not None and not view.requirements[2].met and _may_return(view):
        say(f"Next: {_qualifies(view)}.")


def enrollment_details(name: str, snapshot: Snapshot[EnrollmentView]) -> RenderableType:
    """Return the whole enrollment: its status and why, what is known, what happened."""
    view = snapshot.view
    rows = [("Seller", name), ("Status", _status(view))]
    if view.deactivated:
        rows.append(("Account", "deactivated; what is left to the seller is to appeal"))
    if snapshot.broke_off:
        rows.append(("Broken off", snapshot.broke_off))
    rating = "none on record" if view.rating is None else str(view.rating)
    rows += [
        ("Rating", rating),
        ("Days below", str(view.days_below)),
        ("Days on record", str(view.days_on_record)),
        ("Qualifies", _qualifies(view)),
        ("Number", _number(view)),
    ]
    return Group(
        head(rows),
        section("Requirements", _requirements(view)),
        section("Account", _account(view)),
        section("Timeline", _timeline(view)),
    )


def _status(view: EnrollmentView) -> str:
    return f"{plain(view.status)} ({plain(view.reason)}): {_MEANING[view.status]}"


def _number(view: EnrollmentView) -> str:
    verified = view.verified_at
    said = [f"verified {verified:%Y-%m-%d %H:%M}" if verified else "not verified"]
    if view.prove_by:
        said.append(f"to be verified by {view.prove_by:%Y-%m-%d %H:%M}")
    if call := view.number_call:
        result = plain(call.result) if call.result else "under way"
        said.append(f"call {call.at:%Y-%m-%d %H:%M} ({call.kind}): {result}")
        if call.code_until:
            said.append(f"its code counts until {call.code_until:%H:%M}")
    return "; ".join(said)


def _qualifies(view: EnrollmentView) -> str:
    if not _may_return(view):
        return "never by itself; only a person brings the seller back"
    if view.qualifies_on is None:
        return "the rating does not qualify as long as it stays as it is"
    return f"the rating qualifies on {view.qualifies_on} if it stays as it is"


def _may_return(view: EnrollmentView) -> bool:
    return view.status is not EnrollmentStatus.EXPELLED and not view.deactivated


def _requirements(view: EnrollmentView) -> Table:
    table = table_of("requirement", "", "detail")
    for requirement in view.requirements:
        met = "met" if requirement.met else "not met"
        table.add_row(plain(requirement.name), met, requirement.detail)
    return table


def _account(view: EnrollmentView) -> Table:
    account = view.account.model_dump(mode="json", exclude={"store", "seller_id"})
    return head((plain(name), value or "not known") for name, value in account.items())


def _timeline(view: EnrollmentView) -> Table:
    table = table_of("at", "what", "", "by")
    for entry in view.timeline:
        what = "e-mail" if entry.what is EnrollmentEventKind.EMAIL else plain(entry.what)
        table.add_row(f"{entry.at:%Y-%m-%d %H:%M:%S}", what, detail_of(entry), entry.by)
    return table
