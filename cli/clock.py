"""Play a workflow's own clock forward, on a development server."""

import asyncio
from datetime import timedelta

from temporalio.service import RPCError, RPCStatusCode

from cli.failure_words import SHOWN_BY
from cli.session import how_it_ended, run
from cli.terminal.output import say
from cli.terminal.problems import DidNotHappen
from cli.terminal.words import utc
from domain.case.view import CaseView
from temporal_client.names import AnyName, Name, View
from temporal_client.snapshot import Snapshot
from temporal_client.workflows import ANSWERS_WITHIN, Workflows

_PLAYS_WITHIN_SECONDS = 300


def play_forward(name: Name[View], time: timedelta, *, say_time: bool) -> View:
    """Play a workflow's own clock forward, and return its view then.

    Raises:
        DidNotHappen: it is closed, or did not get so far.
    """

    async def play(workflows: Workflows) -> Snapshot[View]:
        before = await workflows.snapshot(name)
        if before.ended or (isinstance(before.view, CaseView) and before.view.closed_at):
            raise DidNotHappen(f"{name} is closed: {how_it_ended(before)}")
        await _wait_for_activities(workflows, name)
        await _skip(workflows, name, time)
        return await workflows.snapshot(name)

    after = run(play)
    if say_time:
        say(f"By the {name.query.workflow}'s own clock it is {utc(after.now)}.")
    return after.view


async def _skip(workflows: Workflows, name: AnyName, time: timedelta) -> None:
    # Imported here, since no other command needs it.
    from runtime.clock import time_skipper

    handle = workflows.client.get_workflow_handle(name.workflow_id)
    try:
        async with asyncio.timeout(_PLAYS_WITHIN_SECONDS):
            await time_skipper(workflows.client).fast_forward(handle, time)
    except TimeoutError:
        raise DidNotHappen(
            f"{name} did not get so far within {_PLAYS_WITHIN_SECONDS} s; look where it is "
            f"with `python client.py {SHOWN_BY[name.query.workflow]} {name}`"
        ) from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise DidNotHappen(f"{name} closed just now") from None
        raise DidNotHappen(
            "this server does not skip time, which only a development server does "
            f"(`make dev`): {error.message}"
        ) from None


async def _wait_for_activities(workflows: Workflows, name: AnyName) -> None:
    """Let a call that rings end. A skip meanwhile can take the clock further than asked."""
    until = asyncio.get_running_loop().time() + ANSWERS_WITHIN.total_seconds()
    while (await workflows.describe(name)).raw_description.pending_activities:
        # In an outage an e-mail is under way for hours.
        if asyncio.get_running_loop().time() > until:
            return
        await asyncio.sleep(0.1)
