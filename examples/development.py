"""What `worker.py --dev` runs beside the worker: page, desk and the reader of mail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.routing import BaseRoute
from temporalio.client import Client

from desk.app import desk_routes
from desk.dev_people import DevPeople
from desk.outside import Outside
from inbound.setting_up import reading_of
from page.app import build
from runtime.desk_settings import desk_on_this_machine, desk_settings
from runtime.inbound_settings import InboundSettings
from runtime.page_settings import PageSettings, on_this_machine
from runtime.settings import Settings
from web.server import serving


@asynccontextmanager
async def beside_the_worker(
    client: Client,
    settings: Settings,
    page: PageSettings,
    inbound: InboundSettings,
    stop: asyncio.Event,
) -> AsyncIterator[PageSettings]:
    """Serve page and desk while the block runs, and read mail until `stop` is set.

    Yield the page's settings with its address on this machine.

    Raises:
        ValueError: a setting is bad or missing. The message names it.
    """
    page, listener = on_this_machine(page, settings.state)
    app = build(
        client,
        page,
        desk_phone=settings.desk_phone,
        desk=_desk(client, settings, page, inbound),
        replies=inbound.address is not None,
        intake=settings.intake(),
        appeal_window=settings.appeal_terms.window,
        proof=settings.require_verified_number,
        texts=settings.sends_texts,
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(app, page, listener))
        print(f"Page      {page.url}", flush=True)
        print("          python client.py link US/A2EXAMPLE   makes a seller's link to it")
        print(f"Desk      {page.url}/desk/", flush=True)
        if mailbox := inbound.imap_server():
            await stack.enter_async_context(_reading_mail(client, settings, inbound, stop))
            print(f"Answers   {inbound.address}, read from {mailbox.host}", flush=True)
        print("Ctrl-C stops.", flush=True)
        yield page


def _desk(
    client: Client, settings: Settings, page: PageSettings, inbound: InboundSettings
) -> list[BaseRoute]:
    """Return the desk, at which four people sign in by one click if no provider is set."""
    _, origin = page.require()
    desk = desk_on_this_machine(desk_settings(), settings.state)
    provider = None if desk.is_configured else DevPeople(origin)
    return desk_routes(client, desk, origin, provider, Outside.of(settings, inbound))


@asynccontextmanager
async def _reading_mail(
    client: Client, settings: Settings, inbound: InboundSettings, stop: asyncio.Event
) -> AsyncIterator[None]:
    reading = asyncio.create_task(reading_of(client, settings, inbound).read_until(stop))
    try:
        yield
    finally:
        stop.set()
        await reading
