"""What the tests of the providers share."""

from collections.abc import AsyncIterator

import pytest

from tests.engine import Engine
from tests.providers.calling_in import CallingIn
from tests.providers.incoming_stage import page
from tests.providers.twilio_stand_in import TwilioStandIn, twilio_stand_in


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioStandIn]:
    async with twilio_stand_in() as stand_in:
        yield stand_in


@pytest.fixture
async def calling(engine: Engine, twilio: TwilioStandIn) -> AsyncIterator[CallingIn]:
    async with page(engine.client, twilio) as running:
        yield running
