"""What is wrong with an open case, as far as the server alone can tell. No worker is queried.

Everything is measured by the case's own clock, which may have been played forward. The server
keeps it, and whatever waits for a worker was due by it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import (
    EventType,
    PendingActivityState,
    VersioningBehavior,
    WorkflowTaskFailedCause,
)
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionDescription

from cli.operate.audit_report import Finding, FindingKind, lasting
from domain.case.status import HAS_DEADLINE
from domain.shared.codes import plain
from domain.shared.names import CASES_QUEUE
from providers.temporal.failures import NOT_NOW
from temporal_client.failures import translated
from temporal_client.search_attributes import DEADLINE, STATUS
from temporal_client.snapshot import clock_of
from temporal_client.workflows import ANSWERS_WITHIN
from workflows.shared.payloads import Unreadable

LATE = timedelta(minutes=5)
"""Whatever is overdue, or fails, for longer is reported."""

_FAILED_TASKS = 3
"""The attempt of a task from which on it is stuck, some 20 seconds after it was first due. Fewer
failures in a row than two are a worker that was killed, or a deployment."""

_FAILED_TRIES = 3

_NEWEST_EVENTS = 100


async def check_case(client: Client, case: WorkflowExecutionDescription) -> list[Finding]:
    """Return what is wrong with an open case."""
    now, raw = clock_of(case), case.raw_description
    findings = list(_overdue(case, now))
    if stands_still(case):
        findings.append(await stuck(client, case, now))
    for activity in raw.pending_activities:
        if activity.attempt > _FAILED_TRIES and _failed(activity):
            since = await _scheduled_at(client, case, activity)
            if since is None or since < now - LATE:
                findings.append(_failing(case, activity, since, now))
    return findings


def stands_still(workflow: WorkflowExecutionDescription) -> bool:
    """Return whether it is paused, or its task fails or times out again and again."""
    task = workflow.raw_description.pending_workflow_task
    return task.attempt >= _FAILED_TASKS or _paused(workflow) is not None


def _overdue(case: WorkflowExecutionDescription, now: datetime) -> Iterator[Finding]:
    task = case.raw_description.pending_workflow_task
    due = task.original_scheduled_time.ToDatetime(UTC)
    if 0 < task.attempt < _FAILED_TASKS and due < now - LATE:
        what = f"its next step waits for a worker on queue {CASES_QUEUE}{_of_version(case)}"
        yield lasting(FindingKind.LATE_ATTEMPTS, case.id, what, due, now)
    activities = case.raw_description.pending_activities
    for activity in activities:
        due = activity.scheduled_time.ToDatetime(UTC)
        if _waits_for_worker(activity) and due < now - LATE:
            queue = activity.activity_options.task_queue.name
            what = f"{_named(activity)} waits for a worker on queue {queue}"
            yield lasting(FindingKind.LATE_ATTEMPTS, case.id, what, due, now)
    attributes = case.typed_search_attributes
    deadline = attributes.get(DEADLINE)
    timed = attributes.get(STATUS) in HAS_DEADLINE and deadline is not None
    # An attempt under way at the deadline may finish. One that hangs is reported itself.
    if timed and deadline and deadline < now - LATE and not activities:
        what = f"its deadline has passed, and it is still {attributes.get(STATUS)}"
        yield lasting(FindingKind.DEADLINE_PASSED, case.id, what, deadline, now)


def _of_version(case: WorkflowExecutionDescription) -> str:
    """Say of which version the worker must be, if the case keeps to one."""
    keeps = case.raw_description.workflow_execution_info.versioning_info
    if keeps.behavior != VersioningBehavior.VERSIONING_BEHAVIOR_PINNED:
        return ""
    return f" of version {keeps.deployment_version.build_id}"


def _failed(activity: PendingActivityInfo) -> bool:
    """Return whether its last try failed, rather than found that a call goes on."""
    failure = activity.last_failure
    goes_on = failure.application_failure_info.type == NOT_NOW
    return activity.HasField("last_failure") and not goes_on


def _waits_for_worker(activity: PendingActivityInfo) -> bool:
    """Return whether a try is due that no worker has taken."""
    scheduled = activity.state == PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
    return scheduled and not activity.HasField("next_attempt_schedule_time")


def _failing(
    case: WorkflowExecution, activity: PendingActivityInfo, since: datetime | None, now: datetime
) -> Finding:
    failure = activity.last_failure
    # Not its message: a library may have put an address into it.
    kind = failure.application_failure_info.type or failure.WhichOneof("failure_info") or "unknown"
    what = f"{_named(activity)} failed {activity.attempt - 1} times; the last failure: {kind}"
    lasts = now - since if since else None
    return Finding(
        kind=FindingKind.PROVIDER_FAILING, where=case.id, what=what, since=since, lasts=lasts
    )


def _named(activity: PendingActivityInfo) -> str:
    return f"activity {plain(activity.activity_type.name)}"


async def stuck(client: Client, workflow: WorkflowExecutionDescription, now: datetime) -> Finding:
    """Return the finding for a workflow that stands still. Its history says why."""
    kind, where = FindingKind.STUCK_WORKFLOW, workflow.id
    if paused := _paused(workflow):
        return lasting(kind, where, "somebody paused it", paused, now)
    for event in await _newest_events(client, workflow):
        since = event.event_time.ToDatetime(UTC)
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            failed = event.workflow_task_failed_event_attributes
            cause = WorkflowTaskFailedCause.Name(failed.cause)
            cause = plain(cause.removeprefix("WORKFLOW_TASK_FAILED_CAUSE_").lower())
            fault = ", TMPRL1100" if "TMPRL1100" in failed.failure.message else ""
            if _is_unreadable(failed.failure):
                fault = "; a worker cannot read it: is a key missing? (docs/runbook/key-missing.md)"
            what = f"its workflow task fails again and again: {cause}{fault}"
            return lasting(kind, where, what, since, now)
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
            what = "its workflow task times out again and again"
            return lasting(kind, where, what, since, now)
    return Finding(kind=kind, where=where, what="its workflow task fails again and again")


def _is_unreadable(failure: Failure) -> bool:
    """Return whether a worker lacked a key. Types of failures are not encrypted, messages are."""
    if failure.application_failure_info.type == Unreadable.__name__:
        return True
    return failure.HasField("cause") and _is_unreadable(failure.cause)


def _paused(workflow: WorkflowExecutionDescription) -> datetime | None:
    """Return since when it is paused, if it is."""
    info = workflow.raw_description.workflow_extended_info
    return info.pause_info.paused_time.ToDatetime(UTC) if info.HasField("pause_info") else None


async def _scheduled_at(
    client: Client, case: WorkflowExecution, activity: PendingActivityInfo
) -> datetime | None:
    """Return when an activity was first scheduled. The server tells of its next try only."""
    for event in await _newest_events(client, case):
        scheduled = event.activity_task_scheduled_event_attributes
        if scheduled.activity_id == activity.activity_id:
            return event.event_time.ToDatetime(UTC)
    return None


async def _newest_events(client: Client, workflow: WorkflowExecution) -> list[HistoryEvent]:
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace,
        execution=workflow.raw_info.execution,
        maximum_page_size=_NEWEST_EVENTS,
    )
    with translated():
        answer = await client.workflow_service.get_workflow_execution_history_reverse(
            request, timeout=ANSWERS_WITHIN
        )
    return list(answer.history.events)
