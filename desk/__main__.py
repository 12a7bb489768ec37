"""The desk as a service of its own: `python -m desk` (docs/desk.md)."""

import asyncio

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from temporalio.client import Client

from desk.app import desk_routes
from desk.identity import IdentityProvider
from desk.outside import NOTHING, Outside
from runtime.connection import Unreachable, connect
from runtime.desk_settings import DeskSettings, desk_settings
from runtime.inbound_settings import InboundSettings
from runtime.logs import configure_logs
from runtime.metrics import serving_metrics
from runtime.program import end, loaded, not_started
from runtime.release import RELEASE
from runtime.renewal import renewing
from runtime.settings import Settings
from runtime.stopping import stop_on_signal
from web.middleware import HeadersAndLog, without_redirects
from web.server import serving

log = structlog.get_logger("desk")


def build(
    client: Client,
    settings: DeskSettings,
    provider: IdentityProvider | None = None,
    outside: Outside = NOTHING,
) -> HeadersAndLog:
    """Return the desk, alone on its host. See `desk_routes`.

    Raises:
        ValueError: a setting is missing. The message names it.
    """
    origin = settings.require_url("https://desk.shop.example")

    async def health(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    routes = [
        Route("/", RedirectResponse("/desk/", 303)),
        Route("/health", health),
        *desk_routes(client, settings, origin, provider, outside),
    ]
    app = without_redirects(Starlette(routes=routes))
    return HeadersAndLog(app, tls=origin.startswith("https:"))


async def serve(general: Settings, settings: DeskSettings, outside: Outside) -> None:
    """Serve the desk until SIGTERM or SIGINT."""
    stop = stop_on_signal()
    # Connect lazily, so that the desk starts without Temporal and says that it is away.
    metrics = serving_metrics(general.metrics)
    client = await connect(identity="desk", lazy=True, runtime=metrics)
    app = build(client, settings, outside=outside)
    async with renewing(client), serving(app, settings):
        log.info(
            "serving",
            release=RELEASE,
            url=settings.url,
            host=settings.host,
            port=settings.port,
        )
        await stop.wait()
    log.info("stopped")


def main() -> int:
    """Run the desk. Return exit code 2 if a setting is bad or missing."""
    try:
        general = loaded(Settings)
        configure_logs(general.log, general.log_level)
        settings, inbound = desk_settings(), loaded(InboundSettings)
        asyncio.run(serve(general, settings, Outside.of(general, inbound)))
    except (Unreachable, ValueError, OSError) as error:
        return not_started(error)
    return 0


if __name__ == "__main__":
    end(main())
