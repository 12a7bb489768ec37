"""`open` with a file of many cases. A repeat changes nothing, so no journal is kept."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from itertools import chain
from typing import Annotated, Any, BinaryIO

import typer
from pydantic import BeforeValidator, JsonValue

from cli.case.input_check import check
from cli.case.open_or_join import IssuesRefused, NotYetAnswered, Outcome, open_or_join
from cli.case.policy_option import Overrides, overridden
from cli.failure_words import in_words
from cli.session import run
from cli.terminal.files import clean, is_csv, json_of, numbered, values_of
from cli.terminal.output import progress, say, warn
from cli.terminal.problems import BadInput, DidNotHappen, checked
from domain.case.events import RequestCall
from domain.shared.account import Account
from domain.shared.names import case_workflow_id_of
from domain.shared.text import Code, Extension, Key, Line
from temporal_client.failures import (
    NoAnswer,
    NoWorker,
    ServerFailed,
    TemporalFailure,
    UpdateRefused,
    WorkerFailed,
)
from temporal_client.workflows import Workflows
from workflows.case.input import CaseInput

_AT_ONCE = 16
"""Lines that are opened at once."""
_WAITING = 4
"""Lines that are read ahead for each of these."""
_LONGEST = 1_000_000
"""Bytes of a line: more than a hundred issues take, however escaped."""

Read = tuple[int, CaseInput | BadInput]
Queue = asyncio.Queue[tuple[int, CaseInput] | None]


class _Row(Account):
    """A line of CSV. Its fields are the columns."""

    extension: Annotated[Extension | None, BeforeValidator(lambda cell: cell or None)] = None
    issue_id: Key
    issue_code: Code
    issue_summary: Line
    harmful: bool = False
    policy: dict[str, JsonValue] | None = None


class _Failure(StrEnum):
    """Why a line has not been opened, or not yet."""

    REFUSED = "refused"
    NOT_YET_ANSWERED = "not_yet_answered"
    """The start or the update may still be taken."""
    NOT_OPENED = "not_opened"
    BAD_INPUT = "bad_input"


@dataclass
class _Tally:
    """The results so far."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    wrong: dict[_Failure, dict[int, str]] = field(
        default_factory=lambda: {why: {} for why in _Failure}
    )
    unfinished: dict[int, None] = field(default_factory=dict)
    """The numbers of the lines, in the order of the file."""
    read: int = 0

    @property
    def again_from(self) -> int:
        """Return the first line that is not finished."""
        return next(iter(self.unfinished), self.read + 1)


def open_many(file: BinaryIO, by: str, first: int, *, policy: Overrides, as_json: bool) -> None:
    """Open the case of each line from `first` on. The exit code says how it went.

    `policy` overrides the policy of each line.

    Raises:
        BadInput: the file is invalid; nothing was started.
        DidNotHappen: nobody answers from the start.
    """
    checked(RequestCall, {"by": by})  # once, not for every line
    if not file.seekable():
        raise BadInput(f"{file.name}: is not a regular file")
    # The file is read twice, so that nothing is started if it has another encoding.
    total = sum(1 for _ in numbered(file, _LONGEST))
    file.seek(0)
    cases = read(file, first, policy)
    if (some := next(cases, None)) is None:
        raise BadInput(f"{file.name}: has no case" + (f" from line {first} on" * (first > 1)))
    tally, stop = _Tally(), None
    bar = progress()
    shown = bar.track(chain([some], cases), total - first + 1, description="Opening")
    try:
        with bar:
            run(lambda workflows: _open_all(workflows, shown, by, tally))
    except (DidNotHappen, KeyboardInterrupt) as error:
        if not tally.read:
            raise
        stop = error
    _sum_up(tally, as_json=as_json, stopped=stop is not None)
    if stop is not None:
        sys.stdout.flush()
        why = getattr(stop, "message", "interrupted")
        warn(f"{why}; run again with --from-line {tally.again_from}")
        if isinstance(stop, KeyboardInterrupt):
            raise stop
    wrong = tally.wrong[_Failure.BAD_INPUT]
    raise typer.Exit(2 if wrong else 1 if any(tally.wrong.values()) or stop else 0)


