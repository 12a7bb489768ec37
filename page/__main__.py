"""The account health page as a service: `python -m page` (docs/page.md)."""

import asyncio

import structlog
from starlette.routing import BaseRoute, Route
from temporalio.client import Client

from desk.app import desk_routes
from desk.outside import Outside
from page.app import build
from page.incoming_calls import incoming_routes
from page.telephone_callbacks import callbacks_route
from reference.time_zones import EDITION
from runtime.connection import Unreachable, connect
from runtime.desk_settings import DeskSettings, desk_settings
from runtime.inbound_settings import InboundSettings
from runtime.logs import configure_logs
from runtime.metrics import serving_metrics
from runtime.page_settings import CodecSettings, PageSettings
from runtime.program import end, loaded, not_started
from runtime.providers import callbacks_of, incoming_of, telephone_of
from runtime.release import RELEASE
from runtime.renewal import renewing
from runtime.settings import Settings
from runtime.stopping import stop_on_signal
from web.server import serving

log = structlog.get_logger("page")


async def serve(
    general: Settings, settings: PageSettings, codec: CodecSettings, desk: DeskSettings
) -> None:
    """Serve the page until SIGTERM or SIGINT, and the desk unless it has a host of its own."""
    stop = stop_on_signal()
    # Connect lazily, so that the page starts without Temporal and tells sellers that it is away.
    metrics = serving_metrics(general.metrics)
    client = await connect(identity="page", lazy=True, runtime=metrics)
    telephone = telephone_routes(client, general, settings)
    inbound = loaded(InboundSettings)
    beside: list[BaseRoute] = []
    if desk.is_configured and desk.url is None:
        beside = desk_routes(
            client, desk, settings.require()[1], outside=Outside.of(general, inbound)
        )
    app = build(
        client,
        settings,
        codec,
        general.desk_phone,
        telephone,
        desk=beside,
        replies=inbound.address is not None,
        intake=general.intake(),
        appeal_window=general.appeal_terms.window,
        proof=general.require_verified_number,
        texts=general.sends_texts,
    )
    async with renewing(client), serving(app, settings):
        log.info(
            "serving",
            release=RELEASE,
            url=settings.url,
            host=settings.host,
            port=settings.port,
            time_zones=EDITION,
        )
        await stop.wait()
    log.info("stopped")


def telephone_routes(client: Client, general: Settings, settings: PageSettings) -> list[Route]:
    """Return the endpoint that Twilio calls back, or calls when our number is called."""
    routes: list[Route] = []
    token = general.twilio_auth_token
    if token is None:
        return routes
    if callbacks := callbacks_of(general, settings.url):
        telephone = telephone_of(general, callbacks)
        routes.append(callbacks_route(client, telephone, callbacks, token.get_secret_value()))
    if calls := incoming_of(general, settings.url):
        routes.extend(incoming_routes(client, calls, token.get_secret_value()))
    return routes


def main() -> int:
    """Run the page. Return exit code 2 if a setting is bad or missing."""
    try:
        general = loaded(Settings)
        configure_logs(general.log, general.log_level)
        settings = loaded(PageSettings)
        settings.require()
        asyncio.run(serve(general, settings, loaded(CodecSettings), desk_settings()))
    except (Unreachable, ValueError, OSError) as error:
        return not_started(error)
    return 0


if __name__ == "__main__":
    end(main())
