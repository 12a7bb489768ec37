"""`open`: check everything; then start a case, or add the issues to the open case."""

from collections.abc import Mapping
from typing import Annotated

import typer

from cli.case.input_check import check
from cli.case.issue_option import issue_of
from cli.case.open_file import open_many
from cli.case.open_or_join import open_or_join
from cli.case.policy_option import Overrides, overridden, overrides_of
from cli.case.words import print_case
from cli.session import run
from cli.terminal.files import is_many, json_object
from cli.terminal.output import say, warn
from cli.terminal.parameters import By, Json
from cli.terminal.problems import BadInput, checked
from workflows.case.input import CaseInput


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
    you like, extension, harmful and policy (JSON). Bad lines are listed while the rest goes on.

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
    overrides = overrides_of(policy)
    if file is None:
        if from_line is not None:
            raise BadInput(_NOT_MANY)
        issues = [issue_of(text, harmful=harmful) for text in issue or ()]
        start = _from_flags(flags, issues, overrides, by)
    elif harmful or any(flags.values()):
        raise BadInput("FILE: give a file or flags (other than --policy), not both")
    elif is_many(file):
        open_many(file, by, from_line or 1, policy=overrides, as_json=as_json)
        return
    elif from_line is not None:
        raise BadInput(_NOT_MANY)
    else:
        start = overridden(checked(CaseInput, {"by": by} | json_object(file)), overrides)
    check(start, warn)
    # With --json, standard output is for the view alone.
    tell_person = warn if as_json else say
    view, _ = run(lambda workflows: open_or_join(workflows, start, by, tell_person))
    print_case(view, as_json=as_json)


def _from_flags(
    flags: Mapping[str, object], issues: list[dict[str, object]], policy: Overrides, by: str
) -> CaseInput:
    if missing := [flag for flag, value in flags.items() if not value]:
        raise BadInput(f"{', '.join(missing)}: required where no FILE is given")
    account = {field: flags[flag] for field, flag in _FLAG_OF.items()}
    values = {"account": account, "issues": issues, "policy": policy, "by": by}
    return checked(CaseInput, values)


_FLAG_OF = {
    "store": "--store",
    "seller_id": "--seller",
    "name": "--name",
    "language": "--language",
    "time_zone": "--time-zone",
    "email": "--email",
    "emergency_phone": "--phone",
}
_NOT_MANY = "--from-line: is for a file of many, named .jsonl or .csv"
