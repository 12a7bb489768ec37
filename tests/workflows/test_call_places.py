"""The places that a number has for calls outside any case (docs/rules.md, section 2)."""

from datetime import timedelta

from domain.shared.names import line_workflow_id
from providers.temporal.phone_lock import TemporalPhoneLock
from tests.engine import Engine

PHONE = "+12065559901"
SPAN = timedelta(minutes=30)


async def test_a_call_that_asks_again_takes_no_second_place(engine: Engine) -> None:
    lock = TemporalPhoneLock(engine.client)

    async def takes(key: str, *, perhaps_taken: bool = False) -> bool:
        return await lock.take_place(PHONE, key, 2, SPAN, perhaps_taken=perhaps_taken)

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
