"""Queries, updates and starts of our workflows. Every call is bounded."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowContinuedAsNewError,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
)
from temporalio.common import (
    QueryRejectCondition,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.shared.account import SellerAccount
from domain.shared.events import Event
from domain.shared.names import APPEAL_WORKFLOW, CASE_WORKFLOW, CASES_QUEUE, ENROLLMENT_WORKFLOW
from domain.shared.taken import Taken
from temporal_client.failures import (
    NO_ANSWER,
    Closed,
    NoAnswer,
    NoServer,
    NotThere,
    NoWorker,
    TemporalFailure,
    one_line,
    translated,
)
from temporal_client.names import APPEAL, ENROLLMENT, AnyName, CaseName, Name, View
from temporal_client.queues import is_listening, last_heard
from temporal_client.search_attributes import Shown
from temporal_client.snapshot import Snapshot, clock_of

ANSWERS_WITHIN = timedelta(seconds=5)
"""How long a call waits for a server or a worker, the SDK's retries included. The default."""

_ASKS_WHO_LISTENS_AFTER = 1.0
"""Seconds without an answer after which the server is asked whether any worker listens."""

_STARTED = {ENROLLMENT.workflow: ENROLLMENT_WORKFLOW, APPEAL.workflow: APPEAL_WORKFLOW}

T = TypeVar("T")


class AlreadyOpen(Exception):
    """The account has a case that is open, or still closing."""

    def __init__(self, name: CaseName) -> None:
        super().__init__("a case is open already")
        self.name = name


