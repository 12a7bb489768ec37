"""`ratings import`: the command. The work is in cli/importing.py."""

import json
import sys
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer
from pydantic import ValidationError

from cli.asking import run
from cli.lines import is_many
from cli.output import progress, say, warn
from cli.parameters import By
from cli.problems import BadInput, DidNotHappen, checked
from domain.case.events import RequestCall
from domain.enrollment.state import EnrollmentStatus
from domain.shared.errors import explain

if TYPE_CHECKING:
    from cli.staging import Problem, Staging

_LISTED = 100
"""Broken lines that are listed for a person; with --json all of them are."""


def import_ratings(
    file: Annotated[
        typer.FileBinaryRead,
        typer.Argument(metavar="FILE", help="Ratings as .csv or .jsonl."),
    ],
    by: By,
    as_json: Annotated[bool, typer.Option("--json", help="Print what came of it as JSON.")] = False,
) -> None:
    """Tell the programme ratings of many sellers, and what is known of their accounts.

    A line is a rating of a day: store, seller_id, date, rating and, if you like, name,
    selling_plan, emergency_phone, email, language, time_zone. A .csv names its columns in the
    first line, a .jsonl has an object in each. An empty cell or null says nothing; of two
    ratings of a day, and of two values of an account, the later line counts.

    Broken lines are listed while the rest goes on. Asking again changes nothing; after an
    interruption the same command goes on where it stopped.
    """
    # Here, since no other command needs what they import.
    from cli.staging import staging_of
    from runtime.settings import Settings

    checked(RequestCall, {"by": by})
    if not is_many(file):
        raise BadInput(f"{file.name}: must be named .csv or .jsonl")
    if not file.seekable():
        raise BadInput(f"{file.name}: is not a regular file")
    try:
        folder = Settings().state / "imports"
    except ValidationError as error:
        raise BadInput(f"settings (CASE72_*): {explain(error)}") from None
    with staging_of(file, folder) as staging:
        if not staging.is_whole:
            _read(file, staging)
        _list(staging.broken(), staging.count_broken())
        stop = _send(staging, by)
        code = _sum_up(staging, as_json=as_json)
        left, total = staging.outcomes().get(None, 0), sum(staging.outcomes().values())
    if stop is not None:
        sys.stdout.flush()
        why = getattr(stop, "message", "interrupted")
        warn(
            f"{why}\n{total - left} of {total} sellers are done; the same command again goes "
            "on from there"
        )
        if isinstance(stop, KeyboardInterrupt):
            raise stop
    raise typer.Exit(code or (1 if stop else 0))


def _read(file: BinaryIO, staging: "Staging") -> None:
    from cli.importing import read

    with progress() as bar:
        size = file.seek(0, 2)
        file.seek(0)
        task = bar.add_task("Reading", total=size)
        read(file, staging, lambda done: bar.update(task, completed=done))


def _send(staging: "Staging", by: str) -> DidNotHappen | KeyboardInterrupt | None:
    """Send what is left; answer what stopped it, if it was stopped."""
    from cli.importing import send

    staging.again()
    if not (left := staging.outcomes().get(None, 0)):
        return None
    try:
        with progress() as bar:
            task = bar.add_task("Sending", total=left)
            run(lambda client: send(client, staging, by, lambda: bar.advance(task)))
    except (DidNotHappen, KeyboardInterrupt) as error:
        return error
    return None


def _list(broken: Iterable["Problem"], count: int) -> None:
    for line, reason in islice(broken, _LISTED):
        warn(f"line {line}: {reason}")
    if count > _LISTED:
        warn(f"and {count - _LISTED} more broken lines; --json prints all of them")


def _sum_up(staging: "Staging", *, as_json: bool) -> int:
    """Print what came of it; answer the exit code."""
    from cli.staging import NOT_TAKEN

    outcomes, broken = staging.outcomes(), staging.count_broken()
    by_status = {status.value: outcomes.get(status, 0) for status in EnrollmentStatus}
    counts = {
        "lines": staging.lines,
        "sellers": sum(outcomes.values()),
        "sent": sum(by_status.values()),
        **by_status,
        "left": outcomes.get(None, 0),
    }
    if as_json:
        _print_json(counts, refused=staging.refusals(), bad_input=staging.broken())
    else:
        refused = {outcome.value: outcomes.get(outcome, 0) for outcome in NOT_TAKEN}
        counts |= refused | {"broken lines": broken}
        say(", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items()))
        for line, reason in staging.refusals():
            say(f"line {line}: {reason}")
    return 2 if broken else 1 if any(outcomes.get(outcome) for outcome in NOT_TAKEN) else 0


def _print_json(counts: dict[str, int], **lists: Iterable["Problem"]) -> None:
    """As `json.dumps` would, but never with a whole list in memory."""
    print(
        "{", ",\n".join(f'  "{name}": {count}' for name, count in counts.items()), sep="\n", end=""
    )
    for name, problems in lists.items():
        print(f',\n  "{name}": [', end="")
        before = "\n"
        for problem in problems:
            print(f"{before}    {json.dumps(problem._asdict())}", end="")
            before = ",\n"
        print("]", end="")
    say("\n}")
