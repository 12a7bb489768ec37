"""Keeps what is under way in agreement with what is wanted (docs/architecture.md)."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Iterator
from typing import Any, Generic, TypeVar

from temporalio import workflow
from temporalio.exceptions import is_cancelled_exception

Step = TypeVar("Step", bound=Hashable)
Outcome = TypeVar("Outcome")


class Reconciler(Generic[Step, Outcome]):
    """The steps under way, each a task of its own; `perform` makes the coroutine of one."""

    def __init__(self, perform: Callable[[Step], Coroutine[Any, Any, Outcome]]) -> None:
        self._perform = perform
        self._tasks: dict[Step, asyncio.Task[Outcome]] = {}
        self._news = False

    @property
    def under_way(self) -> tuple[Step, ...]:
        """The steps under way, those being called off included."""
        return tuple(self._tasks)

    def reconcile(self, wanted: tuple[Step, ...]) -> None:
        """Call off what is not wanted any more, and begin what is not under way yet."""
        for step, task in self._tasks.items():
            if step not in wanted and not task.cancelling():
                task.cancel()
        for step in wanted:
            if step not in self._tasks:
                task = asyncio.create_task(self._perform(step))
                task.add_done_callback(lambda _: self.tell())
                self._tasks[step] = task

    def tell(self) -> None:
        """Something changed."""
        self._news = True

    def nothing_new(self) -> None:
        """What changed so far is about to be looked at."""
        self._news = False

    async def wait_for_news(self) -> None:
        """Wait until something changed: a task ended or an update came in."""
        await workflow.wait_condition(lambda: self._news)

    def take_off_finished(self) -> Iterator[tuple[Step, Outcome | None]]:
        """Each finished step with what came of it, None where it was called off.

        Raises:
            Exception: what the step raised.
        """
        for step in [step for step, task in self._tasks.items() if task.done()]:
            task = self._tasks.pop(step)
            error = None if task.cancelled() else task.exception()
            off = task.cancelled() or (error is not None and is_cancelled_exception(error))
            yield step, None if off else task.result()
