"""The audit: what goes wrong without anybody being told.

What stands still the server itself lists, case or enrollment, however many are open. For the rest
it is cheap where all is well: the list of open cases, a question to the server about each, and
none to a worker, which would have to replay the case. Enrollments are too many even for that.
"""

import asyncio
from datetime import UTC, date, datetime, timedelta

from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
)
from temporalio.service import RPCError, RPCStatusCode

from cli.ahead import each
from cli.asking import clock_of
from cli.cases import Snapshot, look
from cli.finding import STANDING, query_of
from cli.findings import Finding, Kind, Report, found
from cli.parameters import CaseName
from cli.problems import DidNotHappen
from cli.queues import ACTIVITIES, ANSWERS_WITHIN, WORKFLOWS, is_listening, last_heard
from cli.suspecting import LATE, stands_still, stuck, suspect
from cli.time_zones import too_old
from cli.words import attempt_of
from domain.case.status import EventKind, Status
from domain.shared.names import (
    CASE_WORKFLOW,
    CASES_QUEUE,
    EMAIL_QUEUE,
    ENROLLMENT_WORKFLOW,
    TELEPHONY_QUEUE,
)
from reference.time_zones import EDITION
from workflows.shared.search_attributes import STATUS

UNDECIDED = timedelta(hours=24)
"""Escalations that wait for longer are reported."""

_FAILING_TASKS = (
    "TemporalReportedProblems IN ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')"
)
"""What the server itself marks, after as many failures in a row as it is told to: ours two."""
_STANDS_STILL = f"({_FAILING_TASKS} OR ExecutionStatus = 'Paused')"


async def audit(
    client: Client, *, ask: bool = False, quick: bool = False, zones_checked: date | None = None
) -> Report:
    """Look at queues, at what stands still, and at every open case.

    With `ask` each case's worker is asked. With `quick` no open case is looked at by itself, so
    that it takes a second however many there are. `zones_checked` is when somebody looked in vain
    for newer time zones than this machine has.
    """
    queues = await asyncio.gather(
        _queue(client, CASES_QUEUE), _queue(client, TELEPHONY_QUEUE), _queue(client, EMAIL_QUEUE)
    )
    findings = [queue for queue in queues if queue] + too_old(datetime.now(UTC), zones_checked)
    look_closer = _Look(client, ask=ask, worker=not queues[0])
    for workflow in (ENROLLMENT_WORKFLOW, CASE_WORKFLOW):
        marked = client.list_workflows(
            query_of(workflow, None, None, STANDING, _STANDS_STILL), rpc_timeout=ANSWERS_WITHIN
        )
        async for _, about in each(marked, look_closer.at_marked):
            findings += about
    cases = 0
    if not quick:
        open_cases = client.list_workflows(
            query_of(CASE_WORKFLOW, None, None, STANDING), rpc_timeout=ANSWERS_WITHIN
        )
        async for _, about in each(open_cases, look_closer.at_case):
            findings += about
            cases += 1
    return Report(
        cases=cases, asked=look_closer.asked, time_zones=EDITION, findings=tuple(findings)
    )


async def _queue(client: Client, queue: str) -> Finding | None:
    """No worker asks for the queue's work."""
    of = WORKFLOWS if queue == CASES_QUEUE else ACTIVITIES
    heard, kind = await last_heard(client, queue, of), Kind.QUEUE_WITHOUT_WORKER
    if is_listening(heard):
        return None
    what, where = "no worker listens", f"queue {queue}"
    if heard is None:
        return Finding(kind=kind, where=where, what=what)
    return found(kind, where, what, heard, datetime.now(UTC))


class _Look:
    """Looks at one after the other."""

    def __init__(self, client: Client, *, ask: bool, worker: bool) -> None:
        self._client = client
        self._ask = ask
        self._worker = worker
        self.asked = 0
        self._stuck: set[str] = set()
        """Runs of which it is known already."""

    async def at_marked(self, listed: WorkflowExecution) -> list[Finding]:
        """One that the server has marked. The mark may outlast the fault by a moment."""
        workflow = await self._still_running(listed)
        if workflow is None or not stands_still(workflow):
            return []
        self._stuck.add(workflow.run_id)
        return [await stuck(self._client, workflow, clock_of(workflow))]

    async def at_case(self, listed: WorkflowExecution) -> list[Finding]:
        """One that is open."""
        case = await self._still_running(listed)
        if case is None or case.run_id in self._stuck:
            return []
        findings = await suspect(self._client, case)
        if any(finding.kind is Kind.STUCK_WORKFLOW for finding in findings):
            return findings  # it answers nobody
        if self._ask or case.typed_search_attributes.get(STATUS) == Status.ESCALATED:
            findings += await self._asked(case)
        return findings

    async def _still_running(
        self, listed: WorkflowExecution
    ) -> WorkflowExecutionDescription | None:
        handle = self._client.get_workflow_handle(listed.id)
        try:
            described = await handle.describe(rpc_timeout=ANSWERS_WITHIN)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        return described if described.status is WorkflowExecutionStatus.RUNNING else None

    async def _asked(self, case: WorkflowExecutionDescription) -> list[Finding]:
        if not self._worker:
            what = f"it cannot be asked: no worker listens on queue {CASES_QUEUE}"
            return [Finding(kind=Kind.NO_ANSWER, where=case.id, what=what)]
        self.asked += 1
        try:
            snapshot = await look(self._client, CaseName(case.id))
        except DidNotHappen as problem:
            return [Finding(kind=Kind.NO_ANSWER, where=case.id, what=problem.message)]
        return [*_undecided(case.id, snapshot), *_overdue(case, snapshot)]


def _undecided(where: str, snapshot: Snapshot) -> list[Finding]:
    view, now = snapshot.view, snapshot.now
    if view.status is not Status.ESCALATED:
        return []
    since = next(entry.at for entry in reversed(view.timeline) if entry.what is EventKind.STATUS)
    if now - since < UNDECIDED:
        return []
    what = f"escalated ({view.reason}), and nobody has decided"
    return [found(Kind.ESCALATION_UNDECIDED, where, what, since, now)]


def _overdue(case: WorkflowExecutionDescription, snapshot: Snapshot) -> list[Finding]:
    """Due, and nothing of it is under way, though the case had not a thing else to do."""
    view, before = snapshot.view, clock_of(case)
    busy = case.raw_description.pending_activities or any(not a.result for a in view.attempts)
    if busy or not view.agenda or view.agenda[0].due > before - LATE:
        return []
    due = view.agenda[0]
    what = f"{attempt_of(due.channel, due.about)} was due and has not begun"
    return [found(Kind.LATE_ATTEMPTS, case.id, what, due.due, before)]
