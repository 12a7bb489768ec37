"""The programme and the open cases: our own workflows, asked and told through Temporal."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import QueryRejectCondition, WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from domain.case.activity_inputs import ExpelInput, ShareContactInput, TellDeactivationInput
from domain.case.events import ChangeContact, Event, RecordDeactivation
from domain.enrollment.events import ChangeAccount, Expel
from domain.enrollment.state import EnrollmentReason
from domain.enrollment.view import EnrollmentView, why_not_enrolled
from domain.shared.names import (
    CASES_QUEUE,
    ENROLLMENT_WORKFLOW,
    case_workflow_id,
    enrollment_workflow_id,
)
from providers.protocols import ProviderFailed

_ANSWERS_WITHIN = timedelta(seconds=10)

T = TypeVar("T")


class NotThere(Exception):
    """There is no such workflow, or it is closed."""


class Enrollments:
    """The programme: a workflow for each seller in a store."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def why_not_enrolled(self, store: str, seller_id: str) -> str | None:
        """What an account lacks to be enrolled; None if it is."""
        handle = self._client.get_workflow_handle(enrollment_workflow_id(store, seller_id))
        try:
            with _failures("the enrollment"):
                view: EnrollmentView = await handle.query(
                    "enrollment",
                    result_type=EnrollmentView,
                    reject_condition=QueryRejectCondition.NOT_OPEN,
                    rpc_timeout=_ANSWERS_WITHIN,
                )
        except NotThere:
            return "the account is not enrolled: the programme does not know the seller"
        if view.reason is EnrollmentReason.NUMBER_BEING_CHECKED:
            raise ProviderFailed("the enrollment is still looking up the number")
        return why_not_enrolled(view)

    async def expel(self, order: ExpelInput) -> None:
        """Remove the account for harmful conduct, known or not; again changes nothing."""
        event = Expel(
            by=order.by, category=order.category, evidence=order.evidence, case_id=order.case_id
        )
        await self._tell_anybody(order, "expel", event, f"{order.case_id}/expelled")

    async def record_deactivation(self, order: TellDeactivationInput) -> None:
        """Know that the account is deactivated, known or not; again changes nothing."""
        event = RecordDeactivation(by=order.by, case_id=order.case_id)
        await self._tell_anybody(order, "record_deactivation", event, order.key)

    async def _tell_anybody(
        self, order: ExpelInput | TellDeactivationInput, update: str, event: Event, key: str
    ) -> None:
        start: WithStartWorkflowOperation[Any, None] = WithStartWorkflowOperation(
            ENROLLMENT_WORKFLOW,
            {"account": {"store": order.store, "seller_id": order.seller_id}, "by": order.by},
            id=enrollment_workflow_id(order.store, order.seller_id),
            task_queue=CASES_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=order.seller_id,
        )
        with _failures("the enrollment"):
            await update_with_start(
                self._client, start, update, event, within=_ANSWERS_WITHIN, key=key
            )

    async def change_contact(self, order: ShareContactInput) -> None:
        """Let the account's enrollment know the news, if there is one."""
        news = {"emergency_phone": order.emergency_phone, "email": order.email}
        # A field that is given as null would be one that is not known any more.
        known = {field: value for field, value in news.items() if value}
        event = ChangeAccount(by="case", confirmed=order.confirmed, **known)
        workflow_id = enrollment_workflow_id(order.store, order.seller_id)
        await _tell(self._client, workflow_id, "change_account", event, order.key)


class Cases:
    """The open cases: a workflow for each account that has one."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def change_contact(self, order: ShareContactInput) -> None:
        """Let the account's open case know the news, if there is one to take it."""
        event = ChangeContact(
            by="enrollment",
            emergency_phone=order.emergency_phone,
            email=order.email,
            from_enrollment=True,
            confirmed=order.confirmed,
        )
        workflow_id = case_workflow_id(order.store, order.seller_id)
        await _tell(self._client, workflow_id, "change_contact", event, order.key)

    async def record_deactivation(self, order: TellDeactivationInput) -> None:
        """Let the account's open case know that the account is deactivated, if there is one."""
        event = RecordDeactivation(by=order.by)
        workflow_id = case_workflow_id(order.store, order.seller_id)
        await _tell(self._client, workflow_id, "record_deactivation", event, order.key)


async def update_with_start(
    client: Client,
    start: WithStartWorkflowOperation[Any, Any],
    update: str,
    event: Event,
    *,
    within: timedelta,
    answers: type[T] | None = None,
    key: str | None = None,
) -> T:
    """Send an update to a workflow that is started if it is not there, and wait for the answer.

    The same `key` counts once.
    """
    try:
        answer: T = await client.execute_update_with_start_workflow(
            update,
            event,
            start_workflow_operation=start,
            id=key,
            result_type=answers,
            rpc_timeout=within,
        )
    except BaseException:
        # Nobody else asks for the start that failed, and asyncio would complain of that.
        handle = asyncio.ensure_future(start.workflow_handle())
        handle.add_done_callback(lambda done: done.cancelled() or done.exception())
        raise
    return answer


async def _tell(client: Client, workflow_id: str, update: str, event: Event, key: str) -> None:
    handle = client.get_workflow_handle(workflow_id)
    try:
        with _failures(update):
            await handle.execute_update(update, event, id=key, rpc_timeout=_ANSWERS_WITHIN)
    except NotThere:
        return  # nobody to tell
    except WorkflowUpdateFailedError:
        # A case that is deactivating refuses, and may yet be resumed.
        raise ProviderFailed(f"{update} was refused") from None


@contextmanager
def _failures(asked: str) -> Iterator[None]:
    """Turn what Temporal answers into what is meant by it, without personal data."""
    try:
        yield
    except WorkflowQueryRejectedError:
        raise NotThere from None
    except (WorkflowQueryFailedError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        raise ProviderFailed(f"{asked} did not answer: {type(error).__name__}") from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NotThere from None
        raise ProviderFailed(f"{asked} did not answer: {error.status.name}") from None
