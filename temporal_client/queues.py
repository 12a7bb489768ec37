"""Who listens on the task queues."""

from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

WORKFLOWS = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
ACTIVITIES = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY

_ANSWERS_WITHIN = timedelta(seconds=5)
_POLLS_EVERY = timedelta(seconds=70)
"""A worker that listens is heard of at least as often: its longest poll, and some."""


async def last_heard(
    client: Client, queue: str, of: TaskQueueType.ValueType = WORKFLOWS
) -> datetime | None:
    """When a worker last asked for work; None where the server remembers none."""
    found = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=of
        ),
        timeout=_ANSWERS_WITHIN,
    )
    return max((p.last_access_time.ToDatetime(UTC) for p in found.pollers), default=None)


def is_listening(heard: datetime | None) -> bool:
    """The server remembers workers for some minutes after they have gone."""
    return heard is not None and heard > datetime.now(UTC) - _POLLS_EVERY
