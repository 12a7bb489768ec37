"""Many calls of a server, some of them in parallel."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar, overload

from temporal_client.failures import ServerFailed, TemporalFailure

First = TypeVar("First")
Second = TypeVar("Second")
Third = TypeVar("Third")
T = TypeVar("T")
Answer = TypeVar("Answer")

AT_ONCE = 16
"""How many calls run ahead: all that is ever in memory."""


async def each(
    items: AsyncIterator[T], ask: Callable[[T], Coroutine[Any, Any, Answer]]
) -> AsyncIterator[tuple[T, Answer]]:
    """Return each item with its answer, in order."""
    ahead: deque[tuple[T, asyncio.Task[Answer]]] = deque()
    try:
        async for item in items:
            ahead.append((item, asyncio.create_task(ask(item))))
            if len(ahead) == AT_ONCE:
                yield ahead[0][0], await ahead[0][1]
                ahead.popleft()
        while ahead:
            yield ahead[0][0], await ahead[0][1]
            ahead.popleft()
    finally:  # if one failed, nobody waits for the others
        for _, asking in ahead:
            asking.cancel()
        await asyncio.gather(*(asking for _, asking in ahead), return_exceptions=True)


def or_failure(
    ask: Callable[[T], Coroutine[Any, Any, Answer]],
) -> Callable[[T], Coroutine[Any, Any, Answer | TemporalFailure]]:
    """Return `ask` with a failure as its answer, for when the other items are still wanted.

    A failure of the server as a whole is raised nevertheless.
    """

    async def asked(item: T) -> Answer | TemporalFailure:
        try:
            return await ask(item)
        except ServerFailed:
            raise
        except TemporalFailure as failure:
            return failure

    return asked


@overload
async def together(
    first: Coroutine[Any, Any, First],
    second: Coroutine[Any, Any, Second],
    third: Coroutine[Any, Any, Third],
    /,
) -> tuple[First, Second, Third]: ...


@overload
async def together(*calls: Coroutine[Any, Any, T]) -> tuple[T, ...]: ...


async def together(*calls: Coroutine[Any, Any, Any]) -> tuple[Any, ...]:  # Any: as above
    """Return the answers of a few calls.

    Raises:
        Exception: one call raised it. The others have ended then, so that nothing is said of them.
    """
    answers = await asyncio.gather(*calls, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return tuple(answers)
