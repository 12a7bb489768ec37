"""Enrols sellers and plays cases from opening to end on a real server (`make demo`).

The cases' clocks are moved forward, so 72 hours pass in seconds. The server and the histories are
real; telephone, mail and account service are simulated. With `--over-http` the account service is
examples/account_service.py, as a real one would be asked. The demo has its own server and data,
apart from those of `make dev`. Each run starts from nothing.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.appeal.status import AppealStatus
from domain.case.attempt import Channel
from domain.case.view import CaseView
from domain.enrollment.status import EnrollmentStatus
from domain.enrollment.view import EnrollmentView, why_not_enrolled
from domain.shared.errors import explain
from domain.shared.names import CASES_QUEUE, case_workflow_id_of
from examples.account_service import TOKEN, Accounts, application, serving
from examples.appeal_story import SELLER, TOLD, play_appeal
from examples.stage import Stage
from examples.stories import STORIES, Story
from providers.http.account_service import AccountServer, HttpAccountService
from runtime.clock import time_skipper
from runtime.connection import connect, register_search_attributes
from runtime.credentials import BadConnection
from runtime.dev_server import DevServerFailed, dev_server, is_in_use
from runtime.encryption import BadKeys
from runtime.finding_settings import with_kept_secret
from runtime.logs import configure_logs
from runtime.program import end
from runtime.providers import providers_of
from runtime.settings import Settings
from runtime.workers import IDENTITY, working
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment
from workflows.shared.search_attributes import at_start

FOLDER = Path(__file__).parent
CLIENT = FOLDER.parent / "client.py"
RATINGS = FOLDER / "ratings.csv"

WORLD = Path(".demo")
"""The demo's folder. `make dev IN=.demo` shows its data afterwards."""
SERVER = WORLD / ".temporal"
STATE = WORLD / ".state"

RING_SECONDS = 0.2  # shorter than real calls
STORY_TAKES_AT_MOST_SECONDS = 300


@dataclass(frozen=True)
class Ended:
    """The end of a story."""

    story: Story
    workflow_id: str
    view: CaseView | None
    problem: str | None

    @property
    def is_expected(self) -> bool:
        """Whether the case ended as its story says."""
        view, story = self.view, self.story
        if view is None or view.status is not story.status:
            return False
        return (view.reason or "").startswith(story.reason)


EXPECTED = {
    "US/A2KETTLE": EnrollmentStatus.ENROLLED,
    "US/A3LANTERN": EnrollmentStatus.ENROLLED,
    "CA/A4ERABLE": EnrollmentStatus.ENROLLED,
    "US/A5SAKURA": EnrollmentStatus.ENROLLED,
    "US/A6SWIFT": EnrollmentStatus.ENROLLED,
    "CA/A8MAPLE": EnrollmentStatus.INVITED,
    "US/A9FLINT": EnrollmentStatus.NOT_ELIGIBLE,
}
"""The status of each seller that follows from the file of ratings."""


async def _enrol(client: Client, state: Path) -> dict[str, EnrollmentView]:
    """Import the ratings with the client, and return the view of each enrollment."""
    command = [str(CLIENT), "ratings", "import", str(RATINGS), "--by", "feed"]
    address = client.service_client.config.target_host
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        env={**os.environ, "TEMPORAL_ADDRESS": address, "CASE72_STATE": str(state)},
    )
    if await process.wait() != 0:
        raise DevServerFailed("the ratings could not be imported")
    views = {}
    for seller in EXPECTED:
        handle = client.get_workflow_handle_for(SellerEnrollment.run, f"enrollment/{seller}")
        views[seller] = await handle.query(SellerEnrollment.enrollment)
    return views


def _sellers(views: dict[str, EnrollmentView]) -> Table:
    table = Table(title="Sellers enrol by their ratings", title_justify="left")
    for column in ("seller", "rating", "status", "what is missing"):
        table.add_column(column, justify="right" if column == "rating" else "left")
    for seller, view in views.items():
        mark = "[green]" if view.status is EXPECTED[seller] else "[red]NOT AS IT SHOULD: "
        missing = (why_not_enrolled(view) or "").partition(": ")[2]
        table.add_row(seller, str(view.rating), f"{mark}{view.status}", missing)
    return table


async def _perform(client: Client, skipper: TimeSkipper, story: Story) -> Ended:
    start = CaseInput.model_validate(json.loads((FOLDER / story.file).read_text("utf-8")))
    handle = await client.start_workflow(
        IssueCase.run,
        start,
        id=case_workflow_id_of(start.account),
        task_queue=CASES_QUEUE,
        static_summary=f"{start.account.name}: {start.issues[0].summary}",
        **at_start(start.account, start.issues),
    )
    case = Stage(skipper, handle)
    try:
        async with asyncio.timeout(STORY_TAKES_AT_MOST_SECONDS):
            await story.play(case)
            return Ended(story, handle.id, await case.end(), None)
    except TimeoutError:
        took = f"no end within {STORY_TAKES_AT_MOST_SECONDS} s; is this machine busy?"
        return Ended(story, handle.id, None, took)
    except Exception as error:  # the other stories go on after any error
        return Ended(story, handle.id, None, f"{type(error).__name__}: {error}")


