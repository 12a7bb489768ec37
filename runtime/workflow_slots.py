"""Lets a worker do one workflow task at a time, and notices lost ones (docs/architecture.md)."""

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
"""Temporal gives a workflow task to another worker after 10 s. A task that takes this long was lost
by the SDK, and the slot with it."""


class OneSlot(CustomSlotSupplier):
    """A worker's only slot for workflow tasks.

    With a second slot the SDK can hold two tasks of one workflow at once, and then loses them.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._free = asyncio.Semaphore(1)
        self._taken_at: float | None = None

    def under_way_for(self) -> float:
        """Return for how many seconds the current task is under way; 0 if there is none."""
        taken_at = self._taken_at  # read it once, since the SDK's threads change it
        return time.monotonic() - taken_at if taken_at is not None else 0.0

    async def reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit:
        """Wait until the slot is free."""
        await self._free.acquire()
        return SlotPermit()

    def try_reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit | None:
        """Refuse a task that was not polled for."""
        return None

    def mark_slot_used(self, ctx: SlotMarkUsedContext) -> None:
        """Note when a task has come."""
        self._taken_at = time.monotonic()

    def release_slot(self, ctx: SlotReleaseContext) -> None:
        """Free the slot. The task is done, or none has come."""
        self._taken_at = None
        # The SDK calls this from its own threads.
        self._loop.call_soon_threadsafe(self._free.release)
