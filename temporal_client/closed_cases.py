"""Closed cases as Temporal has them: what they ended with, still encrypted."""

from datetime import date, timedelta

from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.enums.v1 import HistoryEventFilterType
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import Client

from domain.shared.names import CASE_WORKFLOW
from temporal_client.failures import translated
from temporal_client.search import OPEN, query_of
from temporal_client.workflows import ANSWERS_WITHIN


def closed_on(day: date) -> str:
    """Return the query for the cases that closed on a day (UTC)."""
    return f"{closed_before(day + timedelta(days=1))} AND CloseTime >= '{day}T00:00:00Z'"


def closed_before(day: date) -> str:
    """Return the query for the cases that closed before a day (UTC)."""
    return query_of(
        CASE_WORKFLOW,
        f"NOT {OPEN}",
        "ExecutionStatus != 'ContinuedAsNew'",
        f"CloseTime < '{day}T00:00:00Z'",
    )


async def ended_with(client: Client, workflow_id: str, run_id: str) -> Payload | None:
    """Return what a closed workflow ended with; None if it broke off.

    No worker is asked, and nothing is decrypted.

    Raises:
        TemporalFailure: the server does not know it any more, or does not answer.
    """
    with translated():
        answer = await client.workflow_service.get_workflow_execution_history(
            GetWorkflowExecutionHistoryRequest(
                namespace=client.namespace,
                execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
                history_event_filter_type=HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
            ),
            timeout=ANSWERS_WITHIN,
        )
    last = answer.history.events[-1]
    if not last.HasField("workflow_execution_completed_event_attributes"):
        return None
    payloads = last.workflow_execution_completed_event_attributes.result.payloads
    return payloads[0] if payloads else None
