"""The durable shell of a case: it performs what the domain decides (docs/architecture.md).

The rules are in domain/. To change a rule, look there first. After a change here the histories in
tests/histories must still replay.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import structlog
from temporalio import workflow

from domain.case import desk_updates, mail_updates, marketplace_updates, seller_updates
from domain.case.advance import advance
from domain.case.case import Case
from domain.case.events import (
    AddIssue,
    ChangeContact,
    Decide,
    NoteMail,
    ReceiveBounce,
    ReceiveReply,
    RecordConversation,
    ReportContact,
    ReportHarm,
    RequestCall,
    ReviewPlan,
    SubmitPlan,
    Withdraw,
)
from domain.case.steps import Step
from domain.case.view import CaseView, view_of
from domain.shared.errors import Refused
from domain.shared.events import ENGINE, Event, RecordDeactivation, SendLink
from domain.shared.names import CASE_WORKFLOW, case_workflow_id_of, own_id
from domain.shared.steps import WaitUntil
from workflows.case.input import CaseInput
from workflows.case.metrics import count
from workflows.case.perform import CaseOutcome, if_cancelled, perform
from workflows.case.web_ui import details
from workflows.shared.inputs import (
    carried_over,
    refuse_what_does_not_exist,
    require_input,
    require_workflow_id,
    update_id,
)
from workflows.shared.reconciler import Reconciler
from workflows.shared.search_attributes import of_case, show_in_search
from workflows.shared.versions import STAYS

log = structlog.get_logger("case")

SomeEvent = TypeVar("SomeEvent", bound=Event)
Rule = Callable[[Case, SomeEvent, datetime], None]
"""What an event does to a case: a function of `seller_updates` or one of the others."""


@workflow.defn(name=CASE_WORKFLOW, failure_exception_types=[Refused], versioning_behavior=STAYS)
class IssueCase:
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
                state = self._case.model_dump(mode="json")
                again = CaseInput(
                    account=self._case.account, issues=self._case.issues, carried=state
                )
                workflow.continue_as_new(again)
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
            account = case.account
            if show_in_search(
                case.status,
                account.store,
                account.seller_id,
                of_case(case),
                leave_an_event=self._steps.must_leave_event and not self._ends(),
            ):
                self._steps.left_event()
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
        self._logged = len(case.timeline.entries)

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

    # --- queries and updates --------------------------------------------------------------

    @workflow.query(name="case")
    def case(self) -> CaseView:
        """Return the case view."""
        return view_of(self._case)

    def _check(self, rule: Rule[SomeEvent], event: SomeEvent) -> None:
        """Refuse an event before it enters the history. A repeat passes."""
        if self._case.has_taken(update_id()):
            return
        refuse_what_does_not_exist(event)
        if self._opened():
            rule(self._case.model_copy(), event, workflow.now())

    async def _apply(self, rule: Rule[SomeEvent], event: SomeEvent) -> CaseView:
        """Apply an event once. An event that comes before the case has opened waits for that."""
        await workflow.wait_condition(self._opened)
        if self._case.has_taken(update_id()):
            return view_of(self._case)
        case = self._case.model_copy()
        rule(case, event, workflow.now())
        case.remember(update_id())
        self._case = case
        self._steps.tell()
        return view_of(case)

    def _opened(self) -> bool:
        return self._case.policy is not None or not self._case.is_open

    @workflow.update
    async def report_contact(self, event: ReportContact) -> CaseView:
        return await self._apply(desk_updates.report_contact, event)

    @report_contact.validator
    def _report_contact(self, event: ReportContact) -> None:
        self._check(desk_updates.report_contact, event)

    @workflow.update
    async def receive_reply(self, event: ReceiveReply) -> CaseView:
        return await self._apply(mail_updates.receive_reply, event)

    @receive_reply.validator
    def _receive_reply(self, event: ReceiveReply) -> None:
        self._check(mail_updates.receive_reply, event)

    @workflow.update
    async def receive_bounce(self, event: ReceiveBounce) -> CaseView:
        return await self._apply(mail_updates.receive_bounce, event)

    @receive_bounce.validator
    def _receive_bounce(self, event: ReceiveBounce) -> None:
        self._check(mail_updates.receive_bounce, event)

    @workflow.update
    async def note_mail(self, event: NoteMail) -> CaseView:
        return await self._apply(mail_updates.note_mail, event)

    @note_mail.validator
    def _note_mail(self, event: NoteMail) -> None:
        self._check(mail_updates.note_mail, event)

    @workflow.update
    async def request_call(self, event: RequestCall) -> CaseView:
        return await self._apply(seller_updates.request_call, event)

    @request_call.validator
    def _request_call(self, event: RequestCall) -> None:
        self._check(seller_updates.request_call, event)

    @workflow.update
    async def send_link(self, event: SendLink) -> CaseView:
        return await self._apply(seller_updates.send_link, event)

    @send_link.validator
    def _send_link(self, event: SendLink) -> None:
        self._check(seller_updates.send_link, event)

    @workflow.update
    async def submit_plan(self, event: SubmitPlan) -> CaseView:
        return await self._apply(seller_updates.submit_plan, event)

    @submit_plan.validator
    def _submit_plan(self, event: SubmitPlan) -> None:
        self._check(seller_updates.submit_plan, event)

    @workflow.update
    async def review_plan(self, event: ReviewPlan) -> CaseView:
        return await self._apply(desk_updates.review_plan, event)

    @review_plan.validator
    def _review_plan(self, event: ReviewPlan) -> None:
        self._check(desk_updates.review_plan, event)

    @workflow.update
    async def record_conversation(self, event: RecordConversation) -> CaseView:
        return await self._apply(desk_updates.record_conversation, event)

    @record_conversation.validator
    def _record_conversation(self, event: RecordConversation) -> None:
        self._check(desk_updates.record_conversation, event)

    @workflow.update
    async def add_issue(self, event: AddIssue) -> CaseView:
        return await self._apply(marketplace_updates.add_issue, event)

    @add_issue.validator
    def _add_issue(self, event: AddIssue) -> None:
        self._check(marketplace_updates.add_issue, event)

    @workflow.update
    async def change_contact(self, event: ChangeContact) -> CaseView:
        return await self._apply(seller_updates.change_contact, event)

    @change_contact.validator
    def _change_contact(self, event: ChangeContact) -> None:
        self._check(seller_updates.change_contact, event)

    @workflow.update
    async def report_harm(self, event: ReportHarm) -> CaseView:
        return await self._apply(marketplace_updates.report_harm, event)

    @report_harm.validator
    def _report_harm(self, event: ReportHarm) -> None:
        self._check(marketplace_updates.report_harm, event)

    @workflow.update
    async def decide(self, event: Decide) -> CaseView:
        return await self._apply(desk_updates.decide, event)

    @decide.validator
    def _decide(self, event: Decide) -> None:
        self._check(desk_updates.decide, event)

    @workflow.update
    async def record_deactivation(self, event: RecordDeactivation) -> CaseView:
        return await self._apply(marketplace_updates.record_deactivation, event)

    @record_deactivation.validator
    def _record_deactivation(self, event: RecordDeactivation) -> None:
        self._check(marketplace_updates.record_deactivation, event)

    @workflow.update
    async def withdraw(self, event: Withdraw) -> CaseView:
        return await self._apply(marketplace_updates.withdraw, event)

    @withdraw.validator
    def _withdraw(self, event: Withdraw) -> None:
        self._check(marketplace_updates.withdraw, event)


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
