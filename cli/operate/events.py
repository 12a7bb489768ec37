"""`events replay`: send a receiver again what it missed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer
from temporalio.client import WorkflowExecution

from cli.failure_words import in_words
from cli.session import run
from cli.terminal.output import say, warn
from cli.terminal.parameters import OfSeller, OfStore, past_moment
from cli.terminal.problems import BadInput, DidNotHappen, checked
from cli.terminal.settings import settings_of
from domain.appeal import announcements as of_appeal
from domain.case import announcements as of_case
from domain.enrollment import announcements as of_enrollment
from domain.shared.account import Account, SellerAccount, Store, seller_of
from domain.shared.announcements import Announcement
from domain.shared.names import APPEAL_WORKFLOW, CASE_WORKFLOW, ENROLLMENT_WORKFLOW, own_id
from domain.shared.text import Frozen, Key
from providers.webhooks.receivers import Receiver, receivers_of
from runtime.settings import Settings
from temporal_client.deliveries import announce_from_now, hand_over
from temporal_client.failures import TemporalFailure
from temporal_client.in_parallel import each, or_failure
from temporal_client.names import APPEAL, CASE, ENROLLMENT, AppealName, CaseName, SellerName
from temporal_client.search import OPEN, listed, query_of
from temporal_client.workflows import Workflows


class Only(StrEnum):
    """Whose events."""

    CASES = "cases"
    ENROLLMENTS = "enrollments"
    APPEALS = "appeals"


class EventFilter(Frozen):
    """Whose events to send again. The alphabet of every value keeps it within its quotes."""

    since: datetime
    only: Only | None = None
    store: Store | None = None
    seller: Key | None = None

    def queries(self) -> tuple[str, ...]:
        """Return the queries for the workflows in which something may have happened since."""
        since = f"{self.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        lately = f"({OPEN} OR (CloseTime >= '{since}' AND ExecutionStatus != 'ContinuedAsNew'))"
        whose: dict[str, str | None] = {"store": self.store, "seller": self.seller}
        every = {
            Only.CASES: query_of(CASE_WORKFLOW, lately, **whose),
            Only.ENROLLMENTS: query_of(ENROLLMENT_WORKFLOW, OPEN, **whose),
            Only.APPEALS: query_of(APPEAL_WORKFLOW, lately, **whose),
        }
        return tuple(every.values()) if self.only is None else (every[self.only],)


def replay(
    *,
    receiver: Annotated[
        str, typer.Option(metavar="NAME", help="Its name in CASE72_WEBHOOKS_FILE.")
    ],
    since: Annotated[
        datetime,
        typer.Option(parser=past_moment, metavar="WHEN", help="A moment, or how long ago: 3d."),
    ],
    only: Annotated[Only | None, typer.Option(help="Leave the others out.")] = None,
    store: OfStore = None,
    seller: OfSeller = None,
) -> None:
    """Send a receiver every event again that happened since then, in order for each case.

    What it has taken already it gets once more, with the same id. What was given up is no longer
    in the audit. Closed cases are read as long as Temporal keeps them.
    """
    chosen = _receiver(receiver)
    values = {"since": since, "only": only, "store": store, "seller": seller}
    wanted = checked(EventFilter, values)
    events, of, missing = run(lambda workflows: _replay(workflows, receiver, chosen, wanted))
    say(f"Handed over for {receiver}: events: {events}, of cases, enrollments and appeals: {of}.")
    if missing:
        raise DidNotHappen(f"incomplete: cases, enrollments and appeals missing: {missing}")


def _receiver(name: str) -> Receiver:
    try:
        found = receivers_of(settings_of(Settings).webhooks_file)
    except ValueError as error:
        raise BadInput(str(error)) from None
    if not found:
        raise BadInput("CASE72_WEBHOOKS_FILE: is not set; name the file that the workers have")
    if name not in found:
        known = ", ".join(found)
        raise BadInput(f"--receiver: CASE72_WEBHOOKS_FILE does not name it; it names {known}")
    return found[name]


async def _replay(
    workflows: Workflows, name: str, receiver: Receiver, wanted: EventFilter
) -> tuple[int, int, int]:
    """Hand the events over. Return how many, of how many workflows, and how many were not read."""

    async def found() -> AsyncIterator[WorkflowExecution]:
        for query in wanted.queries():
            async for one in listed(workflows.client, query):
                yield one

    async def one_by_one(execution: WorkflowExecution) -> int:
        of, account, every = await _READ[execution.workflow_type](workflows, execution)
        who = seller_of(account)
        events = receiver.shown([e for e in every if e.at >= wanted.since], who)
        if events:
            await hand_over(workflows.client, name, of, who, events, again=True)
        return len(events)

    events = of = missing = 0
    async for execution, handed in each(found(), or_failure(one_by_one)):
        if isinstance(handed, TemporalFailure):
            missing += 1
            warn(f"{execution.id} is missing: {in_words(handed)}")
        elif handed:
            events, of = events + handed, of + 1
    return events, of, missing


Read = tuple[str, Account | SellerAccount, tuple[Announcement, ...]]


async def _of_case(workflows: Workflows, execution: WorkflowExecution) -> Read:
    view = (await workflows.snapshot(CaseName(CASE, execution.id, execution.run_id))).view
    return view.id, view.account, of_case.announcements(view.id, view.account, view.timeline)


async def _of_enrollment(workflows: Workflows, execution: WorkflowExecution) -> Read:
    name = SellerName(ENROLLMENT, execution.id)
    # First this, so that no change is missed between the two.
    await announce_from_now(workflows.client, name)
    described = await workflows.describe(name)
    first_run = described.raw_description.workflow_execution_info.first_run_id
    of, view = own_id(execution.id, first_run), await workflows.view(name)
    every = of_enrollment.announcements(of, view.account, view.timeline, view.events)
    return of, view.account, every


async def _of_appeal(workflows: Workflows, execution: WorkflowExecution) -> Read:
    view = (await workflows.snapshot(AppealName(APPEAL, execution.id, execution.run_id))).view
    every = of_appeal.announcements(view.id, view.account, view.timeline, view.events)
    return view.id, view.account, every


_READ = {
    CASE_WORKFLOW: _of_case,
    ENROLLMENT_WORKFLOW: _of_enrollment,
    APPEAL_WORKFLOW: _of_appeal,
}
