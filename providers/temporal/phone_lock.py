"""The phone lock of all workers: no number is called twice at once (docs/rules.md, section 4).

The lock of a number is a workflow with the number's id. Temporal starts it for one caller only. It
has no worker and never runs. It is deleted on release, and otherwise times out.

The places of a number are locks that a call keeps for a span of time. So there are no more calls in
that span than places, whoever asks for them. They are released only if another limit is full, so
that the call is not dialled (docs/rules.md, section 2).
"""

from collections.abc import Sequence
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.common.v1 import WorkflowExecution, WorkflowType
from temporalio.api.enums.v1 import WorkflowExecutionStatus, WorkflowIdConflictPolicy
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DeleteWorkflowExecutionRequest,
    DescribeWorkflowExecutionRequest,
    StartWorkflowExecutionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.shared.names import LINE_WORKFLOW, LINES_QUEUE, line_workflow_id
from providers.protocols import CallLimit, ProviderFailed

_ANSWERS_WITHIN = timedelta(seconds=5)

_Place = tuple[str, str]
"""A workflow's id, and that of its run."""


class TemporalPhoneLock:
    """A lock for each number, held in Temporal."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def acquire(self, phone: str, key: str, lease: timedelta) -> str | None:
        """Lock a number. Return the lock, or None if another key holds it."""
        return await self._start(line_workflow_id(phone), key, lease)

    async def take_places(
        self, key: str, limits: Sequence[CallLimit], *, perhaps_taken: bool
    ) -> bool:
        """Take a place under each limit. If one is full, give back all and return False."""
        taken: list[_Place] = []
        for limit in limits:
            place = await self._take_one(key, limit, perhaps_taken=perhaps_taken)
            if place is None:
                for workflow_id, run_id in taken:
                    await self._delete(workflow_id, run_id)
                return False
            taken.append(place)
        return True

    async def _take_one(self, key: str, limit: CallLimit, *, perhaps_taken: bool) -> _Place | None:
        kind = f"{line_workflow_id(limit.counted)}/{int(limit.span.total_seconds())}s"
        ids = [f"{kind}/{place}" for place in range(1, limit.places + 1)]
        if perhaps_taken:
            for workflow_id in ids:
                if run_id := await self._run_held_by(workflow_id, key):
                    return workflow_id, run_id
        for workflow_id in ids:
            if run_id := await self._start(workflow_id, key, limit.span):
                return workflow_id, run_id
        return None

    async def _run_held_by(self, workflow_id: str, key: str) -> str | None:
        request = DescribeWorkflowExecutionRequest(
            namespace=self._client.namespace,
            execution=WorkflowExecution(workflow_id=workflow_id),
        )
        try:
            found = await self._client.workflow_service.describe_workflow_execution(
                request, retry=True, timeout=_ANSWERS_WITHIN
            )
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise _failed(error) from None
        running = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
        is_held = found.workflow_execution_info.status == running
        if not is_held or key not in found.workflow_extended_info.request_id_infos:
            return None
        return found.workflow_execution_info.execution.run_id

    async def _start(self, workflow_id: str, key: str, lease: timedelta) -> str | None:
        # The raw request, since only that takes a request id.
        request = StartWorkflowExecutionRequest(
            namespace=self._client.namespace,
            workflow_id=workflow_id,
            workflow_type=WorkflowType(name=LINE_WORKFLOW),
            task_queue=TaskQueue(name=LINES_QUEUE),
            request_id=key,
            identity=self._client.identity,
            workflow_execution_timeout=_duration(lease),
            # Longer than the lease, so that no workflow task is ever put on the queue.
            workflow_start_delay=_duration(2 * lease),
            workflow_id_conflict_policy=WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
        )
        try:
            started = await self._client.workflow_service.start_workflow_execution(
                request, retry=True, timeout=_ANSWERS_WITHIN
            )
        except RPCError as error:
            if error.status is RPCStatusCode.ALREADY_EXISTS:
                return None
            raise _failed(error) from None
        return started.run_id

    async def release(self, phone: str, lock_id: str) -> None:
        """Release a lock."""
        await self._delete(line_workflow_id(phone), lock_id)

    async def _delete(self, workflow_id: str, run_id: str) -> None:
        request = DeleteWorkflowExecutionRequest(
            namespace=self._client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
        )
        try:
            await self._client.workflow_service.delete_workflow_execution(
                request, retry=True, timeout=_ANSWERS_WITHIN
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:  # it has timed out by itself
                raise _failed(error) from None


def _failed(error: RPCError) -> ProviderFailed:
    return ProviderFailed(f"the line to the number: Temporal answered {error.status.name}")


def _duration(span: timedelta) -> Duration:
    duration = Duration()
    duration.FromTimedelta(span)
    return duration
