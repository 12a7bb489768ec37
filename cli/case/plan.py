"""`plan`: the seller submits a plan."""

from collections.abc import Mapping
from typing import Annotated

import typer

from cli.case.words import print_case
from cli.session import execute_update
from cli.terminal.files import json_object
from cli.terminal.parameters import By, Case, Json
from cli.terminal.problems import BadInput, checked
from domain.case.events import SubmitPlan

Items = Annotated[list[str] | None, typer.Option(help="May be repeated.")]


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
    if file is not None and any(flags.values()):
        raise BadInput("--file: give a file or flags, not both")
    said: Mapping[str, object] = flags if file is None else json_object(file)
    event = checked(SubmitPlan, {"by": by, **said})
    print_case(execute_update(case, "submit_plan", event), as_json=as_json)
