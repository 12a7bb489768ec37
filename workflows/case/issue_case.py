"""The durable shell of a case: it performs what the domain decides (docs/architecture.md).

The rules are in domain/. To change a rule, look there first. After a change here the histories in
tests/histories must still replay.
"""

import asyncio

import structlog
from temporalio import workflow

from domain.case.advance import advance
from domain.case.case import Case
from domain.case.step_results import CaseOutcome
from domain.case.steps import Step
from domain.case.view import CaseView, view_of
from domain.shared.errors import Refused
from domain.shared.events import ENGINE
from domain.shared.names import CASE_WORKFLOW, case_workflow_id_of, own_id
from domain.shared.steps import WaitUntil
from workflows.case.input import CaseInput
from workflows.case.metrics import count
from workflows.case.perform import if_cancelled, perform
from workflows.case.updates import CaseUpdates
from workflows.case.web_ui import details
from workflows.shared.inputs import carried_over, require_input, require_workflow_id
from workflows.shared.reconciler import Reconciler
from workflows.shared.search_attributes import of_case, show_in_lists, show_in_search
from workflows.shared.versions import STAYS

log = structlog.get_logger("case")


@workflow.defn(name=CASE_WORKFLOW, failure_exception_types=[Refused], versioning_behavior=STAYS)
class IssueCase(CaseUpdates):
    """A case from its opening to its end (docs/rules.md, sections 3 to 6)."""

    @workflow.init
    def __init__(self, start: CaseInput | None = None) -> None:
        # Build the case here, not in `run`: an update sent right after the start runs before `run`.
        self._case = _case_of(start)
        self._steps: Reconciler[Step, CaseOutcome] = Reconciler(
            lambda step: perform(self._case, step)
        )
        self._logged = len(self._case.timeline.entries)

    @workflow.run
    async def run(self, start: CaseInput | None = None) -> CaseView:
        """Reconcile the steps under way with the steps the case wants, until it is closed."""
        while True:
            self._steps.nothing_new()
            steps = advance(self._case, workflow.now())
            self._steps.reconcile(steps)
            self._show()
            if self._is_over():
                await workflow.wait_condition(workflow.all_handlers_finished)
                return view_of(self._case)
            if self._may_continue_as_new():
                # By itself the next run would have the memo of the first run's start.
                workflow.continue_as_new(CaseInput.of_next_run(self._case), memo=workflow.memo())
            try:
                await self._steps.wait_for_news()
            except asyncio.CancelledError:
                self._case.cancel(workflow.now())
            for step, outcome in self._steps.take_off_finished():
                (outcome or if_cancelled(step))(self._case, workflow.now())

    def _show(self) -> None:
        case, now = self._case, workflow.now()
        workflow.set_current_details(details(case, now))
        if self._opened():
            account, in_lists = case.account, show_in_lists(case)
            in_search = show_in_search(
                case.status,
                account.store,
                account.seller_id,
                of_case(case),
                leave_an_event=self._must_leave_event() and not in_lists,
            )
            if in_lists or in_search:
                self._steps.left_event()
        if not workflow.unsafe.is_replaying_history_events():
            self._report()
        self._logged = len(case.timeline.entries)

    def _report(self) -> None:
        """Log and count the entries of the timeline that are new."""
        case = self._case
        for entry in case.timeline.entries[self._logged :]:
            # Log neither who acted nor what they wrote: no personal data in logs.
            line: dict[str, object] = {
                "case": case.id,
                "status": case.status,
                "virtual": entry.at.isoformat(),
            }
            if entry.attempt is not None:
                line |= {"attempt": entry.attempt, "result": entry.result}
            log.info(entry.what, **line)
        count(case, self._logged)

    def _must_leave_event(self) -> bool:
        return self._steps.must_leave_event and not self._ends()

    def _is_over(self) -> bool:
        return self._case.closed_at is not None and not self._steps.under_way

    def _ends(self) -> bool:
        """Whether this workflow task ends the workflow, which is an event in the history."""
        return self._is_over() and workflow.all_handlers_finished()

    def _may_continue_as_new(self) -> bool:
        return (
            workflow.info().is_continue_as_new_suggested()
            and all(isinstance(step, WaitUntil) for step in self._steps.under_way)
            and workflow.all_handlers_finished()
        )


def _case_of(start: CaseInput | None) -> Case:
    start = require_input(start, CaseInput)
    if start.carried is not None:
        return carried_over(start.carried, Case)
    require_workflow_id(case_workflow_id_of(start.account), "case/{store}/{seller_id}")
    info = workflow.info()
    return Case(
        id=own_id(info.workflow_id, info.first_execution_run_id),
        account=start.account,
        issues=start.issues,
        overrides=start.policy,
        opened_by=start.by or ENGINE,
        opened_at=workflow.now(),
    )
