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
        self._has_finished = self._was_quiet = self._must_leave_event = False

    @property
    def under_way(self) -> tuple[Step, ...]:
        """The steps under way, including those being cancelled."""
        return tuple(self._tasks)

    @property
    def must_leave_event(self) -> bool:
        """Whether the workflow must put an event into the history after this reconciling.

        It has to if steps finished, nothing was started, and perhaps the workflow task before this
        one left no event either. Otherwise, on replay, an update in the next workflow task is taken
        before the outcomes of these steps (docs/architecture.md).
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
        self._must_leave_event = self._has_finished and self._was_quiet and not new
        self._was_quiet = not new
        self._has_finished = False

    def left_event(self) -> None:
        """Note that the workflow put an event into the history after this reconciling."""
        self._was_quiet = False

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
            self._has_finished = True
            # A cancelled step may have used several workflow tasks, and the last left no event.
            self._was_quiet |= task.cancelling() > 0
            error = None if task.cancelled() else task.exception()
            cancelled = task.cancelled() or (error is not None and is_cancelled_exception(error))
            yield step, None if cancelled else task.result()
