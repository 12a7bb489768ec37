"""Who listens on the task queues, and how much waits there."""

from datetime import UTC, datetime, timedelta

from temporalio.api.deployment.v1 import WorkerDeploymentVersion
from temporalio.api.enums.v1 import TaskQueueType, WorkerVersioningMode
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeTaskQueueResponse
from temporalio.client import Client

from temporal_client.failures import translated

WORKFLOWS = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
ACTIVITIES = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY

_ANSWERS_WITHIN = timedelta(seconds=5)
_POLLS_EVERY = timedelta(seconds=70)
"""The longest poll of a worker, and a margin. The server hears of a listening worker as often."""


async def describe_queue(
    client: Client,
    queue: str,
    of: TaskQueueType.ValueType = WORKFLOWS,
    *,
    report_stats: bool = False,
) -> DescribeTaskQueueResponse:
    """Return what the server says of a task queue, on request with its backlog."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=of,
        report_stats=report_stats,
    )
    with translated():
        return await client.workflow_service.describe_task_queue(request, timeout=_ANSWERS_WITHIN)


async def last_heard(
    client: Client,
    queue: str,
    of: TaskQueueType.ValueType = WORKFLOWS,
    *,
    with_new_work: bool = False,
) -> datetime | None:
    """Return when a worker last asked for work, or None if the server remembers no worker.

    `with_new_work` leaves out those of a version that gets no new work (docs/upgrading.md).
    """
    answer = await describe_queue(client, queue, of)
    versions = {_version(answer.versioning_info.current_deployment_version)}
    if answer.versioning_info.ramping_version_percentage:
        versions.add(_version(answer.versioning_info.ramping_deployment_version))
    heard = (
        poller.last_access_time.ToDatetime(UTC)
        for poller in answer.pollers
        if not with_new_work or _version_of(poller) in versions
    )
    return max(heard, default=None)


def _version(of: WorkerDeploymentVersion) -> tuple[str, str]:
    """Return a version by its names. Both are empty for workers without one."""
    return of.deployment_name, of.build_id


def _version_of(poller: PollerInfo) -> tuple[str, str]:
    options = poller.deployment_options
    if options.worker_versioning_mode != WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED:
        return "", ""
    return options.deployment_name, options.build_id


def is_listening(heard: datetime | None) -> bool:
    """Return whether a worker last heard of then still listens.

    The server remembers workers for some minutes after they have gone.
    """
    return heard is not None and heard > datetime.now(UTC) - _POLLS_EVERY
