"""An engine whose Twilio calls back a page behind a proxy that ends TLS."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.case.attempt import Channel
from domain.case.view import CaseView
from domain.shared.result import Result
from page.app import build
from page.telephone_callbacks import callbacks_route
from providers.failover_telephone import FailoverTelephone
from providers.twilio.callbacks import PATH, Callbacks
from tests.engine import Engine, engine_in
from tests.page.site import TLS_URL, on_a_port
from tests.providers.calling_back import CallingBack, calling_back
from tests.providers.twilio_calls import SELLER, TOKEN
from tests.providers.twilio_stand_in import TwilioStandIn
from web.server import serving

CALLBACKS = Callbacks(TLS_URL + PATH)


@dataclass
class Stage:
    """An engine whose Twilio calls back a page behind a proxy that ends TLS."""

    engine: Engine
    twilio: TwilioStandIn
    back: CallingBack

    async def called(self, **options: Any) -> CaseView:
        """The view once the first call has a result."""
        case = await self.engine.open(wait=False, emergency_phone=SELLER, **options)
        return await case.when(result_of)


def result_of(view: CaseView) -> Result | None:
    """What came of the first call; None: nothing yet."""
    return next((a.result for a in view.attempts if a.channel is Channel.CALL), None)


@asynccontextmanager
async def staged(
    folder: Path,
    server: str | None,
    twilio: TwilioStandIn,
    back: Callable[..., CallingBack] = CallingBack,
    **how: Any,
) -> AsyncIterator[Stage]:
    """Serve it; `how` is how Twilio calls back."""
    telephone = FailoverTelephone({"twilio": twilio.telephone(callbacks=CALLBACKS)})
    async with engine_in(folder, server=server, telephone=telephone) as engine:
        settings, listener = on_a_port()
        local = settings.url or ""
        settings = settings.model_copy(update={"url": TLS_URL})
        endpoint = callbacks_route(engine.client, telephone, CALLBACKS, TOKEN)
        page = build(engine.client, settings, telephone=[endpoint])
        async with (
            serving(page, settings, listener),
            calling_back(back(twilio, TLS_URL, local, **how)) as calling,
        ):
            yield Stage(engine, twilio, calling)
