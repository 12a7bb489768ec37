"""`show` and `advance`: looking at a case, and playing its clock forward."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

import typer
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from cli.asking import Kind, describe, run
from cli.cases import CASE, Snapshot, look
from cli.output import console, print_view, say
from cli.page import page_of
from cli.parameters import Case, Json, Name, Span
from cli.problems import DidNotHappen
from cli.queues import ANSWERS_WITHIN
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


def advance(case: Case, time: Span, as_json: Json = False) -> None:
    """Play the case's own clock forward, on a development server."""

    async def advanced(client: Client) -> Snapshot:
        found = await look(client, case)
        if found.broke_off or found.view.closed_at is not None:
            raise DidNotHappen(f"{case} is closed: {found.broke_off or how_it_ended(found.view)}")
        await play(client, CASE, case, time)
        return await look(client, case)

    snapshot = run(advanced)
    if not as_json:
        say(f"By the case's own clock it is {utc(snapshot.now)}.")
    print_view(snapshot.view, as_json=as_json)


async def play(client: Client, kind: Kind[Any], name: Name, time: timedelta) -> None:
    """Play a workflow's own clock forward.

    Raises:
        DidNotHappen: it did not get so far, or closed just now.
    """
    # Here, since no other command needs what it imports.
    from runtime.clock import time_skipper

    await _settled(client, kind, name)
    handle = client.get_workflow_handle(name.workflow_id)
    try:
        async with asyncio.timeout(_PLAYS_WITHIN_SECONDS):
            await time_skipper(client).fast_forward(handle, time)
    except TimeoutError:
        raise DidNotHappen(
            f"{name} did not get so far within {_PLAYS_WITHIN_SECONDS} s; look where it is "
            f"with `python client.py {kind.shown_by} {name}`"
        ) from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise DidNotHappen(f"{name} closed just now") from None
        raise DidNotHappen(
            "this server does not skip time, which only a development server does "
            f"(`make dev`): {error.message}"
        ) from None


async def _settled(client: Client, kind: Kind[Any], name: Name) -> None:
    """Let a call that rings end: skipping meanwhile can take the clock further than asked."""
    until = asyncio.get_running_loop().time() + ANSWERS_WITHIN.total_seconds()
    while (await describe(client, kind, name)).raw_description.pending_activities:
        # An e-mail in an outage is under way for longer than anybody waits.
        if asyncio.get_running_loop().time() > until:
            return
        await asyncio.sleep(0.1)
