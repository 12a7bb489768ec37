"""What the tests of the providers share."""

from collections.abc import AsyncIterator

import pytest

from tests.providers.twilio_stand_in import TwilioStandIn, twilio_stand_in


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioStandIn]:
    async with twilio_stand_in() as stand_in:
        yield stand_in
