"""A page that Twilio asks about calls to our number, and cases that such a call may find."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from temporalio.client import Client

from domain.case.timeline import TimelineEntry
from page.app import build
from page.incoming_calls import incoming_routes
from providers.call_wording import SPOKEN
from providers.twilio.api import Account
from providers.twilio.incoming_calls import IncomingCalls
from providers.twilio.telephone import Numbers
from tests.cli.case.test_contact_everywhere import found
from tests.engine import Engine, OpenCase
from tests.page.site import TLS_URL, on_a_port
from tests.providers.calling_in import CallingIn
from tests.providers.twilio_calls import DESK, OURS, SID, TOKEN
from tests.providers.twilio_stand_in import TwilioStandIn
from web.server import serving

_numbers = itertools.count(2_066_000_010, 100)
"""The tests share an engine, so that each has numbers of its own. Nobody answers them."""
STRANGER = "+12065551499"
EN = SPOKEN["en"]


@asynccontextmanager
async def page(client: Client, twilio: TwilioStandIn) -> AsyncIterator[CallingIn]:
    """A page behind a proxy that ends TLS, which Twilio asks."""
    calls = IncomingCalls(Account(SID, TOKEN, twilio.url), Numbers(OURS, DESK), TLS_URL)
    settings, listener = on_a_port()
    local = settings.url or ""
    settings = settings.model_copy(update={"url": TLS_URL})
    app = build(client, settings, telephone=incoming_routes(client, calls, TOKEN))
    async with serving(app, settings, listener):
        yield CallingIn(twilio, TLS_URL, local)


def fresh_number() -> str:
    """A number of its own."""
    return f"+1{next(_numbers)}"


async def opened(engine: Engine, count: int = 1, **options: Any) -> tuple[str, list[OpenCase]]:
    """Open cases of one number, which the search finds."""
    number = fresh_number()
    cases = [await engine.open(emergency_phone=number, **options) for _ in range(count)]
    await found(engine, number, count)
    return number, cases


async def contacts(case: OpenCase) -> list[TimelineEntry]:
    """The contacts in a case's timeline."""
    return [entry for entry in (await case.view()).timeline if entry.what == "contact"]
