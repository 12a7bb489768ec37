"""Reads the answers to our e-mails as a service: `python -m inbound` (docs/inbound-mail.md)."""

import asyncio
from contextlib import AsyncExitStack

import structlog

from inbound.setting_up import reading_of
from runtime.connection import Unreachable, connect
from runtime.health import serving_health
from runtime.inbound_settings import InboundSettings
from runtime.logs import configure_logs
from runtime.metrics import serving_metrics
from runtime.program import end, loaded, not_started
from runtime.release import RELEASE
from runtime.renewal import renewing
from runtime.settings import Settings
from runtime.stopping import stop_on_signal

log = structlog.get_logger("inbound")


async def serve(general: Settings, settings: InboundSettings) -> None:
    """Read the mailbox until SIGTERM or SIGINT.

    Raises:
        ValueError: a setting is bad or missing. The message names it.
    """
    stop = stop_on_signal()
    # Connect lazily: while Temporal is away, messages wait in the mailbox.
    metrics = serving_metrics(general.metrics)
    client = await connect(identity="inbound", lazy=True, runtime=metrics)
    reading = reading_of(client, general, settings)
    async with AsyncExitStack() as stack:
        if general.health:
            await stack.enter_async_context(serving_health(general.health, reading.what_is_wrong))
        await stack.enter_async_context(renewing(client))
        log.info("serving", release=RELEASE)
        await reading.read_until(stop)
    log.info("stopped")


def main() -> int:
    """Read the mailbox. Return exit code 2 if a setting is bad or missing."""
    try:
        general = loaded(Settings)
        configure_logs(general.log, general.log_level)
        asyncio.run(serve(general, loaded(InboundSettings)))
    except (Unreachable, ValueError, OSError) as error:
        return not_started(error)
    return 0


if __name__ == "__main__":
    end(main())
