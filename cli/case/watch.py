"""`watch`: follow a case to its end, through outages of the server and of the worker."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Annotated

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from temporalio.service import RPCStatusCode

from cli.case.words import (
    attempt_of,
    has_deadline,
    how_it_ended,
    status_of,
    to_come,
    what_next,
)
from cli.failure_words import no_answer_in_words
from cli.session import run
from cli.terminal.output import console, say, say_json, warn
from cli.terminal.parameters import Case, parse_case
from cli.terminal.problems import DidNotHappen
from cli.terminal.words import left, utc
from domain.case.status import CLOSED
from domain.case.view import CaseView
from domain.shared.codes import plain
from temporal_client.failures import NoAnswer, ServerRefused
from temporal_client.names import CaseName
from temporal_client.snapshot import Snapshot
from temporal_client.workflows import Workflows

_NOT_RETRYABLE = (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED)


CaseSnapshot = Snapshot[CaseView]


@dataclass(frozen=True)
class Outage:
    """Why nobody answers for the case just now."""

    why: str


def watch(
    case: Case,
    interval: Annotated[
        float, typer.Option(min=0.1, max=3600, metavar="SECONDS", help="How often to look.")
    ] = 1,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the case view as a line of JSON at each change.")
    ] = False,
) -> None:
    """Follow a case until it ends: status, time left, attempts made and to come.

    Where the output is no terminal, a line for each change. An outage is said on standard error
    and waited for. The exit code is 0 once the case has closed, 1 if its workflow broke off.
    """
    screen = console()
    # Not rich's own test of a terminal: FORCE_COLOR makes any pipe one.
    live = sys.stdout.isatty() and not screen.is_dumb_terminal and not as_json

    async def follow_it(workflows: Workflows) -> CaseSnapshot:
        found = follow(workflows, case, interval)
        return await (_on_screen(found, screen) if live else _in_lines(found, as_json=as_json))

    ended = run(follow_it)
    if ended.broke_off:
        raise DidNotHappen(f"{case}: {ended.broke_off}")
    if not as_json:
        say(f"{case} ended: {how_it_ended(ended.view)}.")


async def follow(
    workflows: Workflows, name: CaseName, interval: float
) -> AsyncIterator[CaseSnapshot | Outage]:
    """Return the case again and again, or why nobody answers just now. The last one has ended.

    Raises:
        TemporalFailure: there is no such case, or nobody answers from the start.
    """
    snapshot = await workflows.snapshot(name)
    ours = snapshot.view.id
    while True:
        if snapshot.ended or snapshot.view.closed_at is None:
            yield snapshot
        if snapshot.ended:
            return
        while True:
            await asyncio.sleep(interval)
            try:
                # Not by its own id: if the case has continued as new, the server may have
                # deleted the run in it. The id is for when the account has a later case.
                snapshot = await workflows.snapshot(replace(name, run_id=None))
                if snapshot.view.id != ours:
                    snapshot = await workflows.snapshot(parse_case(ours))
                break
            except NoAnswer as failure:
                yield Outage(no_answer_in_words(failure))
            except ServerRefused as failure:
                if failure.status in _NOT_RETRYABLE:
                    raise
                yield Outage("the Temporal server does not answer")


async def _in_lines(found: AsyncIterator[CaseSnapshot | Outage], *, as_json: bool) -> CaseSnapshot:
    last: CaseSnapshot | None = None
    trouble = ""
    async for now in found:
        if isinstance(now, Outage):
            if now.why != trouble:
                warn(f"{now.why}; still watching")
            trouble = now.why
            continue
        if trouble:
            warn("there is an answer again")
            trouble = ""
        if last is None or (now.view, now.broke_off) != (last.view, last.broke_off):
            if as_json:
                say_json(now.view.model_dump_json())
            else:
                say(_line(now))
            sys.stdout.flush()  # for the reader of a pipe
        last = now
    assert last is not None
    return last


async def _on_screen(found: AsyncIterator[CaseSnapshot | Outage], screen: Console) -> CaseSnapshot:
    last: CaseSnapshot | None = None
    with Live(console=screen, auto_refresh=False) as live:
        async for now in found:
            if isinstance(now, Snapshot):
                last = now
            if last is None:
                continue
            trouble = f"{now.why}; still watching" if isinstance(now, Outage) else None
            # Half of the screen for the attempts made, half for those to come.
            live.update(_frame(last, trouble, max(2, (screen.height - 12) // 2)), refresh=True)
    assert last is not None
    return last


def _line(snapshot: CaseSnapshot) -> str:
    said = "; ".join(_state_lines(snapshot).values())
    happened = snapshot.view.timeline[-1:]
    last = "".join(f"; last: {plain(e.what)} {plain(e.result or '')}".rstrip() for e in happened)
    return f"{snapshot.now:%Y-%m-%d %H:%M:%S} UTC: {said}{last}"


def _frame(snapshot: CaseSnapshot, trouble: str | None, rows: int) -> RenderableType:
    view = snapshot.view
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    grid.add_row("Case", f"{view.id}, {utc(snapshot.now)}")
    for name, value in _state_lines(snapshot).items():
        grid.add_row(name, value)
    if trouble:
        grid.add_row("No answer", trouble, style="yellow")
    return Group(grid, _attempts(view, rows))


def _state_lines(snapshot: CaseSnapshot) -> dict[str, str]:
    view = snapshot.view
    under_way = sum(made.result is None for made in view.attempts)
    made = f"{len(view.attempts) - under_way} attempts made"
    if view.status not in CLOSED:
        made += f", {len(view.agenda)} to come"
    standing = {"Status": status_of(view)}
    if snapshot.broke_off:
        return standing | {"Broken off": snapshot.broke_off, "Attempts": made}
    if has_deadline(view) and view.deadline is not None:
        standing["Deadline"] = left(view.deadline - snapshot.now)
    standing["Attempts"] = made
    if upcoming := what_next(view):
        standing["Next"] = upcoming
    return standing


def _attempts(view: CaseView, rows: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("#", "at", "what", "result"):
        table.add_column(column)
    for made in view.attempts[-rows:]:
        result = plain(made.result) if made.result else "under way"
        table.add_row(str(made.number), utc(made.at), attempt_of(made.channel, made.about), result)
    for planned in to_come(view)[:rows]:
        what = attempt_of(planned.channel, planned.about)
        table.add_row("", utc(planned.due), what, "to come", style="dim")
    return table
