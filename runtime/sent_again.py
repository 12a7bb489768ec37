"""Sends an update again that a worker dropped (docs/architecture.md).

Temporal refuses an update if the worker that got it does not mention it in its answer. The
workflow never saw such an update, so the caller must not get that refusal.
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
"""Temporal's name of the refusal."""
_PAUSES = (0.02, 0.1, 0.5, *[1.0] * 30)
"""Seconds before each further try. After the last one, the update counts as unanswered."""

Handle = WorkflowUpdateHandle[Any]  # Any: the type of the update's answer


class SendAgain(Interceptor):
    """Sends a dropped update again, under the same id, for up to half a minute."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        """Wrap the SDK's interceptor."""
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
            # The first try has told the caller of the start, so this one must not.
            silent = replace(input, _on_start=_ignore, _on_start_error=_ignore)
            return await send(
                replace(silent, update_workflow_input=replace(update, update_id=update_id))
            )

        return await _until_seen(await send(input), again, update.wait_for_stage)


def _ignore(_: object) -> None:
    """Ignore the report of a repeated start."""


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
        return False  # the outcome can be far away, so do not wait for it
    try:
        await handle.result()
    except WorkflowUpdateFailedError as error:
        return isinstance(error.cause, ApplicationError) and error.cause.type == _DROPPED
    return False
