"""Many cases at once, and the people in them: each lives through a story of its own."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, TypeVar

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.case.events import Event
from domain.case.policy import effective_policy
from domain.case.status import Status
from domain.case.view import CaseView
from domain.shared.account import Account, Issue
from domain.shared.names import CASES_QUEUE, case_workflow_id_of
from experiments.faults.evidence import CaseSeen
from runtime.clock import time_skipper
from tests.engine import EVERYONE, account, issue
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase
from workflows.shared.search_attributes import STATUS, at_start

T = TypeVar("T")

NEXT_TRY = 0.1
"""Hours: a step is tried again after five minutes at the latest."""

FAILED_TASKS = 3
"""A workflow task tried so often is one that fails."""

_ASKS_AGAIN_SECONDS = 0.3
_ANSWERS_WITHIN = 10
_NO_ANSWER = (RPCError, TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError, RuntimeError)
"""In which ways the SDK says so; a fast-forward that another took over is a RuntimeError."""


class OutOfTime(Exception):
    """The run is over, and the case is not."""


@dataclass
class Life:
    """A case in a run, told and asked as persistently as a person's client would."""

    client: Client
    workflow_id: str
    until: float
    """When the run is over, by `time.monotonic`."""
    start: CaseInput
    told: int = 0
    stuck: str | None = None
    ended: CaseView | None = None

    @property
    def window(self) -> timedelta:
        """The time there is to reach the seller."""
        return effective_policy(self.start.policy).window

    async def open(self) -> None:
        """Open the case; an answer that was lost is asked for again."""

        async def start() -> None:
            try:
                await self.client.start_workflow(
                    IssueCase.run,
                    self.start,
                    id=self.workflow_id,
                    task_queue=CASES_QUEUE,
                    search_attributes=at_start(self.start.account),
                    rpc_timeout=timedelta(seconds=_ANSWERS_WITHIN),
                )
            except WorkflowAlreadyStartedError:
                return

        await self.insist(start)

    async def tell(self, update: Any, event: Event) -> bool:
        """Send an update, again with the same id while nobody answers; False if it is refused."""
        self.told += 1
        handle = self.client.get_workflow_handle(self.workflow_id)
        update_id = f"{self.workflow_id}#{self.told}"

        async def send() -> bool:
            try:
                await handle.execute_update(update, event, id=update_id)
            except WorkflowUpdateFailedError as error:
                if isinstance(error.cause, ApplicationError) and "Refused" in str(error.cause.type):
                    return False
                raise
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:  # it is closed
                    return False
                raise
            return True

        return await self.insist(send)

    async def status(self) -> Status:
        """Its status, without waking the case."""

        async def ask() -> Status:
            found = await self.client.get_workflow_handle(self.workflow_id).describe()
            return Status(found.typed_search_attributes[STATUS])

        return await self.insist(ask)

    async def play(self, hours: float) -> None:
        """Let time pass on its clock."""
        handle = self.client.get_workflow_handle(self.workflow_id)
        skipper = time_skipper(self.client)
        await self.insist(lambda: skipper.fast_forward(handle, timedelta(hours=hours)), within=30)

    async def waits_for_next_try(self) -> float:
        """Seconds between the last try of a step and the next, if that is waited for, or 0."""
        handle = self.client.get_workflow_handle(self.workflow_id)
        pending = (await self.insist(handle.describe)).raw_description.pending_activities
        waits = [a.current_retry_interval.ToSeconds() for a in pending]
        return max(waits, default=0)

    async def leaves(self, *statuses: Status, hours: float | None = None) -> Status:
        """The status once it is none of these; `hours` are played at a time."""
        while (status := await self.status()) in statuses:
            if hours is None:
                await asyncio.sleep(_ASKS_AGAIN_SECONDS)
            else:
                await self.play(hours)
        return status

    async def end(self) -> CaseView:
        """The view with which the case ended."""
        handle = self.client.get_workflow_handle_for(IssueCase.run, self.workflow_id)
        self.ended = await self.insist(handle.result)
        return self.ended

    async def insist(self, ask: Callable[[], Awaitable[T]], within: float = _ANSWERS_WITHIN) -> T:
        """Ask until there is an answer.

        Raises:
            OutOfTime: there was none for as long as the run lasts.
        """
        why = "it was over already"
        while (left := self.until - time.monotonic()) > 0:
            try:
                return await asyncio.wait_for(ask(), min(within, left))
            except _NO_ANSWER as error:
                why = f"{type(error).__name__}: {error}"
            await asyncio.sleep(_ASKS_AGAIN_SECONDS)
        raise OutOfTime(why)


