"""Sellers enrol, and cases live from their opening to their end, on a real server (`make demo`).

Time is played forward, so that 72 hours pass in seconds: the calls and e-mails, their results
and the histories are real. It has a server and a simulated world of its own, begun anew each time:
that of `make dev` knows nothing of it.
"""

import asyncio
import json
import os
import shutil
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.case.attempt import Channel
from domain.case.view import CaseView
from domain.enrollment.status import EnrollmentStatus
from domain.enrollment.view import EnrollmentView, why_not_enrolled
from domain.shared.errors import explain
from domain.shared.names import CASES_QUEUE, case_workflow_id_of
from examples.stage import Stage
from examples.stories import STORIES, Story
from runtime.clock import time_skipper
from runtime.connection import BadConnection, connect, register_search_attributes
from runtime.dev_server import DevServerFailed, dev_server, is_in_use
from runtime.encryption import BadKeys
from runtime.logs import configure_logs
from runtime.service import IDENTITY, providers_of, working
from runtime.settings import Settings
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment
from workflows.shared.search_attributes import at_start

FOLDER = Path(__file__).parent
CLIENT = FOLDER.parent / "client.py"
RATINGS = FOLDER / "ratings.csv"

WORLD = Path(".demo")
"""Like the folder that `make dev` runs in, so that `make dev IN=.demo` shows it afterwards."""
SERVER = WORLD / ".temporal"
STATE = WORLD / ".state"

RING_SECONDS = 0.2  # so that a demo's calls do not take the time of real ones
PATIENCE_SECONDS = 90


@dataclass(frozen=True)
class Ended:
    """What became of a story."""

    story: Story
    workflow_id: str
    view: CaseView | None
    problem: str | None

    @property
    def as_it_should(self) -> bool:
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
"""What the ratings in the file make of each seller."""


async def _enrol(client: Client, address: str) -> dict[str, EnrollmentView]:
    """Hand the ratings to the programme, as operations would, and see where each seller stands."""
    command = [str(CLIENT), "ratings", "import", str(RATINGS), "--by", "feed"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        env={**os.environ, "TEMPORAL_ADDRESS": address, "CASE72_STATE": str(STATE)},
    )
    if await process.wait() != 0:
        raise DevServerFailed("the ratings could not be imported")
    standings = {}
    for seller in EXPECTED:
        handle = client.get_workflow_handle_for(SellerEnrollment.run, f"enrollment/{seller}")
        standings[seller] = await handle.query(SellerEnrollment.enrollment)
    return standings


def _sellers(standings: dict[str, EnrollmentView]) -> Table:
    table = Table(title="Sellers enrol by their ratings", title_justify="left")
    for column in ("seller", "rating", "status", "what is missing"):
        table.add_column(column, justify="right" if column == "rating" else "left")
    for seller, view in standings.items():
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
        search_attributes=at_start(start.account),
        static_summary=f"{start.account.name}: {start.issues[0].summary}",
    )
    case = Stage(skipper, handle)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await story.play(case)
            return Ended(story, handle.id, await case.end(), None)
    except Exception as error:  # whatever it is, the other stories go on
        return Ended(story, handle.id, None, f"{type(error).__name__}: {error}")


def _table(all_ended: list[Ended]) -> Table:
    table = Table(title="Cases, each on a clock of its own", title_justify="left")
    for column in ("case", "what happened", "ended", "calls", "e-mails", "took"):
        numbers = column in {"calls", "e-mails"}
        table.add_column(column, justify="right" if numbers else "left", overflow="fold")
    for ended in all_ended:
        view = ended.view
        if view is None or view.closed_at is None:
            table.add_row(ended.workflow_id, ended.story.told, f"[red]{ended.problem}", "", "", "")
            continue
        channels = [attempt.channel for attempt in view.attempts]
        mark = "[green]" if ended.as_it_should else "[red]NOT AS IT SHOULD: "
        table.add_row(
            ended.workflow_id,
            ended.story.told,
            f"{mark}{view.status} ({view.reason})",
            str(channels.count(Channel.CALL)),
            str(channels.count(Channel.EMAIL)),
            _span(view.closed_at - view.opened_at),
        )
    return table


def _span(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60:02} min"


def _begin_anew() -> None:
    """Forget the demo before.

    Raises:
        DevServerFailed: it goes on, or somebody looks at it.
    """
    if is_in_use(SERVER):
        raise DevServerFailed(f"the demo runs already, or `make dev IN={WORLD}` does: end it first")
    for folder in (SERVER, STATE):
        shutil.rmtree(folder, ignore_errors=True)


async def _run(settings: Settings, console: Console) -> bool:
    """Play everything; whether it came out as it should."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(dev_server(SERVER))
        client = await connect(server.address, identity=IDENTITY)
        await register_search_attributes(client)
        await stack.enter_async_context(working(client, settings, providers_of(settings, client)))
        standings = await _enrol(client, server.address)
        console.print(_sellers(standings))
        skipper = time_skipper(client)
        stories = [_perform(client, skipper, story) for story in STORIES]
        all_ended = list(await asyncio.gather(*stories))
        console.print(_table(all_ended))
        enrolled = {seller: view.status for seller, view in standings.items()} == EXPECTED
        return enrolled and all(ended.as_it_should for ended in all_ended)


def main() -> int:
    """Play the demo; 0 only if each seller and each case came out as it should."""
    configure_logs("console", "error")
    console = Console(width=None if sys.stdout.isatty() else 120)
    try:
        # Nobody is called and written to by a demo, whatever else this machine serves.
        settings = Settings(
            state=STATE, ring_seconds=RING_SECONDS, telephone=("simulated",), mail="simulated"
        )
    except ValidationError as error:
        console.print(f"[red]settings (CASE72_*): {explain(error)}")
        return 2
    console.print("Starting a Temporal server and a worker, and importing ratings ...")
    try:
        _begin_anew()
        as_it_should = asyncio.run(_run(settings, console))
    except DevServerFailed as error:
        console.print(f"[red]{error}")
        return 1
    except (BadConnection, BadKeys) as error:
        console.print(f"[red]{error}")
        return 2
    console.print(f"The e-mails they were sent: {settings.state / 'mail'} (a maildir)")
    console.print(f"To browse all this: make dev IN={WORLD}, which prints where its Web UI is")
    return 0 if as_it_should else 1


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # see worker.py
