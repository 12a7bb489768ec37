"""An update that a worker dropped is sent again, whoever sent it (docs/architecture.md).

Temporal refuses an update that it handed to a worker and of which the worker said nothing. The
workflow never saw it, so that is no answer to whoever sent it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from temporalio.client import (
    Interceptor,
    OutboundInterceptor,
    StartWorkflowUpdateInput,
    StartWorkflowUpdateWithStartInput,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateStage,
)
from temporalio.exceptions import ApplicationError

_DROPPED = "UnprocessedUpdate"
"""What Temporal calls the refusal."""
_PAUSES = (0.02, 0.1, 0.5, *[1.0] * 30)
"""Seconds before it is sent again; after the last nobody has answered."""

Handle = WorkflowUpdateHandle[Any]  # Any: whatever the update answers


class SendAgain(Interceptor):
    """Sends it under the same id until the workflow takes or refuses it, for half a minute."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        """As the SDK asks for it."""
        return _SendAgain(next)


class _SendAgain(OutboundInterceptor):
    # The SDK names the parameters.

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> Handle:
        send = super().start_workflow_update

        async def again(update_id: str) -> Handle:
            return await send(replace(input, update_id=update_id))

        return await _until_seen(await send(input), again, input.wait_for_stage)

    async def start_update_with_start_workflow(
        self,
        input: StartWorkflowUpdateWithStartInput,
    ) -> Handle:
        send, update = super().start_update_with_start_workflow, input.update_workflow_input

        async def again(update_id: str) -> Handle:
            # The caller has heard of the start already, and hears of one only once.
            silent = replace(input, _on_start=_heard, _on_start_error=_heard)
            return await send(
                replace(silent, update_workflow_input=replace(update, update_id=update_id))
            )

        return await _until_seen(await send(input), again, update.wait_for_stage)


def _heard(_: object) -> None:
    """Nobody is told twice."""


async def _until_seen(
    handle: Handle, again: Callable[[str], Awaitable[Handle]], stage: WorkflowUpdateStage
) -> Handle:
    for pause in _PAUSES:
        if not await _was_dropped(handle, stage):
            return handle
        await asyncio.sleep(pause)
        handle = await again(handle.id)
    if not await _was_dropped(handle, stage):
        return handle
    raise WorkflowUpdateRPCTimeoutOrCancelledError


async def _was_dropped(handle: Handle, stage: WorkflowUpdateStage) -> bool:
    if stage is not WorkflowUpdateStage.COMPLETED:
        return False  # its outcome may be far away
    try:
        await handle.result()
    except WorkflowUpdateFailedError as error:
        return isinstance(error.cause, ApplicationError) and error.cause.type == _DROPPED
    return False
