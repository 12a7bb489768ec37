"""Keeps the steps under way equal to the wanted steps (docs/architecture.md)."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Iterator
from typing import Any, Generic, TypeVar

from temporalio import workflow
from temporalio.exceptions import is_cancelled_exception

Step = TypeVar("Step", bound=Hashable)
Outcome = TypeVar("Outcome")


class Reconciler(Generic[Step, Outcome]):
    """The steps under way. Each is a task that runs the coroutine from `perform`."""

    def __init__(self, perform: Callable[[Step], Coroutine[Any, Any, Outcome]]) -> None:
        self._perform = perform
        self._tasks: dict[Step, asyncio.Task[Outcome]] = {}
        self._news = False
        self._has_taken_off = self._must_leave_event = False
        self._event_left_at = 0

    @property
    def under_way(self) -> tuple[Step, ...]:
        """The steps under way, including those being cancelled."""
        return tuple(self._tasks)

    @property
    def must_leave_event(self) -> bool:
        """Whether the workflow must put an event into the history after this reconciling.

        It has to if steps finished, and this workflow task has left no event yet. Otherwise, on
        replay, an update of the next workflow task and the outcomes of these steps may come in
        another order (docs/architecture.md).
        """
        return self._must_leave_event

    def reconcile(self, wanted: tuple[Step, ...]) -> None:
        """Cancel steps that are no longer wanted, and start the new ones."""
        for step, task in self._tasks.items():
            if step not in wanted and not task.cancelling():
                task.cancel()
        new = [step for step in wanted if step not in self._tasks]
        for step in new:
            task = asyncio.create_task(self._perform(step))
            task.add_done_callback(lambda _: self.tell())
            self._tasks[step] = task
        if new:
            self.left_event()
        has_left = self._event_left_at == _workflow_task()
        self._must_leave_event = self._has_taken_off and not has_left
        self._has_taken_off = False

    def left_event(self) -> None:
        """Note that this workflow task puts an event into the history."""
        self._event_left_at = _workflow_task()

    def tell(self) -> None:
        """Note that something changed."""
        self._news = True

    def nothing_new(self) -> None:
        """Forget the changes so far. Call this just before looking at them."""
        self._news = False

    async def wait_for_news(self) -> None:
        """Wait until a task ends or an update comes in."""
        await workflow.wait_condition(lambda: self._news)

    def take_off_finished(self) -> Iterator[tuple[Step, Outcome | None]]:
        """Remove the finished steps. Yield each with its outcome, or None if it was cancelled.

        Raises:
            Exception: the step raised it.
        """
        for step in [step for step, task in self._tasks.items() if task.done()]:
            task = self._tasks.pop(step)
            self._has_taken_off = True
            error = None if task.cancelled() else task.exception()
            cancelled = task.cancelled() or (error is not None and is_cancelled_exception(error))
            yield step, None if cancelled else task.result()


def _workflow_task() -> int:
    """Return what tells the present workflow task from the others."""
    return workflow.info().get_current_history_length()
