"""`open`: everything is checked first; then the case starts, or the issues join the open one."""

from datetime import timedelta
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter

from cli.bulk import open_many, overridden
from cli.cases import run
from cli.checks import check
from cli.joining import open_or_join
from cli.lines import is_many, json_object, json_value
from cli.output import print_view, say, warn
from cli.parameters import By, Json, span
from cli.problems import BadInput, checked
from domain.case.policy import Policy
from workflows.case.input import CaseInput

_SPANS = frozenset(
    name for name, field in Policy.model_fields.items() if field.annotation is timedelta
)

ISSUE_FORM = "ID:CODE:SUMMARY, such as ISS-1:LISTING_POLICY:Restricted product listed"


def issue_of(text: str, *, harmful: bool) -> dict[str, object]:
    """An issue as written on a command line."""
    parts = text.split(":", 2)
    if len(parts) < 3:
        raise BadInput(f"issue: give {ISSUE_FORM}")
    return {"id": parts[0], "code": parts[1], "summary": parts[2], "harmful": harmful}


def open_case(
    *,
    file: Annotated[
        typer.FileBinaryRead | None,
        typer.Argument(
            metavar="[FILE]",
            help="A case as JSON (- is standard input), or many as .jsonl or .csv.",
        ),
    ] = None,
    store: Annotated[str | None, typer.Option(help="US or CA.")] = None,
    seller: Annotated[str | None, typer.Option(help="The seller's id.")] = None,
    name: Annotated[str | None, typer.Option(help="The seller's name.")] = None,
    language: Annotated[str | None, typer.Option(help="Such as en-US.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="Such as America/Los_Angeles.")] = None,
    email: Annotated[str | None, typer.Option(help="The seller's address.")] = None,
    phone: Annotated[
        str | None, typer.Option(help="The emergency number, such as +12065550101.")
    ] = None,
    issue: Annotated[
        list[str] | None, typer.Option(metavar="ID:CODE:SUMMARY", help="May be repeated.")
    ] = None,
    harmful: Annotated[
        bool, typer.Option("--harmful", help="The issues are fraud, deception, illegal or harm.")
    ] = False,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="Override a default, and what FILE says; may be repeated."
        ),
    ] = None,
    from_line: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="With many: skip the lines before this one."),
    ] = None,
    by: By,
    as_json: Json = False,
) -> None:
    """Open a case, or add the issues to the account's open case.

    Nothing is started unless everything is right. Asking again changes nothing.

    A .jsonl has a case in each line; a .csv an issue in each, and the columns store, seller_id,
    name, language, time_zone, email, emergency_phone, issue_id, issue_code, issue_summary and, if
    you like, harmful and policy (JSON). Bad lines are listed while the rest goes on.

    Counted are lines: opened, joined an open case, known already, not covered (the account is not
    enrolled, or is deactivated: the case ended at once), refused by a case, not yet answered
    (started or told, while no worker answered), not opened, and bad input. A case that says in its
    JSON who opens it (by) keeps that.
    """
    flags = {
        "--store": store,
        "--seller": seller,
        "--name": name,
        "--language": language,
        "--time-zone": time_zone,
        "--email": email,
        "--phone": phone,
        "--issue": issue,
    }
    if file is not None and (harmful or any(flags.values())):
        raise BadInput("FILE: give a file or flags (other than --policy), not both")
    overrides = _overrides(policy) if policy else None
    if file is not None and is_many(file):
        open_many(file, by, from_line or 1, policy=overrides, as_json=as_json)
        return
    if from_line is not None:
        raise BadInput("--from-line: is for a file of many, named .jsonl or .csv")
    if file is not None:
        start = overridden(checked(CaseInput, {"by": by} | json_object(file)), overrides)
    else:
        missing = [flag for flag, value in flags.items() if not value]
        if missing:
            raise BadInput(f"{', '.join(missing)}: required where no FILE is given")
        start = checked(
            CaseInput,
            {
                "account": {
                    "store": store,
                    "seller_id": seller,
                    "name": name,
                    "language": language,
                    "time_zone": time_zone,
                    "email": email,
                    "emergency_phone": phone,
                },
                "issues": [issue_of(text, harmful=harmful) for text in issue or ()],
                "policy": overrides,
                "by": by,
            },
        )
    check(start, warn)
    # With --json, standard output is for the view alone.
    tell_person = warn if as_json else say
    snapshot, _ = run(lambda client: open_or_join(client, start, by, tell_person))
    print_view(snapshot.view, as_json=as_json)


def _overrides(texts: list[str]) -> dict[str, Any]:  # Any: whatever the JSON says
    overrides: dict[str, Any] = {}
    for text in texts:
        name, value = _override(text)
        if name in overrides:
            raise BadInput(f"policy: {name}: is given twice")
        overrides[name] = value
    return overrides


def _override(text: str) -> tuple[str, Any]:  # Any: whatever the JSON says
    name, equals, value = text.partition("=")
    if not equals:
        raise BadInput("policy: give NAME=VALUE, such as window=48h or call_hours=[0,1,4]")
    if name in _SPANS:
        try:
            return name, TypeAdapter(timedelta).dump_python(span(value), mode="json")
        except typer.BadParameter as problem:
            raise BadInput(f"policy: {name}: {problem.message}") from None
    try:
        return name, json_value(value)
    except ValueError:  # a word, such as enrolled
        return name, value
    except BadInput as problem:
        raise BadInput(f"policy: {name}: {problem.message}") from None
