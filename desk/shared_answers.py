"""Answers of Temporal that several people ask for at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class SharedAnswers:
    """Keeps each answer for a moment, and asks once for everybody who waits for it.

    Twenty people watch the same lists, and each page asks again every few seconds. Without this
    each of them would cost Temporal as much as the first.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._asked: dict[Hashable, tuple[float, asyncio.Future[Any]]] = {}  # Any: all answers

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """Return the answer that `key` names, no older than the seconds given.

        One that is still awaited is waited for. A failure is raised for all who waited, and is not
        kept.
        """
        known = self._asked.get(key)
        if known is None or self._is_over(known):
            self._asked = {k: one for k, one in self._asked.items() if not self._is_over(one)}
            known = (self._clock(), asyncio.ensure_future(ask()))
            self._asked[key] = known
        # One of those who wait may go away. The others still want the answer.
        return cast(T, await asyncio.shield(known[1]))

    def forget(self) -> None:
        """Ask anew for everything from now on, since somebody has changed something."""
        self._asked.clear()

    def _is_over(self, known: tuple[float, asyncio.Future[Any]]) -> bool:
        asked_at, answer = known
        if not answer.done():
            return False
        failed = answer.cancelled() or answer.exception() is not None
        return failed or self._clock() - asked_at >= self._seconds
