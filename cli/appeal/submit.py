"""`appeal submit` and `appeal add`: the seller appeals, and adds to an appeal."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.appeal.words import print_appeal
from cli.files.attach import attached
from cli.files.settings import intake_of_settings
from cli.session import execute_update, execute_update_with_start
from cli.terminal.parameters import AppealOf, By, Json
from cli.terminal.problems import BadInput, checked
from domain.appeal.events import AddInformation, Appeal
from domain.case.evidence_file import MOST_FILES, EvidenceFile

Attach = Annotated[
    list[Path] | None,
    typer.Option(metavar="PATH", help="A file as evidence, 10 at most. May be repeated."),
]


def submit(
    seller: AppealOf,
    *,
    what_happened: Annotated[str, typer.Option(help="What happened, as the seller says.")],
    grounds: Annotated[
        str, typer.Option(help="What was wrong with the decision, or what has been mended.")
    ],
    by: By,
    evidence: Annotated[str | None, typer.Option(help="What shows it.")] = None,
    attach: Attach = None,
    as_json: Json = False,
) -> None:
    """The seller appeals the deactivation of their account.

    A second appeal takes new evidence; a third is refused.
    """
    texts = {"what_happened": what_happened, "grounds": grounds, "evidence": evidence}
    event = checked(Appeal, {"by": by, **texts})
    event = checked(Appeal, event.model_dump() | {"files": _stored(str(seller), attach)})
    print_appeal(execute_update_with_start(seller, "appeal", event), as_json=as_json)


def add(
    seller: AppealOf,
    *,
    text: Annotated[str, typer.Option(help="The answer, or whatever is to be added.")],
    by: By,
    attach: Attach = None,
    as_json: Json = False,
) -> None:
    """The seller answers the question, or adds something to the appeal."""
    event = checked(AddInformation, {"by": by, "text": text})
    event = checked(AddInformation, event.model_dump() | {"files": _stored(str(seller), attach)})
    print_appeal(execute_update(seller, "add_information", event), as_json=as_json)


def _stored(account: str, paths: list[Path] | None) -> list[EvidenceFile]:
    if not paths:
        return []
    if len(paths) > MOST_FILES:
        raise BadInput(f"--attach: an appeal may have {MOST_FILES} files")
    return asyncio.run(attached(intake_of_settings(), account, paths))
