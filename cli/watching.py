"""`show` and `advance`: looking at a case, and playing its clock forward."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from cli.cases import ANSWERS_WITHIN, Snapshot, look, run
from cli.output import console, print_view, say
from cli.page import page_of
from cli.parameters import Case, CaseName, Json, span
from cli.problems import DidNotHappen
from cli.words import how_it_ended, utc

_PLAYS_WITHIN_SECONDS = 300


def show(
    case: Case,
    run_id: Annotated[
        str | None, typer.Option("--run", metavar="RUN_ID", help="An earlier case's run.")
    ] = None,
    as_json: Json = False,
) -> None:
    """The story of the account's newest case, or of an earlier one."""
    name = replace(case, run_id=run_id) if run_id else case
    snapshot = run(lambda client: look(client, name))
    if as_json:
        print_view(snapshot.view, as_json=True)
    else:
        console().print(page_of(snapshot))


def advance(
    case: Case,
    time: Annotated[
        timedelta, typer.Argument(parser=span, metavar="SPAN", help="8h, 15m, 3d or PT8H.")
    ],
    as_json: Json = False,
) -> None:
    """Play the case's own clock forward, on a development server."""
    snapshot = run(lambda client: _advance(client, case, time))
    if not as_json:
        say(f"By the case's own clock it is {utc(snapshot.now)}.")
    print_view(snapshot.view, as_json=as_json)


async def _advance(client: Client, name: CaseName, time: timedelta) -> Snapshot:
    # Here, since no other command needs what it imports.
    from runtime.clock import time_skipper

    await _settled(client, name)
    handle = client.get_workflow_handle(name.workflow_id)
    try:
        async with asyncio.timeout(_PLAYS_WITHIN_SECONDS):
            await time_skipper(client).fast_forward(handle, time)
    except TimeoutError:
        raise DidNotHappen(
            f"{name} did not get so far within {_PLAYS_WITHIN_SECONDS} s; look where it is "
            f"with `python client.py show {name}`"
        ) from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise DidNotHappen(f"{name} closed just now") from None
        raise DidNotHappen(
            "this server does not skip time, which only a development server does "
            f"(`make dev`): {error.message}"
        ) from None
    return await look(client, name)


async def _settled(client: Client, name: CaseName) -> None:
    """Let a call that rings end: skipping meanwhile can take the clock further than asked."""
    until = asyncio.get_running_loop().time() + ANSWERS_WITHIN.total_seconds()
    while True:
        found = await look(client, name)
        if found.broke_off or found.view.closed_at is not None:
            raise DidNotHappen(f"{name} is closed: {found.broke_off or how_it_ended(found.view)}")
        under_way = any(attempt.result is None for attempt in found.view.attempts)
        # An e-mail in an outage is under way for longer than anybody waits.
        if not under_way or asyncio.get_running_loop().time() > until:
            return
        await asyncio.sleep(0.1)
