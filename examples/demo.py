"""Five cases, from their opening to their end, on a real server (`make demo`).

Each story is what people do in it; the engine does the rest. Time is played forward, so that
72 hours pass in seconds: the calls and e-mails, their results and the histories are real.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.testing import TimeSkipper

from domain.attempt import Channel
from domain.events import (
    Decide,
    Decision,
    HarmCategory,
    Outcome,
    RecordConversation,
    ReportHarm,
    Review,
    ReviewPlan,
    SubmitPlan,
)
from domain.names import CASES_QUEUE, case_workflow_id_of
from domain.record import Reason, Status
from domain.view import CaseView
from runtime.clock import time_skipper
from runtime.connection import connect, register_search_attributes
from runtime.dev_server import USUAL_PORTS, ServerFailed, dev_server
from runtime.logs import configure_logs
from runtime.service import providers_of, worker_identity, workers_of
from runtime.settings import Settings
from workflows.case_input import CaseInput
from workflows.issue_case import IssueCase
from workflows.search import at_start

FOLDER = Path(__file__).parent
SERVER_FOLDER = Path(".temporal")

RING_SECONDS = 0.2  # so that a demo's calls do not take the time of real ones
PATIENCE_SECONDS = 90


class Stage:
    """A case, its clock, and the people who work on it."""

    def __init__(self, skipper: TimeSkipper, handle: WorkflowHandle[Any, CaseView]) -> None:
        self._skipper = skipper
        self._handle = handle

    async def look(self) -> CaseView:
        """The case as it stands."""
        return await self._handle.query(IssueCase.case)

    async def play(self, time: timedelta) -> None:
        """Let time pass on the case's own clock."""
        await self._skipper.fast_forward(self._handle, time)

    async def until(self, *statuses: Status) -> CaseView:
        """Let time pass from attempt to attempt until the case is in one of `statuses`."""
        while (view := await self.look()).status not in statuses:
            if any(attempt.result is None for attempt in view.attempts) or not view.agenda:
                await asyncio.sleep(0.05)
                continue
            now = await self._skipper.get_current_time(self._handle)
            await self.play(max(view.agenda[0].due - now, timedelta(0)) + timedelta(seconds=1))
        return view

    async def tell(self, update: Any, event: Any) -> CaseView:  # Any: each update has its own
        """Send an update."""
        view: CaseView = await self._handle.execute_update(update, event)
        return view

    async def end(self) -> CaseView:
        """The case as it ended."""
        return await self._handle.result()


def _plan(by: str, cause: str) -> SubmitPlan:
    return SubmitPlan(
        by=by,
        root_causes=(cause,),
        corrective_actions=("The listings concerned were removed and the stock recalled",),
        preventive_measures=("Two people now check each new listing against the policy",),
    )


async def _answers_the_second_call(case: Stage) -> None:
    await case.until(Status.WORKING)
    await case.play(timedelta(hours=3))
    await case.tell(IssueCase.submit_plan, _plan("seller", "A supplier changed the product"))
    await case.play(timedelta(hours=2))
    review = ReviewPlan(by="reviewer.kim", decision=Review.ACCEPT)
    await case.tell(IssueCase.review_plan, review)


async def _stays_silent(case: Stage) -> None:
    await case.play(timedelta(hours=73))


async def _needs_to_talk(case: Stage) -> None:
    await case.play(timedelta(hours=2))
    await case.tell(IssueCase.submit_plan, _plan("seller", "We did not know the rule"))
    ask = ReviewPlan(
        by="reviewer.kim",
        decision=Review.MORE_INFORMATION,
        note="Which supplier sold you the batch, and where is the rest of it?",
    )
    await case.tell(IssueCase.review_plan, ask)
    talk = RecordConversation(
        by="specialist.lee", outcome=Outcome.PLAN_EXPECTED, note="Named the supplier"
    )
    await case.play(timedelta(hours=20))
    await case.tell(IssueCase.record_conversation, talk)
    again = _plan("seller", "The supplier Northwind sold us a forged batch")
    await case.tell(IssueCase.submit_plan, again)
    review = ReviewPlan(by="reviewer.kim", decision=Review.ACCEPT)
    await case.tell(IssueCase.review_plan, review)


