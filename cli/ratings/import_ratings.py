"""`ratings import`: read a file to its end, then send one update for each seller."""

import json
import sys
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, BinaryIO

import typer

from cli.ratings.by_seller import BySeller
from cli.ratings.lines import read
from cli.ratings.send import LineProblem, NotTaken, Sent, send
from cli.session import run
from cli.terminal.files import is_many
from cli.terminal.output import progress, say, warn
from cli.terminal.parameters import By
from cli.terminal.problems import BadInput, DidNotHappen, checked
from domain.case.events import RequestCall
from domain.enrollment.status import EnrollmentStatus

_LISTED = 100
"""How many broken lines are listed. --json lists all of them."""
_BATCH = 1_000


def import_ratings(
    *,
    file: Annotated[
        typer.FileBinaryRead,
        typer.Argument(metavar="FILE", help="Ratings as .csv or .jsonl."),
    ],
    by: By,
    from_line: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="N",
            show_default=False,
            help="Skip the sellers whose first line is before this one.",
        ),
    ] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print what came of it as JSON.")] = False,
) -> None:
    """Tell the programme ratings of many sellers, and what is known of their accounts.

    A line is a rating of a day: store, seller_id, date, rating and, if you like, name,
    selling_plan, emergency_phone, email, language, time_zone. A .csv names its columns in the
    first line, a .jsonl has an object in each. An empty cell or null says nothing; of two
    ratings of a day, and of two values of an account, the later line counts.

    Broken lines are listed while the rest goes on. Asking again changes nothing; an import that
    is interrupted says from which line to go on.
    """
    checked(RequestCall, {"by": by})
    if not is_many(file):
        raise BadInput(f"{file.name}: must be named .csv or .jsonl")
    if not file.seekable():
        raise BadInput(f"{file.name}: is not a regular file")
    sent = Sent(last=from_line - 1)
    with closing(BySeller()) as lines:
        count, broken = _read(file, lines, from_line)
        sellers = lines.count(from_line)
        stop = _send(lines, sellers, from_line, by, sent)
    done = sum(sent.outcomes.values())
    by_status = {status.value: sent.outcomes[status] for status in EnrollmentStatus}
    counts = {"lines": count, "sellers": sellers, "sent": sum(by_status.values()), **by_status}
    counts["not_done"] = sellers - done
    _sum_up(counts, sent, broken, sent.again_from if stop else None, as_json=as_json)
    if stop is not None:
        sys.stdout.flush()
        warn(
            f"{getattr(stop, 'message', 'interrupted')}\n{done} of {sellers} sellers are done; "
            f"run again with --from-line {sent.again_from}"
        )
        if isinstance(stop, KeyboardInterrupt):
            raise stop
    raise typer.Exit(2 if broken else 1 if sent.problems or stop else 0)


def _read(file: BinaryIO, lines: BySeller, from_line: int) -> tuple[int, list[LineProblem]]:
    """Read a file to its end. Return how many lines it has, and which are broken.

    Broken lines before `from_line` were listed by an earlier import.
    """
    count = 0
    broken: list[LineProblem] = []
    with progress() as bar:
        task = bar.add_task("Reading", total=file.seek(0, 2))
        file.seek(0)
        found = read(file, datetime.now(UTC).date())
        while batch := list(islice(found, _BATCH)):
            count += len(batch)
            lines.add((number, line) for number, line in batch if not isinstance(line, BadInput))
            broken += [
                LineProblem(number, sys.intern(line.message))  # many lines have the same fault
                for number, line in batch
                if isinstance(line, BadInput) and number >= from_line
            ]
            bar.update(task, completed=file.tell())
    if not count:
        raise BadInput(f"{file.name}: has no line of ratings")
    for number, reason in broken[:_LISTED]:
        warn(f"line {number}: {reason}")
    if len(broken) > _LISTED:
        warn(f"and {len(broken) - _LISTED} more broken lines; --json prints all of them")
    return count, broken


def _send(
    lines: BySeller, count: int, from_line: int, by: str, sent: Sent
) -> DidNotHappen | KeyboardInterrupt | None:
    """Send the sellers. Return what stopped that, if anything did."""
    if not count:
        return None
    sellers = lines.sellers(from_line)
    try:
        with progress() as bar:
            task = bar.add_task("Sending", total=count)
            run(lambda workflows: send(workflows, sellers, by, sent, lambda: bar.advance(task)))
    except (DidNotHappen, KeyboardInterrupt) as error:
        return error
    return None


def _sum_up(
    counts: dict[str, int],
    sent: Sent,
    broken: list[LineProblem],
    again_from: int | None,
    *,
    as_json: bool,
) -> None:
    if as_json:
        refused = [problem._asdict() for problem in sorted(sent.problems)]
        bad_input = [problem._asdict() for problem in broken]
        lists = {"from_line": again_from, "refused": refused, "bad_input": bad_input}
        say(json.dumps(counts | lists, indent=2))
        return
    counts |= {why.value: sent.outcomes[why] for why in NotTaken} | {"broken lines": len(broken)}
    say(", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items()))
    for line, reason in sorted(sent.problems):
        say(f"line {line}: {reason}")