def _sum_up(tally: _Tally, *, as_json: bool, stopped: bool) -> None:
    counts = {outcome.value: tally.counts[outcome] for outcome in Outcome}
    if as_json:
        lists = {
            why.value: [{"line": line, "reason": reason} for line, reason in sorted(lines.items())]
            for why, lines in tally.wrong.items()
        }
        again = {"from_line": tally.again_from if stopped else None}
        say(json.dumps(counts | lists | again, indent=2))
        return
    counts |= {why.value: len(lines) for why, lines in tally.wrong.items()}
    say(", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items()))
    # Bad input was reported when it was read.
    listed = chain(*(tally.wrong[why].items() for why in _Failure if why is not _Failure.BAD_INPUT))
    for line, reason in sorted(listed):
        say(f"line {line}: {reason}")


async def _open_all(workflows: Workflows, cases: Iterable[Read], by: str, tally: _Tally) -> None:
    # All lines of an account go to one queue, so they keep their order.
    queues = [Queue(_WAITING) for _ in range(_AT_ONCE)]

    async def hand_out() -> None:
        for number, start in cases:
            tally.read = number
            if isinstance(start, BadInput):
                tally.wrong[_Failure.BAD_INPUT][number] = clean(start.message)
                warn(f"line {number}: {clean(start.message)}")
                await asyncio.sleep(0)  # so that many bad lines do not delay the others
            else:
                tally.unfinished[number] = None
                lane = hash(case_workflow_id_of(start.account)) % _AT_ONCE
                await queues[lane].put((number, start))
        for queue in queues:
            await queue.put(None)

    async def work(queue: Queue) -> None:
        while (waiting := await queue.get()) is not None:
            await _open_one(workflows, *waiting, by, tally)
            del tally.unfinished[waiting[0]]

    try:
        async with asyncio.TaskGroup() as group:
            for task in (hand_out(), *map(work, queues)):
                group.create_task(task)
    except ExceptionGroup as group_of:  # all tasks have the same cause
        raise group_of.exceptions[0] from None


async def _open_one(
    workflows: Workflows, number: int, start: CaseInput, by: str, tally: _Tally
) -> None:
    said: list[str] = []
    try:
        view, outcome = await open_or_join(workflows, start, by, said.append)
    except (NoWorker, ServerFailed):  # which stops every line, unlike a stuck case
        raise
    except (DidNotHappen, TemporalFailure) as problem:
        said_no = in_words(problem) if isinstance(problem, TemporalFailure) else problem.message
        tally.wrong[_failure_of(problem)][number] = clean(said_no)
    else:
        if outcome is Outcome.OPENED and not view.timeline:
            why = "the case is started, not yet answered: its coverage is being looked up"
            tally.wrong[_Failure.NOT_YET_ANSWERED][number] = why
        else:
            tally.counts[outcome] += 1
    for note in said:
        if note.startswith("The open case keeps its own"):
            warn(f"line {number}: {note}")


def _failure_of(problem: DidNotHappen | TemporalFailure) -> _Failure:
    match problem:
        case UpdateRefused() | WorkerFailed() | IssuesRefused():
            return _Failure.REFUSED
        case NoAnswer() | NotYetAnswered():
            return _Failure.NOT_YET_ANSWERED
    return _Failure.NOT_OPENED


def read(file: BinaryIO, first: int = 1, policy: Overrides = None) -> Iterator[Read]:
    """Return each line from `first` on with its number, checked. Blank lines are left out."""
    case_of = _from_row if is_csv(file) else _from_json
    for number, values in values_of(file, _Row.model_fields, "a case", _LONGEST):
        if number < first:
            continue
        try:
            if isinstance(values, BadInput):
                raise values
            start = overridden(case_of(values), policy)
            check(start, partial(_warn_of, number))
        except BadInput as problem:
            yield number, problem
        else:
            yield number, start


def _warn_of(number: int, doubt: str) -> None:
    warn(f"line {number}: {doubt}")


def _from_json(values: dict[str, Any]) -> CaseInput:  # Any: whatever the JSON says
    return checked(CaseInput, values)


def _from_row(row: dict[str, Any]) -> CaseInput:  # Any: as above
    row |= {"harmful": row.get("harmful") or "false", "policy": _policy_of(row.get("policy"))}
    account = checked(_Row, row).model_dump()
    policy = account.pop("policy")
    ours = account.keys() - Account.model_fields.keys()
    issue = {name.removeprefix("issue_"): account.pop(name) for name in ours}
    return checked(CaseInput, {"account": account, "issues": [issue], "policy": policy})


def _policy_of(cell: object) -> Overrides:
    try:
        return json_of(str(cell)) if cell and str(cell).strip() else None
    except BadInput as problem:
        raise BadInput(f"policy: {problem.message}") from None
