"""`watch`: a case followed to its end, through outages of the server and of the worker."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Annotated

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from cli.cases import NoAnswer, Snapshot, look, run
from cli.output import console, say, say_json, warn
from cli.parameters import Case, CaseName, case_name
from cli.problems import DidNotHappen
from cli.words import (
    attempt_of,
    has_deadline,
    how_it_ended,
    left,
    plain,
    status_of,
    to_come,
    utc,
    what_next,
)
from domain.case.status import CLOSED
from domain.case.view import CaseView

_WAITING_HELPS_NOT = (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED)


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
    # Not what rich takes for a terminal: FORCE_COLOR makes it one of any pipe.
    live = sys.stdout.isatty() and not screen.is_dumb_terminal and not as_json

    async def follow_it(client: Client) -> Snapshot:
        found = follow(client, case, interval)
        return await (_on_screen(found, screen) if live else _in_lines(found, as_json=as_json))

    ended = run(follow_it)
    if ended.broke_off:
        raise DidNotHappen(f"{case}: {ended.broke_off}")
    if not as_json:
        say(f"{case} ended: {how_it_ended(ended.view)}.")


async def follow(
    client: Client, name: CaseName, interval: float
) -> AsyncIterator[Snapshot | NoAnswer]:
    """The case at each look, or why nobody answers for it just now; the last is its end.

    Raises:
        DidNotHappen: there is no such case, or nobody answers from the start.
    """
    snapshot = await look(client, name)
    ours = snapshot.view.id
    while True:
        if snapshot.ended or snapshot.view.closed_at is None:
            yield snapshot
        if snapshot.ended:
            return
        while True:
            await asyncio.sleep(interval)
            try:
                # Not by its own id: the run in it may be long gone from the server, if the case
                # has continued as new. The id is for when the account has a later case.
                snapshot = await look(client, CaseName(name.workflow_id))
                if snapshot.view.id != ours:
                    snapshot = await look(client, case_name(ours))
                break
            except NoAnswer as problem:
                yield problem
            except RPCError as error:
                if error.status in _WAITING_HELPS_NOT:
                    raise
                yield NoAnswer("the Temporal server does not answer")


async def _in_lines(found: AsyncIterator[Snapshot | NoAnswer], *, as_json: bool) -> Snapshot:
    last: Snapshot | None = None
    trouble = ""
    async for now in found:
        if isinstance(now, NoAnswer):
            if now.message != trouble:
                warn(f"{now.message}; still watching")
            trouble = now.message
            continue
        if trouble:
            warn("there is an answer again")
            trouble = ""
        if last is None or (now.view, now.broke_off) != (last.view, last.broke_off):
            if as_json:
                say_json(now.view.model_dump_json())
            else:
                say(_line(now))
            sys.stdout.flush()  # whoever reads the pipe waits for it
        last = now
    assert last is not None
    return last


async def _on_screen(found: AsyncIterator[Snapshot | NoAnswer], screen: Console) -> Snapshot:
    last: Snapshot | None = None
    with Live(console=screen, auto_refresh=False) as live:
        async for now in found:
            if isinstance(now, Snapshot):
                last = now
            if last is None:
                continue
            trouble = f"{now.message}; still watching" if isinstance(now, NoAnswer) else None
            # Half of the screen for what was done, half for what is to come.
            live.update(_frame(last, trouble, max(2, (screen.height - 12) // 2)), refresh=True)
    assert last is not None
    return last


def _line(snapshot: Snapshot) -> str:
    said = "; ".join(_standing(snapshot).values())
    happened = snapshot.view.timeline[-1:]
    last = "".join(f"; last: {plain(e.what)} {plain(e.result or '')}".rstrip() for e in happened)
    return f"{snapshot.now:%Y-%m-%d %H:%M:%S} UTC: {said}{last}"


def _frame(snapshot: Snapshot, trouble: str | None, rows: int) -> RenderableType:
    view = snapshot.view
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    grid.add_row("Case", f"{view.id}, {utc(snapshot.now)}")
    for name, value in _standing(snapshot).items():
        grid.add_row(name, value)
    if trouble:
        grid.add_row("No answer", trouble, style="yellow")
    return Group(grid, _attempts(view, rows))


def _standing(snapshot: Snapshot) -> dict[str, str]:
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
