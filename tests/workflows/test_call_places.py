"""The places that a number has for calls outside any case (docs/rules.md, section 2)."""

from datetime import timedelta

import pytest

from domain.shared.names import line_workflow_id
from providers.protocols import CallLimit
from providers.temporal.phone_lock import TemporalPhoneLock
from tests.engine import Engine

PHONE, OTHER_PHONE = "+12065559901", "+12065559902"
SPAN = timedelta(minutes=30)


async def test_a_call_that_asks_again_takes_no_second_place(engine: Engine) -> None:
    lock = TemporalPhoneLock(engine.client)
    limit = CallLimit(PHONE, 2, SPAN)

    async def takes(key: str, *, perhaps_taken: bool = False) -> bool:
        return await lock.take_places(key, [limit], perhaps_taken=perhaps_taken)

    assert await takes("first")
    assert await takes("second")
    assert not await takes("third")
    # The first place is free again when the second call asks again, since the answer was lost.
    place = engine.client.get_workflow_handle(f"{line_workflow_id(PHONE)}/1800s/1")
    await place.terminate()
    assert await takes("second", perhaps_taken=True)
    assert await takes("third"), "the free place is left to others"
    assert not await takes("fourth")
    assert await takes("third", perhaps_taken=True)


@pytest.mark.parametrize("asks_again", [False, True])
async def test_a_call_that_is_refused_a_place_keeps_none(engine: Engine, asks_again: bool) -> None:
    lock = TemporalPhoneLock(engine.client)
    share = CallLimit(f"{OTHER_PHONE} for {asks_again}", 1, SPAN)
    number = CallLimit(f"{OTHER_PHONE} at {asks_again}", 1, SPAN)
    assert await lock.take_places("of another", [number], perhaps_taken=False)
    if asks_again:  # the first try took the share, and was lost
        assert await lock.take_places("refused", [share], perhaps_taken=False)
    for _ in range(3):
        limits = [share, number]
        assert not await lock.take_places("refused", limits, perhaps_taken=asks_again)
    assert await lock.take_places("later", [share], perhaps_taken=False)
