"""A workflow's own clock, played forward on a development server."""

import asyncio
from datetime import timedelta

from temporalio.service import RPCError, RPCStatusCode

from cli.failure_words import SHOWN_BY
from cli.terminal.problems import DidNotHappen
from temporal_client.names import AnyName
from temporal_client.workflows import ANSWERS_WITHIN, Workflows

_PLAYS_WITHIN_SECONDS = 300


async def play(workflows: Workflows, name: AnyName, time: timedelta) -> None:
    """Play a workflow's own clock forward.

    Raises:
        DidNotHappen: it did not get so far, or closed just now.
    """
    # Here, since no other command needs what it imports.
    from runtime.clock import time_skipper

    await _settled(workflows, name)
    handle = workflows.client.get_workflow_handle(name.workflow_id)
    try:
        async with asyncio.timeout(_PLAYS_WITHIN_SECONDS):
            await time_skipper(workflows.client).fast_forward(handle, time)
    except TimeoutError:
        raise DidNotHappen(
            f"{name} did not get so far within {_PLAYS_WITHIN_SECONDS} s; look where it is "
            f"with `python client.py {SHOWN_BY[name.kind.query]} {name}`"
        ) from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise DidNotHappen(f"{name} closed just now") from None
        raise DidNotHappen(
            "this server does not skip time, which only a development server does "
            f"(`make dev`): {error.message}"
        ) from None


async def _settled(workflows: Workflows, name: AnyName) -> None:
    """Let a call that rings end: skipping meanwhile can take the clock further than asked."""
    until = asyncio.get_running_loop().time() + ANSWERS_WITHIN.total_seconds()
    while (await workflows.describe(name)).raw_description.pending_activities:
        # An e-mail in an outage is under way for longer than anybody waits.
        if asyncio.get_running_loop().time() > until:
            return
        await asyncio.sleep(0.1)
