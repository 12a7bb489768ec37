"""`contact`: the seller turned up."""

from typing import Annotated

import typer

from cli.case.contact_everywhere import contact_everywhere
from cli.case.words import print_case
from cli.session import run, send_update
from cli.terminal.output import say
from cli.terminal.parameters import By, Case, Json, Note
from cli.terminal.problems import checked
from domain.case.events import ContactChannel, ReportContact
from domain.case.view import CaseView
from temporal_client.cases_of_number import open_cases_of
from temporal_client.failures import TemporalFailure
from temporal_client.names import CaseName
from temporal_client.workflows import Workflows


def contact(
    case: Case,
    channel: Annotated[ContactChannel, typer.Argument(help="How the seller turned up.")],
    *,
    note: Note,
    by: By,
    every_case_of_number: Annotated[
        bool,
        typer.Option(
            "--every-case-of-number",
            help="Record it for every open case whose emergency number is this case's.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """The seller called, replied or wrote: the clock stops.

    With --every-case-of-number it says a line for each case. A repeat does no harm: it is one more
    contact.
    """
    event = checked(ReportContact, {"by": by, "channel": channel, "note": note})
    if every_case_of_number:
        contact_everywhere(case, event, as_json=as_json)
        return
    view, others = run(lambda workflows: _record(workflows, case, event, count=not as_json))
    print_case(view, as_json=as_json)
    if others:
        cases = "open case has" if others == 1 else "open cases have"
        say(f"{others} other {cases} the same number: --every-case-of-number counts it for all.")


async def _record(
    workflows: Workflows, case: CaseName, event: ReportContact, *, count: bool
) -> tuple[CaseView, int]:
    """Return the view, and how many other open cases are known to have its number."""
    view = await send_update(workflows, case, "report_contact", event)
    if not count:
        return view, 0
    try:
        found = await open_cases_of(workflows, view.account.emergency_phone)
    except TemporalFailure:  # the contact is recorded all the same
        return view, 0
    return view, sum(other.workflow_id != case.workflow_id for other in found.cases)
