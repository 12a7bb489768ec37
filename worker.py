"""The service: it performs the cases of a Temporal namespace.

python worker.py                    serve all queues, on the server of TEMPORAL_ADDRESS
python worker.py --queue telephony  serve one queue only (may be repeated)
python worker.py --dev              with an embedded server, its Web UI and the sellers' page
python worker.py --dev .demo        the same, with its data in the folder .demo
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from domain.shared.names import CASES_QUEUE
from mail.proofreading import proofread
from mail.templates import BadWording, Templates
from providers.protocols import ProviderFailed
from providers.webhooks.receivers import receivers_of
from reference.time_zones import EDITION, newest_known
from runtime.appeals_watch import watching_appeals
from runtime.connection import (
    Unreachable,
    connect,
    environment,
    refusal,
    register_search_attributes,
)
from runtime.credentials import BadConnection, NotValidNow
from runtime.dev_server import DevServerFailed, dev_server
from runtime.encryption import Codec
from runtime.finding_settings import with_kept_secret
from runtime.health import serving_health
from runtime.inbound_settings import InboundSettings
from runtime.logs import configure_logs
from runtime.metrics import serving_metrics, show_from_the_start
from runtime.page_settings import PageSettings, check_ways
from runtime.program import end, loaded
from runtime.providers import providers_of
from runtime.release import RELEASE
from runtime.renewal import renewing
from runtime.rights import NotAllowed, check_rights
from runtime.settings import Settings
from runtime.stopping import stop_on_signal
from runtime.workers import IDENTITY, QUEUES, Workers, working
from temporal_client.failures import TemporalFailure

SERVER_FOLDER = Path(".temporal")
_LOOKS_EVERY_SECONDS = 5

log = structlog.get_logger("worker")


async def serve(
    settings: Settings,
    page: PageSettings,
    inbound: InboundSettings,
    queues: list[str],
    *,
    dev: bool,
    with_cases: bool,
) -> None:
    """Serve `queues` until SIGTERM or SIGINT, then finish what is under way."""
    stop = stop_on_signal()
    async with AsyncExitStack() as stack:
        connection = environment()
        address, namespace = str(connection["target_host"]), str(connection["namespace"])
        runtime = serving_metrics(settings.metrics)
        if runtime:
            show_from_the_start(runtime, namespace, newest_known(settings.time_zones_checked))
        if dev:
            server = await stack.enter_async_context(dev_server(SERVER_FOLDER, usual_ports=True))
            address = server.address
            print(f"Temporal  {server.address}\nWeb UI    {server.ui}", flush=True)
            settings = with_kept_secret(settings, settings.state)
            print(f"State     {settings.state.resolve()}", flush=True)
        client = await connect(address, identity=IDENTITY, runtime=runtime)
        if dev:
            # A worker alone has no use for a page, which takes long to import.
            from examples.development import beside_the_worker

            beside = beside_the_worker(client, settings, page, inbound, stop)
            page = await stack.enter_async_context(beside)
        await check_rights(client.service_client, client.namespace)
        await register_search_attributes(client)
        providers = providers_of(settings, client, page.url, inbound)
        links = page.links() if page.is_configured else None
        serving_queues = working(client, settings, providers, queues, links)
        if not dev:  # ending as if killed would leave the embedded server behind
            serving_queues = _watched(client, serving_queues)
        workers = await stack.enter_async_context(serving_queues)
        if runtime is not None and CASES_QUEUE in queues:
            within = settings.appeal_terms.desk_within
            await stack.enter_async_context(watching_appeals(client, runtime, within))
        if settings.health:
            await stack.enter_async_context(serving_health(settings.health, workers.what_is_wrong))
        if not dev:
            await stack.enter_async_context(renewing(client, workers.prepare_renewal))
        codec = client.data_converter.payload_codec
        held = settings.silence_held_until
        log.info(
            "serving",
            release=RELEASE,
            identity=IDENTITY,
            version=settings.version,
            queues=queues,
            accounts=settings.marketplace,
            telephone=settings.telephone,
            mail=settings.mail,
            address=address,
            namespace=client.namespace,
            time_zones=EDITION,
            silence_held_until=held.isoformat() if held else None,
            encrypts_with=codec.encrypts_with if isinstance(codec, Codec) else None,
        )
        if settings.reaches_nobody:
            log.warning(
                "accounts are real, and calls or e-mails are simulated: silence deactivates "
                "sellers whom nobody has tried to reach (CASE72_TELEPHONE, CASE72_MAIL)"
            )
        if with_cases:
            await _open_example_cases(client)
        await stop.wait()
        log.info("draining", seconds=settings.drain_seconds)
    log.info("stopped")


async def _open_example_cases(client: Client) -> None:
    from examples.desk_cases import open_desk_cases

    try:
        opened = await open_desk_cases(client)
    except TemporalFailure as failure:
        log.warning("the example cases could not be opened", why=type(failure).__name__)
        return
    if opened:
        print(f"{opened} cases wait at the desk, as examples", flush=True)


@asynccontextmanager
async def _watched(
    client: Client, running: AbstractAsyncContextManager[Workers]
) -> AsyncIterator[Workers]:
    """Run the workers, and watch them until they have stopped."""
    watching = None
    try:
        async with running as workers:
            watching = asyncio.create_task(_watch(client, workers))
            yield workers
    finally:
        if watching is not None:
            watching.cancel()


async def _watch(client: Client, workers: Workers) -> None:
    """End the process if a workflow task is lost.

    A task counts as lost if it is seen so twice, and the machine did not sleep in between. While
    Temporal does not answer, a task takes as long as the outage, and a restart would not help.
    """
    seen = 0
    while True:
        began = time.monotonic()
        await asyncio.sleep(_LOOKS_EVERY_SECONDS)
        slept = time.monotonic() - began > 2 * _LOOKS_EVERY_SECONDS
        seen = seen + 1 if workers.has_lost_a_task and not slept else 0
        if seen > 1 and await _temporal_answers(client):
            _end_as_if_killed()


async def _temporal_answers(client: Client) -> bool:
    try:
        return await client.service_client.check_health(timeout=timedelta(seconds=5))
    except RPCError:
        return False


def _end_as_if_killed() -> NoReturn:
    """End at once, so that the supervisor starts another process.

    A worker that has lost a task cannot stop normally, since it waits for that task.
    """
    log.critical("a workflow task was lost; start the worker again")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def main() -> int:
    """Run the service. Return exit code 2 if a setting is bad."""
    parser = argparse.ArgumentParser(description="The case72 worker.")
    parser.add_argument("--version", action="version", version=RELEASE)
    parser.add_argument(
        "--dev",
        nargs="?",
        const=Path(),
        type=Path,
        metavar="FOLDER",
        help="run an embedded Temporal server, the sellers' page and the desk too; keep their data "
        "in FOLDER (default: here)",
    )
    parser.add_argument(
        "--with-cases",
        action="store_true",
        help="with --dev: open a few cases for the desk, unless there is a case already",
    )
    parser.add_argument(
        "--queue", action="append", choices=QUEUES, help="serve this queue (default: all)"
    )
    arguments = parser.parse_args()
    if arguments.dev is not None:
        try:
            arguments.dev.mkdir(parents=True, exist_ok=True)
            os.chdir(arguments.dev)
        except OSError as error:
            parser.error(f"--dev: {error.strerror}: {arguments.dev}")
    try:
        settings, page = loaded(Settings), loaded(PageSettings)
        inbound = loaded(InboundSettings)
        if arguments.dev is None:  # with --dev the page gets its own settings
            check_ways(page, settings)
        receivers_of(settings.webhooks_file)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        proofread(Templates(settings.templates))
    except BadWording as error:
        print(f"templates (CASE72_TEMPLATES): {error}", file=sys.stderr)
        return 2
    configure_logs(settings.log, settings.log_level)
    try:
        dev = arguments.dev is not None
        queues = arguments.queue or list(QUEUES)
        with_cases = dev and arguments.with_cases
        asyncio.run(serve(settings, page, inbound, queues, dev=dev, with_cases=with_cases))
    except (Unreachable, NotAllowed, NotValidNow) as error:
        # Do not return 2: systemd would not restart, but the server may only be slow to start,
        # or to learn a new key, or our certificate may be renewed.
        print(error, file=sys.stderr)
        return 1
    except (DevServerFailed, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    except (ProviderFailed, RPCError, OSError) as error:
        print(f"the worker stopped: {error}", file=sys.stderr)
        return 1
    except RuntimeError as error:
        # The SDK ends a worker that may not ask for tasks any more.
        why = _why_refused(error.__cause__ or error)
        if why is None:
            raise
        print(f"the worker stopped: {why}", file=sys.stderr)
        return 1
    return 0


def _why_refused(error: BaseException) -> str | None:
    try:
        return refusal(error, environment().get("api_key"))
    except BadConnection as bad:
        return str(bad)


if __name__ == "__main__":
    end(main())
