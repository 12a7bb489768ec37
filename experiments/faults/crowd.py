"""Many cases at once. Each plays a story with its seller and its desk."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
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

from domain.case.policy import effective_policy
from domain.case.status import Status
from domain.case.view import CaseView
from domain.shared.account import Account, Issue
from domain.shared.events import Event
from domain.shared.names import CASES_QUEUE, case_workflow_id_of
from experiments.faults.evidence import CaseSeen
from runtime.clock import time_skipper
from temporal_client.search_attributes import STATUS
from tests.engine import EVERYONE, account, issue
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase
from workflows.shared.search_attributes import at_start

T = TypeVar("T")

NEXT_TRY = 0.1
"""In hours. The next retry of a step comes within five minutes."""

FAILED_TASKS = 3
"""A workflow task counts as failing after this many tries."""

_ASKS_AGAIN_SECONDS = 0.3
_LONG_WAIT_SECONDS = 20
_ANSWERS_WITHIN = 10
_NO_ANSWER = (RPCError, TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError, RuntimeError)
"""The SDK's errors for no answer. A fast-forward that another one replaced is a RuntimeError."""


class OutOfTime(Exception):
    """The time of the run is over, but the case has not ended."""


@dataclass
class Life:
    """A case in a run. It repeats requests until they are answered, like a person would."""

    client: Client
    workflow_id: str
    until: float
    """The end of the run, by `time.monotonic`."""
    start: CaseInput
    told: int = 0
    stuck: str | None = None
    ended: CaseView | None = None

    @property
    def window(self) -> timedelta:
        """Return the time allowed to reach the seller."""
        return effective_policy(self.start.policy).window

    async def open(self) -> None:
        """Open the case. Repeat the request if its answer is lost."""

        async def start() -> None:
            try:
                await self.client.start_workflow(
                    IssueCase.run,
                    self.start,
                    id=self.workflow_id,
                    task_queue=CASES_QUEUE,
                    rpc_timeout=timedelta(seconds=_ANSWERS_WITHIN),
                    **at_start(self.start.account, self.start.issues),
                )
            except WorkflowAlreadyStartedError:
                return

        await self.insist(start)

    async def tell(self, update: Any, event: Event) -> bool:
        """Send an update until it is answered, always with one id. Return False if refused."""
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
                if error.status is RPCStatusCode.NOT_FOUND:  # the case has closed
                    return False
                raise
            return True

        return await self.insist(send)

    async def status(self) -> Status:
        """Return the status from the search attributes, without a query."""

        async def ask() -> Status:
            found = await self.client.get_workflow_handle(self.workflow_id).describe()
            return Status(found.typed_search_attributes[STATUS])

        return await self.insist(ask)

    async def play(self, hours: float) -> None:
        """Let time pass on the case's clock, at most until it has closed."""
        handle = self.client.get_workflow_handle(self.workflow_id)
        skipper = time_skipper(self.client)

        async def skip() -> None:
            try:
                await skipper.fast_forward(handle, timedelta(hours=hours))
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise

        await self.insist(skip, within=30)

    async def waits_for_next_try(self) -> float:
        """Return the longest wait, in seconds, for the next try of a step; 0 if there is none."""
        handle = self.client.get_workflow_handle(self.workflow_id)
        pending = (await self.insist(handle.describe)).raw_description.pending_activities
        waits = [a.current_retry_interval.ToSeconds() for a in pending]
        return max(waits, default=0)

    async def leaves(self, *statuses: Status, hours: float | None = None) -> Status:
        """Wait until the status is none of these. Return it. Play `hours` at a time if given."""
        while (status := await self.status()) in statuses:
            if hours is None:
                await asyncio.sleep(_ASKS_AGAIN_SECONDS)
            else:
                await self.play(hours)
        return status

    async def end(self) -> CaseView:
        """Wait for the end of the case, and return its view.

        A case that waits long for the next try of a step is played forward to it.
        """
        handle = self.client.get_workflow_handle_for(IssueCase.run, self.workflow_id)
        ending = asyncio.create_task(self.insist(handle.result))
        try:
            while not (await asyncio.wait([ending], timeout=_LONG_WAIT_SECONDS))[0]:
                if await self.waits_for_next_try() > _LONG_WAIT_SECONDS:
                    await self.play(NEXT_TRY)
            self.ended = await ending
        finally:
            ending.cancel()
        return self.ended

    async def insist(self, ask: Callable[[], Awaitable[T]], within: float = _ANSWERS_WITHIN) -> T:
        """Repeat a request until it is answered.

        Raises:
            OutOfTime: there was no answer before the end of the run.
        """
        why = "the run was over already"
        while (left := self.until - time.monotonic()) > 0:
            try:
                return await asyncio.wait_for(ask(), min(within, left))
            except _NO_ANSWER as error:
                why = f"{type(error).__name__}: {error}"
            await asyncio.sleep(_ASKS_AGAIN_SECONDS)
        raise OutOfTime(why)


Story = Callable[[Life], Awaitable[None]]
"""Plays what happens to a case until its end."""


@dataclass(frozen=True)
class Part:
    """A story with its seller."""

    name: str
    story: Story
    number_ends: str = "10"
    """The last two digits of the seller's number. They decide how simulated calls end."""
    email: str = "owner@bluekettle.example"
    rules: dict[str, Any] = field(default_factory=dict)
    issues: tuple[Issue, ...] = (issue(),)


@dataclass
class Crowd:
    """The cases of a run."""

    client: Client
    random: Random
    within: float
    """The seconds within which all cases must end."""
    at_once: int = 70
    clocks_run_ahead: bool = True
    """Whether a case's clock skips, from its beginning, whatever time nothing happens in. If not,
    it passes as for us until a story plays it forward."""
    lives: list[Life] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self._until = time.monotonic() + self.within

    async def live(self, parts: list[Part]) -> None:
        """Play a case for each part to its end, several at once. It may be called again, also
        before it has returned.
        """
        waiting = [(next(self._numbers), part) for part in parts]
        await asyncio.gather(*(self._play_waiting(waiting) for _ in range(self.at_once)))

    async def _play_waiting(self, waiting: list[tuple[int, Part]]) -> None:
        while waiting:
            number, part = waiting.pop(0)
            life = Life(
                time_skipper(self.client).client if self.clocks_run_ahead else self.client,
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
        """Return what the server knows of each case."""
        return list(await asyncio.gather(*map(seen, self.lives)))


def seller(number: int, part: Part) -> Account:
    """Return a seller with their own number, since calls to one number wait for each other."""
    phone = f"+1206{2_000_000 + 100 * number + int(part.number_ends)}"
    return account(f"FAULT{number}", emergency_phone=phone, email=part.email)


async def seen(life: Life) -> CaseSeen:
    """Return what the server knows of a case. Query it if it is open."""
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