def _table(all_ended: list[Ended]) -> Table:
    table = Table(title="Cases, each on its own clock", title_justify="left")
    for column in ("case", "what happened", "ended", "calls", "e-mails", "took"):
        numbers = column in {"calls", "e-mails"}
        table.add_column(column, justify="right" if numbers else "left", overflow="fold")
    for ended in all_ended:
        view = ended.view
        if view is None or view.closed_at is None:
            table.add_row(ended.workflow_id, ended.story.told, f"[red]{ended.problem}", "", "", "")
            continue
        channels = [attempt.channel for attempt in view.attempts]
        mark = "[green]" if ended.is_expected else "[red]NOT AS IT SHOULD: "
        table.add_row(
            ended.workflow_id,
            ended.story.told,
            f"{mark}{view.status} ({view.reason})",
            str(channels.count(Channel.CALL)),
            str(channels.count(Channel.EMAIL)),
            _span(view.closed_at - view.opened_at),
        )
    return table


def _appeal(ended: str, *, is_expected: bool) -> Table:
    table = Table(title="An appeal", title_justify="left")
    for column in ("appeal", "what happened", "ended"):
        table.add_column(column, overflow="fold")
    mark = "[green]" if is_expected else "[red]NOT AS IT SHOULD: "
    table.add_row(f"appeal/US/{SELLER}", TOLD, f"{mark}{ended}")
    return table


def _span(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60:02} min"


def _begin_anew() -> None:
    """Delete the data of an earlier demo.

    Raises:
        DevServerFailed: a demo or `make dev` uses the data.
    """
    if is_in_use(SERVER):
        raise DevServerFailed(f"a demo or `make dev IN={WORLD}` runs already; stop it first")
    for folder in (SERVER, STATE):
        shutil.rmtree(folder, ignore_errors=True)


async def play(client: Client, state: Path, console: Console) -> bool:
    """Enrol the sellers and play the cases, which workers serve that keep their data in `state`.

    The silent seller then appeals. Return whether all ended as expected.

    Raises:
        DevServerFailed: the ratings could not be imported.
    """
    views = await _enrol(client, state)
    console.print(_sellers(views))
    skipper = time_skipper(client)
    all_ended = list(await asyncio.gather(*(_perform(client, skipper, s) for s in STORIES)))
    console.print(_table(all_ended))
    try:
        async with asyncio.timeout(STORY_TAKES_AT_MOST_SECONDS):
            appeal = await play_appeal(client)
        ended, is_reinstated = appeal.status.value, appeal.status is AppealStatus.REINSTATED
    except Exception as error:  # it is told in the table, as with the cases
        ended, is_reinstated = f"{type(error).__name__}: {error}", False
    console.print(_appeal(ended, is_expected=is_reinstated))
    enrolled = {seller: view.status for seller, view in views.items()} == EXPECTED
    return enrolled and is_reinstated and all(ended.is_expected for ended in all_ended)


async def _run(settings: Settings, console: Console, over_http: bool) -> bool:
    """Play everything on a server and a worker of its own. Return whether all is as expected."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(dev_server(SERVER))
        client = await connect(server.address, identity=IDENTITY)
        await register_search_attributes(client)
        providers = providers_of(settings, client)
        if over_http:
            url = await stack.enter_async_context(serving(application(Accounts())))
            accounts = HttpAccountService(AccountServer(url, TOKEN))
            providers = replace(providers, accounts=accounts)
        await stack.enter_async_context(working(client, settings, providers))
        return await play(client, settings.state, console)


def main() -> int:
    """Play the demo. Return 0 only if all sellers and cases ended as expected."""
    parser = argparse.ArgumentParser(prog="python -m examples.demo", description="Play the demo.")
    parser.add_argument(
        "--over-http", action="store_true", help="ask examples/account_service.py for accounts"
    )
    over_http = parser.parse_args().over_http
    configure_logs("console", "error")
    console = Console(width=None if sys.stdout.isatty() else 120)
    try:
        # The demo must reach nobody, even if this machine's settings name real providers.
        settings = Settings(
            state=STATE,
            ring_seconds=RING_SECONDS,
            telephone=("simulated",),
            mail="simulated",
            marketplace="simulated",
        )
    except ValidationError as error:
        console.print(f"[red]settings (CASE72_*): {explain(error)}")
        return 2
    console.print("Starting a Temporal server and a worker, and importing ratings ...")
    try:
        _begin_anew()
        settings = with_kept_secret(settings, STATE)
        is_expected = asyncio.run(_run(settings, console, over_http))
    except DevServerFailed as error:
        console.print(f"[red]{error}")
        return 1
    except (BadConnection, BadKeys) as error:
        console.print(f"[red]{error}")
        return 2
    console.print(f"E-mails to sellers and desk: {settings.state / 'mail'} (a maildir)")
    console.print(
        f"`make dev IN={WORLD}` shows all this, and prints the addresses of the Web UI and of the "
        "desk, where specialists, reviewers and leads work"
    )
    return 0 if is_expected else 1


if __name__ == "__main__":
    end(main())
