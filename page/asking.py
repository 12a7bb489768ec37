"""Asking the workflows, and telling them: every call is bounded, every failure is one of three."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import QueryRejectCondition
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.case.events import Event, SendLink
from domain.case.status import OPEN
from domain.case.view import CaseView
from domain.enrollment.view import StandingView
from domain.shared.errors import Refused
from domain.shared.names import case_workflow_id, enrollment_workflow_id
from reference.page_links import Visitor
from workflows.shared.payloads import Unreadable

ANSWERS_WITHIN = timedelta(seconds=4)
"""How long a seller waits for Temporal or a worker, the SDK's repetitions included."""

_CLOSED_MEANWHILE = "AcceptedUpdateCompletedWorkflow"
"""What Temporal calls it that a workflow took an update and closed before it answered."""

View = TypeVar("View", CaseView, StandingView)


class Unavailable(Exception):
    """Temporal or its workers do not answer, or nothing that can be read here.

    What was told may still be taken later.
    """


class Gone(Exception):
    """There is no such workflow, or it has closed."""


class SaidNo(Exception):
    """The workflow refused, in its own words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Found:
    """What there is of a seller: a case, open or closed, and where they stand."""

    case: CaseView | None
    standing: StandingView | None
    standing_unknown: bool
    """There may be an enrollment, which does not answer."""


class Workflows:
    """A seller's two workflows, behind Temporal."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def find(self, visitor: Visitor) -> Found:
        """One query of each workflow, at once.

        Raises:
            Unavailable: the case, which is never to be taken for none, does not answer.
        """
        store, seller_id = visitor.store, visitor.seller_id
        case, standing = await asyncio.gather(
            self._query(case_workflow_id(store, seller_id), "case", CaseView),
            self._query(enrollment_workflow_id(store, seller_id), "standing", StandingView),
            return_exceptions=True,
        )
        if isinstance(case, BaseException):
            raise case
        if isinstance(standing, Unavailable) and case is not None:
            return Found(case, None, standing_unknown=True)
        if isinstance(standing, BaseException):
            raise standing
        return Found(case, standing, standing_unknown=False)

    async def tell_case(
        self, case_id: str, update: str, event: Event, key: str | None = None
    ) -> None:
        """Send an update to the case of this own id, and no other; the same key counts once.

        Raises:
            Gone: it has closed.
            SaidNo: it refused.
            Unavailable: nobody responses.
        """
        workflow_id, _, run_id = case_id.rpartition("/")
        await self._tell(workflow_id, run_id, update, event, key)

    async def tell_enrollment(self, visitor: Visitor, update: str, event: Event) -> None:
        """Send an update to the enrollment; raises as `tell_case`."""
        workflow_id = enrollment_workflow_id(visitor.store, visitor.seller_id)
        await self._tell(workflow_id, None, update, event, None)

    async def send_link(self, visitor: Visitor) -> None:
        """Have a fresh link e-mailed to the address on file, if there is one, and not too often.

        Which of these it was nobody is told: whoever asks has nothing but an old link.

        Raises:
            Unavailable: nobody responses.
        """
        event = SendLink(by="page")
        found = await self.find(visitor)
        with suppress(Gone, SaidNo):
            if found.case is not None and found.case.status in OPEN:
                await self.tell_case(found.case.id, "send_link", event)
            else:
                await self.tell_enrollment(visitor, "send_link", event)

    async def ready(self) -> bool:
        """Whether Temporal responses."""
        try:
            with _failures():
                async with asyncio.timeout(ANSWERS_WITHIN.total_seconds()):
                    return await self._client.service_client.check_health(timeout=ANSWERS_WITHIN)
        except Unavailable:
            return False

    async def _query(self, workflow_id: str, query: str, view: type[View]) -> View | None:
        handle = self._client.get_workflow_handle(workflow_id)
        try:
            with _failures():
                async with asyncio.timeout(ANSWERS_WITHIN.total_seconds()):
                    try:
                        found: View = await handle.query(
                            query,
                            result_type=view,
                            reject_condition=QueryRejectCondition.NOT_OPEN,
                            rpc_timeout=ANSWERS_WITHIN,
                        )
                    except WorkflowQueryRejectedError:
                        found = await self._result(workflow_id, view)
                    return found
        except Gone:
            return None

    async def _result(self, workflow_id: str, view: type[View]) -> View:
        """What a closed workflow ended with, which takes no worker, unlike a query.

        Raises:
            Gone: it failed or was terminated, and says nothing that still holds.
            Unavailable: it runs, but somebody paused it.
        """
        last = await self._client.get_workflow_handle(workflow_id).describe(
            rpc_timeout=ANSWERS_WITHIN
        )
        if last.status is WorkflowExecutionStatus.RUNNING:
            raise Unavailable("paused")
        if last.status is not WorkflowExecutionStatus.COMPLETED:
            raise Gone
        ended = self._client.get_workflow_handle(workflow_id, run_id=last.run_id, result_type=view)
        result: View = await ended.result(follow_runs=False, rpc_timeout=ANSWERS_WITHIN)
        return result

    async def _tell(
        self, workflow_id: str, run_id: str | None, update: str, event: Event, key: str | None
    ) -> None:
        # Any: the answer is not looked at; the page is shown anew.
        handle = self._client.get_workflow_handle(workflow_id, first_execution_run_id=run_id)
        with _failures():
            async with asyncio.timeout(ANSWERS_WITHIN.total_seconds()):
                await handle.execute_update(
                    update, event, id=key, result_type=Any, rpc_timeout=ANSWERS_WITHIN
                )


@contextmanager
def _failures() -> Iterator[None]:
    """Turn what Temporal and the SDK answer into what is meant by it, without personal data."""
    try:
        yield
    except WorkflowUpdateFailedError as error:
        cause = error.cause
        kind = cause.type if isinstance(cause, ApplicationError) else None
        if isinstance(cause, ApplicationError) and kind == Refused.__name__:
            raise SaidNo(cause.message) from None
        # Anything else, such as that the worker has no key for it, is no answer to a seller.
        raise (Gone() if kind == _CLOSED_MEANWHILE else Unavailable(kind)) from None
    except WorkflowQueryRejectedError:
        raise Gone from None
    except RPCError as error:
        # Not found can also be the namespace, which is our fault.
        if error.status is RPCStatusCode.NOT_FOUND and not error.message.startswith("Namespace"):
            raise Gone from None
        raise Unavailable(error.status.name) from None
    except (
        TimeoutError,
        WorkflowQueryFailedError,
        WorkflowUpdateRPCTimeoutOrCancelledError,
        RuntimeError,  # a lazy connection that nobody takes
        Unreadable,
    ) as error:
        raise Unavailable(type(error).__name__) from None
