"""Talking to enrollments."""

from datetime import timedelta
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from cli import asking
from cli.asking import Kind, Standing
from cli.parameters import SellerName
from domain.case.events import Event
from domain.enrollment.view import EnrollmentView
from domain.shared.account import SellerAccount
from domain.shared.names import CASES_QUEUE, ENROLLMENT_WORKFLOW, enrollment_workflow_id
from providers.temporal.own_workflows import update_with_start
from workflows.enrollment.input import EnrollmentInput
from workflows.shared.search_attributes import enrollment_at_start

_ENDS_NOT = "an enrollment goes on for as long as the seller sells"
_TRIES_WITHIN = timedelta(seconds=10)

ENROLLMENT = Kind(
    "enrollment",
    EnrollmentView,
    "the programme does not know the seller",
    "enrollment show",
    lambda view: _ENDS_NOT,
)


async def look(client: Client, name: SellerName) -> Standing[EnrollmentView]:
    """As `asking.look`: the enrollment as it stands."""
    return await asking.look(client, ENROLLMENT, name)


async def tell(client: Client, name: SellerName, update: str, event: Event) -> EnrollmentView:
    """As `asking.tell`: an update of an enrollment that there is."""
    return await asking.tell(client, ENROLLMENT, name, update, event)


async def tell_anybody(
    client: Client, account: SellerAccount, update: str, event: Event, key: str | None = None
) -> EnrollmentView:
    """Send an update, to a seller not known before too: `account` is what is known then.

    The same `key` counts once.

    Raises:
        SaidNo: in the enrollment's own words.
        NoAnswer: no worker listens, or it is stuck. The update may be taken later.
    """
    name = SellerName(enrollment_workflow_id(account.store, account.seller_id))
    start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        ENROLLMENT_WORKFLOW,
        EnrollmentInput(account=account, by=event.by),
        id=name.workflow_id,
        task_queue=CASES_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        search_attributes=enrollment_at_start(account),
        static_summary=str(name),
    )
    asked = update_with_start(
        client, start, update, event, within=_TRIES_WITHIN, answers=EnrollmentView, key=key
    )
    return await asking.taken(client, asked)
