"""The checks of the audit: what goes wrong without anybody being told.

The server itself lists the workflows that stand still, however many are open. The other checks are
cheap if all is well: they list the open cases and describe each. They query no worker, which would
have to replay the case. Enrollments are too many even for that.
"""

from datetime import UTC, date, datetime, timedelta

from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
)

from cli.case.words import attempt_of
from cli.failure_words import in_words
from cli.operate.audit_report import Finding, FindingKind, Report, lasting
from cli.operate.server_checks import LATE, check_case, stands_still, stuck
from cli.operate.time_zones_check import too_old
from domain.appeal.status import OPEN as OPEN_APPEALS
from domain.appeal.status import UNSETTLED, AppealStatus
from domain.case.events import EventKind
from domain.case.status import Status
from domain.case.view import CaseView
from domain.shared.deliveries import DeliveryStatus
from domain.shared.names import (
    APPEAL_WORKFLOW,
    CALLS_QUEUE,
    CASE_WORKFLOW,
    CASES_QUEUE,
    DELIVERY_WORKFLOW,
    EMAIL_QUEUE,
    ENROLLMENT_WORKFLOW,
    TELEPHONY_QUEUE,
    WEBHOOKS_QUEUE,
)
from reference.time_zones import EDITION
from temporal_client.failures import Closed, NotThere, ServerFailed, TemporalFailure
from temporal_client.in_parallel import each, together
from temporal_client.names import CASE, CaseName
from temporal_client.queues import ACTIVITIES, WORKFLOWS, is_listening, last_heard
from temporal_client.search import OPEN, any_of, count, listed, query_of
from temporal_client.search_attributes import DEADLINE, SINCE, STATUS
from temporal_client.snapshot import clock_of
from temporal_client.workflows import Workflows

UNDECIDED = timedelta(hours=24)
"""Escalations that have waited for longer are reported."""

_FAILING_TASKS = (
    "TemporalReportedProblems IN ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')"
)
"""Workflows that the server marks after some failures in a row. Our servers are set to two."""
_STANDS_STILL = f"({_FAILING_TASKS} OR ExecutionStatus = 'Paused')"

_APPEALS = query_of(APPEAL_WORKFLOW, OPEN)
_UNDER_WAY = query_of(APPEAL_WORKFLOW, OPEN, any_of(STATUS, *sorted(OPEN_APPEALS | UNSETTLED)))
"""The appeals in which the engine, the desk or the seller is still to act. They are few. Of the
others only a second appeal can be looked up."""

_UNSERVED = FindingKind.QUEUE_WITHOUT_WORKER

_GIVEN_UP = f"{STATUS.name} = '{DeliveryStatus.GIVEN_UP}'"


async def check_everything(
    workflows: Workflows,
    *,
    ask: bool = False,
    quick: bool = False,
    zones_checked: date | None = None,
) -> Report:
    """Check the queues, the workflows that stand still, and every open case.

    `ask` queries every open case, which takes a worker. `quick` describes no open case by itself,
    so that the audit takes a second however many are open. `zones_checked` is the day on which
    somebody last looked in vain for newer time zones than this machine has.
    """
    client = workflows.client
    served: tuple[str, ...] = (CASES_QUEUE, TELEPHONY_QUEUE, CALLS_QUEUE, EMAIL_QUEUE)
    if await count(client, query_of(DELIVERY_WORKFLOW, OPEN)):  # most have no receivers
        served = (*served, WEBHOOKS_QUEUE)
    queues = await together(*(_queue(client, queue) for queue in served))
    findings = [queue for queue in queues if queue] + too_old(datetime.now(UTC), zones_checked)
    checker = _Checker(workflows, ask=ask, worker=not queues[0])
    for workflow in (ENROLLMENT_WORKFLOW, CASE_WORKFLOW, APPEAL_WORKFLOW, DELIVERY_WORKFLOW):
        marked = listed(client, query_of(workflow, OPEN, _STANDS_STILL))
        async for _, about in each(marked, checker.check_marked):
            findings += about
    given_up = listed(client, query_of(DELIVERY_WORKFLOW, OPEN, _GIVEN_UP))
    async for _, about in each(given_up, checker.check_given_up):
        findings += about
    appeals = listed(client, _UNDER_WAY if quick else _APPEALS)
    async for _, about in each(appeals, checker.check_appeal):
        findings += about
    cases = 0
    if not quick:
        open_cases = listed(client, query_of(CASE_WORKFLOW, OPEN))
        async for _, about in each(open_cases, checker.check_open_case):
            findings += about
            cases += 1
    return Report(cases=cases, asked=checker.asked, time_zones=EDITION, findings=tuple(findings))


