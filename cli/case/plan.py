"""`plan`: the seller submits a plan."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from cli.case.words import print_case
from cli.files.attach import attached, check_stored
from cli.files.settings import intake_of_settings
from cli.session import execute_update
from cli.terminal.files import json_object
from cli.terminal.parameters import By, Case, Json
from cli.terminal.problems import BadInput, checked
from domain.case.events import SubmitPlan
from domain.case.evidence_file import MOST_FILES
from providers.files.intake import Intake

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
    attach: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="A file as evidence, 10 at most. May be repeated."),
    ] = None,
    as_json: Json = False,
) -> None:
    """The seller submits a plan, or a new version of it.

    A plan has one or more each of root causes, corrective actions and preventive measures.
    A file has them as lists: root_causes, corrective_actions, preventive_measures, evidence;
    if it also says by, that stands. What is attached goes into the store for files first
    (CASE72_FILES), and the plan names it.
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
    if attach or event.files:
        intake = intake_of_settings()
        event = asyncio.run(_with_files(intake, str(case), event, attach or []))
    print_case(execute_update(case, "submit_plan", event), as_json=as_json)


async def _with_files(
    intake: Intake, account: str, event: SubmitPlan, paths: list[Path]
) -> SubmitPlan:
    """Return the plan with the files that are attached. Those that it names must be stored."""
    if len(event.files) + len(paths) > MOST_FILES:
        raise BadInput(f"--attach: a plan may have {MOST_FILES} files")
    await check_stored(intake, account, event.files)
    added = await attached(intake, account, paths)
    return checked(SubmitPlan, event.model_dump() | {"files": [*event.files, *added]})
