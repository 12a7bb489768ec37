"""The phone lock of all workers: no number is called twice at once (docs/rules.md, section 4).

The lock of a number is a workflow with the number's id. Temporal starts it for one caller only. It
has no worker and never runs. It is deleted on release, and otherwise times out.

The places of a number are locks that are never released. So there are no more calls in a span of
time than places, whoever asks for them (docs/rules.md, section 2).
"""

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
from providers.protocols import ProviderFailed

_ANSWERS_WITHIN = timedelta(seconds=5)


class TemporalPhoneLock:
    """A lock for each number, held in Temporal."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def acquire(self, phone: str, key: str, lease: timedelta) -> str | None:
        """Lock a number. Return the lock, or None if another key holds it."""
        return await self._start(line_workflow_id(phone), key, lease)

    async def take_place(
        self, counted: str, key: str, places: int, span: timedelta, *, perhaps_taken: bool
    ) -> bool:
        """Take a place of a number for a span of time. Return False if all are taken."""
        kind = f"{line_workflow_id(counted)}/{int(span.total_seconds())}s"
        ids = [f"{kind}/{place}" for place in range(1, places + 1)]
        if perhaps_taken:
            for workflow_id in ids:
                if await self._is_held_by(workflow_id, key):
                    return True
        for workflow_id in ids:
            if await self._start(workflow_id, key, span):
                return True
        return False

    async def _is_held_by(self, workflow_id: str, key: str) -> bool:
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
                return False
            raise _failed(error) from None
        running = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
        is_held = found.workflow_execution_info.status == running
        return is_held and key in found.workflow_extended_info.request_id_infos

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
        request = DeleteWorkflowExecutionRequest(
            namespace=self._client.namespace,
            workflow_execution=WorkflowExecution(
                workflow_id=line_workflow_id(phone), run_id=lock_id
            ),
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
