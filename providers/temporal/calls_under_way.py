"""The calls that a case has under way, as Temporal knows them.

A call is one activity `place_call` whose tries fail as long as the call goes on: a try looks at
the call, and the next one is later. Between two tries no worker holds anything. Whoever learns the
result first ends the activity by its id.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    ResetActivityRequest,
    UpdateActivityOptionsRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.case.attempt import CallEnded
from domain.shared.activity_inputs import hang_up_id, place_call_id
from domain.shared.result import Result
from providers.protocols import ProviderFailed, Telephone

_ANSWERS_WITHIN = timedelta(seconds=5)
_STARTED = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED


@dataclass(frozen=True)
class PlacedCall:
    """A call that was placed."""

    call: str
    """As `Telephone.look` takes it."""
    dialled_late: datetime | None = None
    """When it was dialled, if late (`domain.case.attempt.DIALLED_LATE`)."""

    def details(self) -> tuple[str, ...]:
        """Return the heartbeat details by which the next try knows the call."""
        late = self.dialled_late
        return (self.call, late.isoformat()) if late else (self.call,)


@dataclass(frozen=True)
class NothingPlaced:
    """A try ended knowing that no call was placed."""

    has_only_waited: bool = False
    """Whether it and all tries before it only waited for other calls to the number."""
    instead_of: str | None = None
    """A call that never rang. Another provider is to place this one."""

    def details(self, attempt: int) -> tuple[int, bool, str]:
        """Return the heartbeat details that say so of this try."""
        return attempt, self.has_only_waited, self.instead_of or ""


@dataclass(frozen=True)
class PerhapsPlaced:
    """A try ended before it could tell. The provider knows whether it placed a call."""

    instead_of: str | None = None
    """As in `NothingPlaced`."""


def ended(call: PlacedCall, result: Result, telephone: Telephone) -> Result | CallEnded:
    """Return the result, with the provider and the time of a late call if they are known."""
    by = telephone.served_by(call.call)
    if by is None and call.dialled_late is None:
        return result
    return CallEnded(result=result, served_by=by, dialled_at=call.dialled_late)


Known = PlacedCall | NothingPlaced | PerhapsPlaced
"""What the tries so far know of a call."""


def known_before(attempt: int, details: tuple[Any, ...]) -> Known:
    """Return what is known before try number `attempt`, counted from 1.

    Args:
        attempt: the try.
        details: the heartbeat details. (Any: the SDK does not know their types.)
    """
    match details:
        case (str(call),):
            return PlacedCall(call)
        case (str(call), str(dialled_late)):
            return PlacedCall(call, datetime.fromisoformat(dialled_late))
        case (int(number), bool(has_only_waited), str(instead_of)):
            if number == attempt - 1:
                return NothingPlaced(has_only_waited, instead_of or None)
            return PerhapsPlaced(instead_of or None)
        case _:
            return NothingPlaced() if attempt == 1 else PerhapsPlaced()


@dataclass(frozen=True)
class CallUnderWay:
    """A `place_call` that has not ended."""

    attempt: int
    """The try that runs, or that is next."""
    is_running: bool
    """Whether a worker is at it now."""
    is_unwanted: bool
    """Whether the case has asked to hang up."""
    known: Known


class CallsUnderWay:
    """The calls of one run of a case."""

    def __init__(self, client: Client, workflow_id: str, run_id: str) -> None:
        self._client, self._workflow_id, self._run_id = client, workflow_id, run_id

    async def find(self, number: int) -> CallUnderWay | None:
        """Return the call of an attempt, or None if its result is known.

        Raises:
            ProviderFailed: the server does not answer.
        """
        request = DescribeWorkflowExecutionRequest(namespace=self._client.namespace)
        request.execution.workflow_id = self._workflow_id
        request.execution.run_id = self._run_id
        try:
            answer = await self._client.workflow_service.describe_workflow_execution(
                request, timeout=_ANSWERS_WITHIN
            )
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise ProviderFailed(f"Temporal answered {error.status.name}") from None
        pending = {activity.activity_id: activity for activity in answer.pending_activities}
        if (call := pending.get(place_call_id(number))) is None:
            return None
        return await self._of(call, is_unwanted=hang_up_id(number) in pending)

    async def why_ended(self, number: int, seen: Result) -> Result:
        """Return the result of a call that a provider was seen to have ended.

        To who looks, a call that we hang up at this moment ends like one that the provider lost.

        Raises:
            ProviderFailed: the server does not answer.
        """
        if seen is not Result.PROVIDER_FAILED:
            return seen
        call = await self.find(number)
        return Result.CANCELLED if call is not None and call.is_unwanted else seen

    async def _of(self, call: PendingActivityInfo, *, is_unwanted: bool) -> CallUnderWay:
        details = await self._client.data_converter.decode(call.heartbeat_details.payloads)
        return CallUnderWay(
            attempt=call.attempt,
            is_running=call.state == _STARTED,
            is_unwanted=is_unwanted,
            known=known_before(call.attempt, tuple(details)),
        )

    async def move(self, number: int, queue: str) -> bool:
        """Have the tries to come of an attempt's call made on another queue.

        Return whether there will be any: False if the activity has ended.

        Raises:
            ProviderFailed: the server does not answer.
        """
        request = UpdateActivityOptionsRequest(
            namespace=self._client.namespace, id=place_call_id(number)
        )
        request.execution.workflow_id = self._workflow_id
        request.execution.run_id = self._run_id
        request.activity_options.task_queue.name = queue
        request.update_mask.paths.append("task_queue.name")
        try:
            await self._client.workflow_service.update_activity_options(
                request, timeout=_ANSWERS_WITHIN
            )
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise ProviderFailed(f"Temporal answered {error.status.name}") from None
        return True

    async def look_now(self, number: int) -> None:
        """Have the next try of an attempt's call made at once.

        Raises:
            ProviderFailed: the server does not answer.
        """
        request = ResetActivityRequest(namespace=self._client.namespace, id=place_call_id(number))
        request.execution.workflow_id = self._workflow_id
        request.execution.run_id = self._run_id
        try:
            await self._client.workflow_service.reset_activity(request, timeout=_ANSWERS_WITHIN)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise ProviderFailed(f"Temporal answered {error.status.name}") from None

    async def end(self, number: int, result: Result | CallEnded) -> None:
        """End the call of an attempt. Do nothing if its result is known already.

        Raises:
            ProviderFailed: the server does not answer.
        """
        handle = self._client.get_async_activity_handle(
            workflow_id=self._workflow_id, run_id=self._run_id, activity_id=place_call_id(number)
        )
        try:
            await handle.complete(result, rpc_timeout=_ANSWERS_WITHIN)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise ProviderFailed(f"Temporal answered {error.status.name}") from None
