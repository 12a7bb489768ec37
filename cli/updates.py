"""The commands that tell a case something: one for each of its updates."""

from typing import Annotated

import typer

from cli.cases import run, tell
from cli.lines import json_object
from cli.opening import ISSUE_FORM, issue_of
from cli.output import print_view
from cli.parameters import By, Case, CaseName, Json, Note
from cli.problems import BadInput, checked
from cli.reading import version_read
from domain.case.events import (
    AddIssue,
    ChangeContact,
    ContactChannel,
    ConversationOutcome,
    Decide,
    Decision,
    Event,
    HarmCategory,
    RecordConversation,
    ReportContact,
    ReportHarm,
    RequestCall,
    Review,
    ReviewPlan,
    SubmitPlan,
    Withdraw,
)

Items = Annotated[list[str] | None, typer.Option(help="May be repeated.")]
Seen = Annotated[
    int | None,
    typer.Option(
        min=0,
        metavar="N",
        help="The last event that you saw, as show numbers them: refused if the case has "
        "changed since.",
    ),
]


def contact(
    case: Case,
    channel: Annotated[ContactChannel, typer.Argument(help="How the seller turned up.")],
    note: Note,
    by: By,
    as_json: Json = False,
) -> None:
    """The seller called, replied or wrote: the clock stops."""
    event = {"by": by, "channel": channel, "note": note}
    _tell(case, "report_contact", checked(ReportContact, event), as_json)


def call(case: Case, by: By, as_json: Json = False) -> None:
    """The seller asks "contact me now": the number is called at once, whatever the hour."""
    _tell(case, "request_call", checked(RequestCall, {"by": by}), as_json)


def plan(
    case: Case,
    *,
    by: By,
    file: Annotated[
        typer.FileBinaryRead | None,
        typer.Option(metavar="PLAN.json", help="The plan as JSON; - is standard input."),
    ] = None,
    root_cause: Items = None,
    corrective_action: Items = None,
    preventive_measure: Items = None,
    evidence: Items = None,
    as_json: Json = False,
) -> None:
    """The seller submits a plan, or a new version of it.

    A plan has one or more each of root causes, corrective actions and preventive measures.
    A file has them as lists: root_causes, corrective_actions, preventive_measures, evidence;
    if it also says by, that stands.
    """
    flags = {
        "root_causes": root_cause or [],
        "corrective_actions": corrective_action or [],
        "preventive_measures": preventive_measure or [],
        "evidence": evidence or [],
    }
    if file is None:
        _tell(case, "submit_plan", checked(SubmitPlan, {"by": by, **flags}), as_json)
        return
    if any(flags.values()):
        raise BadInput("--file: give a file or flags, not both")
    event = {"by": by, **json_object(file)}
    _tell(case, "submit_plan", checked(SubmitPlan, event), as_json)


def review(
    case: Case,
    decision: Annotated[Review, typer.Argument(help="What you make of the plan.")],
    *,
    by: By,
    note: Annotated[
        str | None, typer.Option(help="For the seller: what is missing, or why not.")
    ] = None,
    version: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Of the plan that you read; without it, the newest is shown and you are asked.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Answer a plan. Anything but accept needs a note. Refused if the seller sent a newer one."""
    event = checked(ReviewPlan, {"by": by, "decision": decision, "note": note, "version": version})
    if version is None:
        event = event.model_copy(update={"version": version_read(case)})
    _tell(case, "review_plan", event, as_json)


def conversation(
    case: Case,
    outcome: Annotated[ConversationOutcome, typer.Argument(help="How it ended.")],
    *,
    note: Note,
    by: By,
    seen: Seen = None,
    as_json: Json = False,
) -> None:
    """A specialist spoke with the seller."""
    event = {"by": by, "outcome": outcome, "note": note, "seen": seen}
    _tell(case, "record_conversation", checked(RecordConversation, event), as_json)


def issue(
    case: Case,
    issue: Annotated[str, typer.Argument(metavar="ID:CODE:SUMMARY", help=f"{ISSUE_FORM}.")],
    by: By,
    harmful: Annotated[
        bool, typer.Option("--harmful", help="It is fraud, deception, illegal or harm.")
    ] = False,
    as_json: Json = False,
) -> None:
    """A further issue joins the open case. To open one if there is none, use open."""
    event = {"by": by, "issue": issue_of(issue, harmful=harmful)}
    _tell(case, "add_issue", checked(AddIssue, event), as_json)


def change(
    case: Case,
    by: By,
    phone: Annotated[
        str | None, typer.Option(help="The new emergency number, such as +12065550101.")
    ] = None,
    email: Annotated[str | None, typer.Option(help="The new address.")] = None,
    as_json: Json = False,
) -> None:
    """The seller has a new number, a new address, or both."""
    event = {"by": by, "emergency_phone": phone, "email": email}
    _tell(case, "change_contact", checked(ChangeContact, event), as_json)


def harm(
    case: Case,
    category: Annotated[HarmCategory, typer.Argument(help="What kind of harm.")],
    evidence: Annotated[str, typer.Option(help="A reference to the evidence.")],
    by: By,
    as_json: Json = False,
) -> None:
    """Harmful conduct: the account is deactivated and expelled at once."""
    event = {"by": by, "category": category, "evidence": evidence}
    _tell(case, "report_harm", checked(ReportHarm, event), as_json)


def decide(
    case: Case,
    decision: Annotated[Decision, typer.Argument(help="What becomes of the case.")],
    *,
    note: Note,
    by: By,
    seen: Seen = None,
    as_json: Json = False,
) -> None:
    """Decide an escalated case."""
    event = {"by": by, "decision": decision, "note": note, "seen": seen}
    _tell(case, "decide", checked(Decide, event), as_json)


def withdraw(
    case: Case,
    *,
    note: Note,
    by: By,
    issue: Annotated[
        str | None, typer.Option(metavar="ID", help="Strike only this issue of several.")
    ] = None,
    seen: Seen = None,
    as_json: Json = False,
) -> None:
    """The case, or one issue of it, was raised in error."""
    event = {"by": by, "note": note, "issue": issue, "seen": seen}
    _tell(case, "withdraw", checked(Withdraw, event), as_json)


def _tell(case: CaseName, update: str, event: Event, as_json: bool) -> None:
    view = run(lambda client: tell(client, case, update, event))
    print_view(view, as_json=as_json)