async def _cannot_be_called(case: Stage) -> None:
    await case.play(timedelta(hours=74))
    await case.until(Status.ESCALATED)
    decision = Decide(
        by="lead.ortiz",
        decision=Decision.RESOLVE,
        note="Our telephone provider was down for three days; the listing is gone",
    )
    await case.tell(IssueCase.decide, decision)


async def _turns_out_a_fraud(case: Stage) -> None:
    await case.play(timedelta(hours=5))
    report = ReportHarm(by="investigations", category=HarmCategory.FRAUD, evidence="INV-2291")
    await case.tell(IssueCase.report_harm, report)


@dataclass(frozen=True)
class Story:
    """A case of the demo, and how it should end."""

    file: str
    told: str
    play: Callable[[Stage], Awaitable[None]]
    status: Status
    reason: Reason


STORIES = (
    Story(
        "second-call.json",
        "answers the second call, plan accepted",
        _answers_the_second_call,
        Status.RESOLVED,
        Reason.PLAN_ACCEPTED,
    ),
    Story(
        "silent.json",
        "stays silent for 72 hours",
        _stays_silent,
        Status.DEACTIVATED,
        Reason.NOT_REACHED,
    ),
    Story(
        "conversation.json",
        "plan needs more information, a talk, accepted",
        _needs_to_talk,
        Status.RESOLVED,
        Reason.PLAN_ACCEPTED,
    ),
    Story(
        "outage.json",
        "our telephone is down, a person decides",
        _cannot_be_called,
        Status.RESOLVED,
        Reason.DECISION,
    ),
    Story(
        "fraud.json",
        "turns out a fraud in hour 5",
        _turns_out_a_fraud,
        Status.DEACTIVATED,
        Reason.HARM,
    ),
)


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
        return view is not None and (view.status, view.reason) == (story.status, story.reason)


async def _perform(client: Client, skipper: TimeSkipper, story: Story) -> Ended:
    start = CaseInput.model_validate(json.loads((FOLDER / story.file).read_text("utf-8")))
    handle = await client.start_workflow(
        IssueCase.run,
        start,
        id=case_workflow_id_of(start.account),
        task_queue=CASES_QUEUE,
        # A demo that was interrupted leaves its cases open.
        id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
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
    table = Table(title="Five cases, each on a clock of its own", title_justify="left")
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


async def _run(settings: Settings) -> list[Ended]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(dev_server(SERVER_FOLDER, usual_ports=True))
        client = await connect(server.address, identity=worker_identity())
        await register_search_attributes(client)
        for worker in workers_of(client, settings, providers_of(settings, client)):
            await stack.enter_async_context(worker)
        skipper = time_skipper(client)
        stories = [_perform(client, skipper, story) for story in STORIES]
        return list(await asyncio.gather(*stories))


def main() -> int:
    """Play the stories; 0 only if each case ended as it should."""
    configure_logs("console", "error")
    console = Console(width=None if sys.stdout.isatty() else 120)
    settings = Settings(ring_seconds=RING_SECONDS)
    console.print("Starting a Temporal server and a worker, and opening five cases ...")
    try:
        ended = asyncio.run(_run(settings))
    except ServerFailed as error:
        console.print(f"[red]{error}")
        return 1
    console.print(_table(ended))
    console.print(f"The e-mails they were sent: {settings.state / 'mail'} (a maildir)")
    console.print(f"To browse the cases: make dev, then http://127.0.0.1:{USUAL_PORTS[1]}")
    return 0 if all(one.as_it_should for one in ended) else 1


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # see worker.py