async def _queue(client: Client, queue: str) -> Finding | None:
    """Return a finding if no worker listens on the queue."""
    of = WORKFLOWS if queue == CASES_QUEUE else ACTIVITIES
    heard, kind = await last_heard(client, queue, of, with_new_work=True), _UNSERVED
    if is_listening(heard):
        return None
    what, where = "no worker listens", f"queue {queue}"
    if is_listening(await last_heard(client, queue, of)):
        what = "only workers of a version that gets no new work listen (docs/upgrading.md)"
    if heard is None:
        return Finding(kind=kind, where=where, what=what)
    return lasting(kind, where, what, heard, datetime.now(UTC))


class _Checker:
    """Checks one workflow after another."""

    def __init__(self, workflows: Workflows, *, ask: bool, worker: bool) -> None:
        self._workflows = workflows
        self._ask = ask
        self._worker = worker
        self.asked = 0
        self._stuck: set[str] = set()
        """The runs that are known to be stuck."""

    async def check_marked(self, listed: WorkflowExecution) -> list[Finding]:
        """Check a workflow that the server has marked. The mark may outlast the fault."""
        workflow = await self._still_running(listed)
        if workflow is None or not stands_still(workflow):
            return []
        self._stuck.add(workflow.run_id)
        return [await stuck(self._workflows.client, workflow, clock_of(workflow))]

    async def check_given_up(self, listed: WorkflowExecution) -> list[Finding]:
        """Return a finding for a delivery that holds events that were given up."""
        delivery = await self._still_running(listed)
        if delivery is None:
            return []
        what = "events were given up, and nobody has had them sent again"
        since, now = delivery.typed_search_attributes[SINCE], clock_of(delivery)
        return [lasting(FindingKind.EVENTS_GIVEN_UP, delivery.id, what, since, now)]

    async def check_appeal(self, listed: WorkflowExecution) -> list[Finding]:
        """Check an appeal: what fails or waits in it, and whether the desk is late."""
        appeal = await self._still_running(listed)
        if appeal is None or appeal.run_id in self._stuck:
            return []
        findings = await check_case(self._workflows.client, appeal)
        found, now = appeal.typed_search_attributes, clock_of(appeal)
        deadline = found.get(DEADLINE)
        waits = found.get(STATUS) == AppealStatus.SUBMITTED
        if waits and deadline is not None and deadline < now - LATE:
            what = "it waits for the desk, which has had its time"
            findings.append(lasting(FindingKind.APPEAL_UNANSWERED, appeal.id, what, deadline, now))
        return findings

    async def check_open_case(self, listed: WorkflowExecution) -> list[Finding]:
        """Check an open case."""
        case = await self._still_running(listed)
        if case is None or case.run_id in self._stuck:
            return []
        findings = await check_case(self._workflows.client, case)
        if any(finding.kind is FindingKind.STUCK_WORKFLOW for finding in findings):
            return findings  # it answers no query
        if self._ask or case.typed_search_attributes.get(STATUS) == Status.ESCALATED:
            findings += await self._asked(case)
        return findings

    async def _still_running(
        self, listed: WorkflowExecution
    ) -> WorkflowExecutionDescription | None:
        try:
            described = await self._workflows.describe(CaseName(CASE, listed.id))
        except NotThere:
            return None
        return described if described.status is WorkflowExecutionStatus.RUNNING else None

    async def _asked(self, case: WorkflowExecutionDescription) -> list[Finding]:
        if not self._worker:
            what = f"it cannot be asked: no worker listens on queue {CASES_QUEUE}"
            return [Finding(kind=FindingKind.NO_ANSWER, where=case.id, what=what)]
        self.asked += 1
        try:
            view = await self._workflows.view(CaseName(CASE, case.id))
        except ServerFailed:
            raise
        except Closed:  # it closed just now
            return []
        except TemporalFailure as failure:
            return [Finding(kind=FindingKind.NO_ANSWER, where=case.id, what=in_words(failure))]
        return [*_undecided(case, view), *_overdue(case, view)]


def _undecided(case: WorkflowExecutionDescription, view: CaseView) -> list[Finding]:
    now = clock_of(case)
    if view.status is not Status.ESCALATED:
        return []
    since = next(entry.at for entry in reversed(view.timeline) if entry.what is EventKind.STATUS)
    if now - since < UNDECIDED:
        return []
    what = f"escalated ({view.reason}), and nobody has decided"
    return [lasting(FindingKind.ESCALATION_UNDECIDED, case.id, what, since, now)]


def _overdue(case: WorkflowExecutionDescription, view: CaseView) -> list[Finding]:
    """Return a finding if an attempt was due, and the case has nothing under way."""
    before = clock_of(case)
    busy = case.raw_description.pending_activities or any(not a.result for a in view.attempts)
    if busy or not view.agenda or view.agenda[0].due > before - LATE:
        return []
    due = view.agenda[0]
    what = f"{attempt_of(due.channel, due.about)} was due and has not begun"
    return [lasting(FindingKind.LATE_ATTEMPTS, case.id, what, due.due, before)]