Story = Callable[[Life], Awaitable[None]]
"""What happens to a case until it is over."""


@dataclass(frozen=True)
class Part:
    """A story, and the seller for it."""

    name: str
    story: Story
    number_ends: str = "10"
    """The last two digits of the seller's number: how the simulated telephone is answered."""
    email: str = "owner@bluekettle.example"
    rules: dict[str, Any] = field(default_factory=dict)
    issues: tuple[Issue, ...] = (issue(),)


@dataclass
class Crowd:
    """The cases of a run."""

    client: Client
    random: Random
    within: float
    """Seconds by which all are to be over."""
    at_once: int = 70
    lives: list[Life] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._until = time.monotonic() + self.within

    async def live(self, parts: list[Part]) -> None:
        """Open a case for each part, some at once, and let each live to its end."""
        waiting = list(enumerate(parts))
        await asyncio.gather(*(self._some(waiting) for _ in range(self.at_once)))

    async def _some(self, waiting: list[tuple[int, Part]]) -> None:
        while waiting:
            number, part = waiting.pop(0)
            life = Life(
                time_skipper(self.client).client,
                case_workflow_id_of(who := seller(number, part)),
                self._until,
                CaseInput(account=who, issues=part.issues, policy=EVERYONE | part.rules),
            )
            self.lives.append(life)
            try:
                await life.open()
                await part.story(life)
                await life.end()
            except OutOfTime as late:
                life.stuck = f"{part.name}: {late}"

    async def seen(self) -> list[CaseSeen]:
        """What the server has of each case."""
        return list(await asyncio.gather(*map(seen, self.lives)))


def seller(number: int, part: Part) -> Account:
    """A seller with a number of their own: calls to one number wait for each other."""
    phone = f"+1206{2_000_000 + 100 * number + int(part.number_ends)}"
    return account(f"FAULT{number}", emergency_phone=phone, email=part.email)


async def seen(life: Life) -> CaseSeen:
    """What the server has of a case; one that is open is asked."""
    policy = effective_policy(life.start.policy)
    client, workflow_id = life.client, life.workflow_id
    handle = client.get_workflow_handle(workflow_id)
    try:
        found = await handle.describe()
    except RPCError:
        return CaseSeen(workflow_id, policy, None)
    if found.status is not WorkflowExecutionStatus.RUNNING:
        ended = client.get_workflow_handle_for(IssueCase.run, workflow_id)
        return CaseSeen(workflow_id, policy, life.ended or await ended.result())
    raw = found.raw_description
    tries = raw.pending_workflow_task.attempt
    view: CaseView | None = None
    with suppress(*_NO_ANSWER):
        view = await asyncio.wait_for(handle.query(IssueCase.case), _ANSWERS_WITHIN)
    timers = 0
    async for event in handle.fetch_history_events():
        timers += event.HasField("timer_started_event_attributes")
        timers -= event.HasField("timer_fired_event_attributes")
        timers -= event.HasField("timer_canceled_event_attributes")
    return CaseSeen(
        workflow_id,
        policy,
        view,
        closed=False,
        goes_on=bool(raw.pending_activities) or timers > 0,
        failing=f"tried {tries} times" if tries >= FAILED_TASKS else None,
    )
