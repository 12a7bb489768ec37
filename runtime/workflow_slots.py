"""Workflow tasks are taken one at a time, and none may be lost unnoticed (docs/architecture.md)."""

import asyncio
import time

from temporalio.worker import (
    CustomSlotSupplier,
    SlotMarkUsedContext,
    SlotPermit,
    SlotReleaseContext,
    SlotReserveContext,
)

LOST_AFTER_SECONDS = 60.0
"""Temporal hands a workflow task to another worker after 10 s. One that is still not done then is
one that nobody works on: the SDK has lost it, and with it the slot."""


class OneSlot(CustomSlotSupplier):
    """The only slot for workflow tasks of a worker.

    With a second slot the SDK can hold two tasks of one workflow at once, and loses what it holds.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._free = asyncio.Semaphore(1)
        self._taken_at: float | None = None

    def under_way_for(self) -> float:
        """For how many seconds the task under way has been so; 0 if there is none."""
        taken_at = self._taken_at  # read once: the SDK's threads change it
        return time.monotonic() - taken_at if taken_at is not None else 0.0

    async def reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit:
        """Wait until the slot is free."""
        await self._free.acquire()
        return SlotPermit()

    def try_reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit | None:
        """Take no task that was not polled for."""
        return None

    def mark_slot_used(self, ctx: SlotMarkUsedContext) -> None:
        """A task has come."""
        self._taken_at = time.monotonic()

    def release_slot(self, ctx: SlotReleaseContext) -> None:
        """The task is done, or none has come."""
        self._taken_at = None
        # The SDK calls from threads of its own.
        self._loop.call_soon_threadsafe(self._free.release)
