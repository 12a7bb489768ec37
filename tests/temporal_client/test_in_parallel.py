"""A few calls at once."""

import asyncio
import logging

import pytest

from temporal_client.in_parallel import together


async def fails(after: float) -> int:
    await asyncio.sleep(after)
    raise LookupError(f"after {after}")


async def answers(value: int) -> int:
    return value


async def test_the_answers_are_in_order() -> None:
    assert await together(*(answers(n) for n in range(4))) == (0, 1, 2, 3)


def test_calls_that_fail_later_leave_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """Asyncio says at its end what became of calls that nobody waits for."""

    async def command() -> None:
        with pytest.raises(LookupError, match=r"after 0\.05"):
            await together(fails(0.05), fails(0), answers(1))

    with caplog.at_level(logging.ERROR):
        asyncio.run(command())
    assert caplog.records == []