class Workflows:
    """Cases, enrollments and appeals.

    Every method raises a `TemporalFailure` if its call fails.
    """

    def __init__(self, client: Client, within: timedelta = ANSWERS_WITHIN) -> None:
        self.client = client
        self._within = within

    async def is_up(self) -> bool:
        """Return whether Temporal answers."""
        try:
            async with self._bounded():
                return await self.client.service_client.check_health(timeout=self._within)
        except TemporalFailure:
            return False

    # --- queries --------------------------------------------------------------------------

    async def describe(self, name: AnyName) -> WorkflowExecutionDescription:
        """Return what the server says of a workflow."""
        handle = self.client.get_workflow_handle(name.workflow_id, run_id=name.run_id)
        async with self._bounded(name):
            try:
                return await handle.describe(rpc_timeout=self._within)
            except RPCError as error:
                if error.status is RPCStatusCode.INVALID_ARGUMENT:  # the run id is malformed
                    raise NotThere from None
                raise

    async def first_run(self, name: AnyName) -> str:
        """Return the first run of a workflow, which may have continued as new since."""
        described = await self.describe(name)
        return described.raw_description.workflow_execution_info.first_run_id

    async def view(self, name: Name[View]) -> View:
        """Return the view of the newest workflow of that name, or of the run that it names.

        An open workflow takes one call. The last view of a closed one is its result.

        Raises:
            Closed: it broke off.
        """
        try:
            return await self._query(name, QueryRejectCondition.NOT_OPEN)
        except Closed:
            ended = await self.snapshot(name)
        if ended.broke_off:
            raise Closed(ended.broke_off).about(name)
        return ended.view

    async def snapshot(self, name: Name[View]) -> Snapshot[View]:
        """Return the view with the workflow's own clock and, if it ended, how.

        Raises:
            Closed: it broke off, and nobody answers with its last view.
        """
        described = await self.describe(name)
        run, now = replace(name, run_id=described.run_id), clock_of(described)
        if described.status is WorkflowExecutionStatus.RUNNING:
            return Snapshot(await self._query(run), now)
        handle = self.client.get_workflow_handle(
            run.workflow_id, run_id=run.run_id, result_type=run.query.view
        )
        try:
            async with self._bounded(name):
                result: View = await handle.result(follow_runs=False, rpc_timeout=self._within)
                return Snapshot(result, now, ended=True)
        except WorkflowContinuedAsNewError as further:
            return await self.snapshot(replace(name, run_id=further.new_execution_run_id))
        except WorkflowFailureError as error:
            cause = one_line(getattr(error.cause, "message", "") or str(error.cause))
        broke_off = f"the workflow ended without closing the {name.query.workflow}: {cause}"
        try:
            return Snapshot(await self._query(run), now, broke_off, ended=True)
        except TemporalFailure:
            raise Closed(broke_off).about(name) from None

    async def wait_until_closed(self, name: AnyName) -> None:
        """Wait until a workflow has ended, however it ended. The caller sets the limit."""
        handle = self.client.get_workflow_handle(name.workflow_id, run_id=name.run_id)
        with translated(), suppress(WorkflowFailureError):
            await handle.result()

    # --- starts and updates ---------------------------------------------------------------

    async def execute_update(
        self, name: AnyName, update: str, event: Event, key: str | None = None
    ) -> Taken:
        """Send an update, and wait until it is taken. The same `key` counts once."""
        # A case named by its own id is not mistaken for a later one of the account.
        handle = self.client.get_workflow_handle(
            name.workflow_id, first_execution_run_id=name.run_id
        )
        answer = handle.execute_update(
            update, event, id=key, result_type=Taken, rpc_timeout=self._within
        )
        taken: Taken = await self._answer(name, answer, of_update=True)
        return taken

    async def execute_update_with_start(
        self,
        name: AnyName,
        update: str,
        event: Event,
        key: str | None = None,
        *,
        known: SellerAccount | None = None,
        attributes: TypedSearchAttributes | None = None,
    ) -> Taken:
        """Send an update to an enrollment or an appeal, which is started if there is none.

        `known` is what is known of the seller at such a start.
        """
        is_enrollment = name.query.workflow == ENROLLMENT.workflow
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            _STARTED[name.query.workflow],
            {"account": known or name.account} | ({"by": event.by} if is_enrollment else {}),
            id=name.workflow_id,
            task_queue=CASES_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=attributes,
            static_summary=str(name),
        )
        answer = self.client.execute_update_with_start_workflow(
            update,
            event,
            start_workflow_operation=start,
            id=key,
            result_type=Taken,
            rpc_timeout=self._within,
        )
        try:
            taken: Taken = await self._answer(name, answer, of_update=True)
        except BaseException:
            # Nobody else reads the failure of the start, which asyncio would log.
            handle = asyncio.ensure_future(start.workflow_handle())
            handle.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise
        return taken

    async def start_case(
        self, name: CaseName, start: object, shown: Shown, *, summary: str
    ) -> CaseName:
        """Start a case. Return its name with the run.

        Raises:
            AlreadyOpen: the account has a case that has not closed.
        """
        async with self._bounded(name):
            # Not USE_EXISTING, which does not tell whether this call started the case.
            try:
                handle = await self.client.start_workflow(
                    CASE_WORKFLOW,
                    start,
                    id=name.workflow_id,
                    task_queue=CASES_QUEUE,
                    static_summary=summary,
                    rpc_timeout=self._within,
                    **shown,
                )
            except WorkflowAlreadyStartedError as running:
                raise AlreadyOpen(replace(name, run_id=running.run_id)) from None
        return replace(name, run_id=handle.first_execution_run_id)

    # --- each call ------------------------------------------------------------------------

    async def _query(
        self, name: Name[View], reject_condition: QueryRejectCondition | None = None
    ) -> View:
        handle = self.client.get_workflow_handle(name.workflow_id, run_id=name.run_id)
        answer = handle.query(
            name.query.name,
            result_type=name.query.view,
            reject_condition=reject_condition,
            rpc_timeout=self._within,
        )
        view: View = await self._answer(name, answer)
        return view

    async def _answer(
        self, name: AnyName, call: Coroutine[Any, Any, T], *, of_update: bool = False
    ) -> T:
        """Return what a worker answers. Not every timeout of the SDK's covers its retries."""
        answer, listens = asyncio.ensure_future(call), False
        try:
            async with self._bounded(name, of_update=of_update):
                await asyncio.wait({answer}, timeout=_ASKS_WHO_LISTENS_AFTER)
                if _is_unanswered(answer):
                    listens = is_listening(await last_heard(self.client, CASES_QUEUE))
                    if not listens:
                        raise NoWorker(CASES_QUEUE)
                # Awaited itself, it would be cancelled with us, which the SDK takes for a timeout.
                await asyncio.wait({answer})
                return answer.result()
        except NoServer as failure:
            if not listens:
                raise
            # The server said that a worker listens, so it is the worker that does not answer.
            raise NoAnswer(str(failure)).about(name, of_update=of_update) from None
        finally:  # also on Ctrl-C, so that asyncio has nothing to complain of
            answer.cancel()
            await asyncio.gather(answer, return_exceptions=True)

    @asynccontextmanager
    async def _bounded(
        self, name: AnyName | None = None, *, of_update: bool = False
    ) -> AsyncIterator[None]:
        try:
            with translated():
                async with asyncio.timeout(self._within.total_seconds()):
                    yield
        except TemporalFailure as failure:
            raise failure.about(name, of_update=of_update) from None


def _is_unanswered(answer: asyncio.Future[Any]) -> bool:
    if not answer.done():
        return True
    error = answer.exception()
    return isinstance(error, RPCError) and error.status in NO_ANSWER
