"""Reads the answers to our e-mails as a service: `python -m inbound` (docs/inbound-mail.md)."""

import asyncio
import os
import sys

import structlog
from pydantic import ValidationError

from domain.shared.errors import explain
from inbound.mailbox import ImapServer, imap_server
from inbound.reading import Reading
from inbound.setting_up import placing_of
from runtime.connection import Unreachable, connect
from runtime.inbound_settings import InboundSettings
from runtime.logs import configure_logs
from runtime.settings import Settings
from runtime.stopping import stop_on_signal

log = structlog.get_logger("inbound")


async def serve(general: Settings, settings: InboundSettings, server: ImapServer) -> None:
    """Read the mailbox until SIGTERM or SIGINT."""
    stop = stop_on_signal()
    # Connect lazily: while Temporal is away, messages wait in the mailbox.
    client = await connect(identity="inbound", lazy=True)
    reading = Reading(server, placing_of(client, general, settings), settings.poll_seconds)
    await reading.read_until(stop)
    log.info("stopped")


def main() -> int:
    """Read the mailbox. Return exit code 2 if a setting is bad or missing."""
    try:
        general = Settings()
    except ValidationError as error:
        print(f"settings (CASE72_*): {explain(error)}", file=sys.stderr)
        return 2
    configure_logs(general.log, general.log_level)
    try:
        settings = InboundSettings()
    except ValidationError as error:
        print(f"settings (CASE72_INBOUND_*): {explain(error)}", file=sys.stderr)
        return 2
    server = imap_server(settings)
    if server is None:
        print(
            "CASE72_INBOUND_ADDRESS and CASE72_INBOUND_IMAP_HOST: are required, such as "
            "reply@in.shop.example and imap.shop.example",
            file=sys.stderr,
        )
        return 2
    try:
        asyncio.run(serve(general, settings, server))
    except (Unreachable, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Skip the interpreter's shutdown, as in worker.py.
    os._exit(code)
