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

    @property
    def under_way(self) -> tuple[Step, ...]:
        """The steps under way, including those being cancelled."""
        return tuple(self._tasks)

    def reconcile(self, wanted: tuple[Step, ...]) -> None:
        """Cancel steps that are no longer wanted, and start the new ones."""
        for step, task in self._tasks.items():
            if step not in wanted and not task.cancelling():
                task.cancel()
        for step in wanted:
            if step not in self._tasks:
                task = asyncio.create_task(self._perform(step))
                task.add_done_callback(lambda _: self.tell())
                self._tasks[step] = task

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
            error = None if task.cancelled() else task.exception()
            cancelled = task.cancelled() or (error is not None and is_cancelled_exception(error))
            yield step, None if cancelled else task.result()
