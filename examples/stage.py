"""Plays a case of the demo."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper

from domain.case.status import Status
from domain.case.view import CaseView
from workflows.case.issue_case import IssueCase


class Stage:
    """A case of the demo, with its clock."""

    def __init__(self, skipper: TimeSkipper, handle: WorkflowHandle[Any, CaseView]) -> None:
        self._skipper = skipper
        self._handle = handle

    async def look(self) -> CaseView:
        """Return the current view."""
        return await self._handle.query(IssueCase.case)

    async def play(self, time: timedelta) -> None:
        """Let time pass on the case's own clock."""
        await self._skipper.fast_forward(self._handle, time)

    async def until(self, *statuses: Status) -> CaseView:
        """Let time pass from attempt to attempt until the case is in one of `statuses`."""
        while (view := await self.look()).status not in statuses:
            if any(attempt.result is None for attempt in view.attempts) or not view.agenda:
                await asyncio.sleep(0.05)
                continue
            now = await self._skipper.get_current_time(self._handle)
            await self.play(max(view.agenda[0].due - now, timedelta(0)) + timedelta(seconds=1))
        return view

    async def tell(self, update: Any, event: Any) -> CaseView:  # Any: each update has its own type
        """Send an update, and return the view afterwards."""
        await self._handle.execute_update(update, event)
        return await self.look()

    async def end(self) -> CaseView:
        """Wait for the end of the case, and return its view."""
        return await self._handle.result()
