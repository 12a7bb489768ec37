"""The query and the updates of a case (docs/api.md). Each update performs a rule of the domain."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from temporalio import workflow

from domain.case import desk_updates, mail_updates, marketplace_updates, seller_updates
from domain.case.case import Case
from domain.case.events import (
    AddIssue,
    Assign,
    ChangeContact,
    Confirm,
    Decide,
    Note,
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
from domain.case.step_results import CaseOutcome
from domain.case.steps import Step
from domain.case.view import CaseView, view_of
from domain.shared.events import Event, RecordDeactivation, SendLink
from domain.shared.taken import Taken
from workflows.shared.inputs import refuse_what_does_not_exist, update_id
from workflows.shared.reconciler import Reconciler

SomeEvent = TypeVar("SomeEvent", bound=Event)
Rule = Callable[[Case, SomeEvent, datetime], None]
"""What an event does to a case: a function of `seller_updates` or one of the others."""


class CaseUpdates:
    """Takes updates, and tells the loop of `IssueCase` that there is news."""

    _case: Case
    _steps: Reconciler[Step, CaseOutcome]

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

    async def _apply(self, rule: Rule[SomeEvent], event: SomeEvent) -> Taken:
        """Apply an event once. An event that comes before the case has opened waits for that."""
        await workflow.wait_condition(self._opened)
        if not self._case.has_taken(update_id()):
            case = self._case.model_copy()
            rule(case, event, workflow.now())
            case.remember(update_id())
            self._case = case
            self._steps.tell()
        return Taken(id=self._case.id, status=self._case.status, reason=self._case.reason)

    def _opened(self) -> bool:
        return self._case.policy is not None or not self._case.is_open

    @workflow.update
    async def report_contact(self, event: ReportContact) -> Taken:
        return await self._apply(desk_updates.report_contact, event)

    @report_contact.validator
    def _report_contact(self, event: ReportContact) -> None:
        self._check(desk_updates.report_contact, event)

    @workflow.update
    async def receive_reply(self, event: ReceiveReply) -> Taken:
        return await self._apply(mail_updates.receive_reply, event)

    @receive_reply.validator
    def _receive_reply(self, event: ReceiveReply) -> None:
        self._check(mail_updates.receive_reply, event)

    @workflow.update
    async def receive_bounce(self, event: ReceiveBounce) -> Taken:
        return await self._apply(mail_updates.receive_bounce, event)

    @receive_bounce.validator
    def _receive_bounce(self, event: ReceiveBounce) -> None:
        self._check(mail_updates.receive_bounce, event)

    @workflow.update
    async def note_mail(self, event: NoteMail) -> Taken:
        return await self._apply(mail_updates.note_mail, event)

    @note_mail.validator
    def _note_mail(self, event: NoteMail) -> None:
        self._check(mail_updates.note_mail, event)

    @workflow.update
    async def note(self, event: Note) -> Taken:
        return await self._apply(desk_updates.note, event)

    @note.validator
    def _note(self, event: Note) -> None:
        self._check(desk_updates.note, event)

    @workflow.update
    async def assign(self, event: Assign) -> Taken:
        return await self._apply(desk_updates.assign, event)

    @assign.validator
    def _assign(self, event: Assign) -> None:
        self._check(desk_updates.assign, event)

    @workflow.update
    async def request_call(self, event: RequestCall) -> Taken:
        return await self._apply(seller_updates.request_call, event)

    @request_call.validator
    def _request_call(self, event: RequestCall) -> None:
        self._check(seller_updates.request_call, event)

    @workflow.update
    async def send_link(self, event: SendLink) -> Taken:
        return await self._apply(seller_updates.send_link, event)

    @send_link.validator
    def _send_link(self, event: SendLink) -> None:
        self._check(seller_updates.send_link, event)

    @workflow.update
    async def submit_plan(self, event: SubmitPlan) -> Taken:
        return await self._apply(seller_updates.submit_plan, event)

    @submit_plan.validator
    def _submit_plan(self, event: SubmitPlan) -> None:
        self._check(seller_updates.submit_plan, event)

    @workflow.update
    async def review_plan(self, event: ReviewPlan) -> Taken:
        return await self._apply(desk_updates.review_plan, event)

    @review_plan.validator
    def _review_plan(self, event: ReviewPlan) -> None:
        self._check(desk_updates.review_plan, event)

    @workflow.update
    async def record_conversation(self, event: RecordConversation) -> Taken:
        return await self._apply(desk_updates.record_conversation, event)

    @record_conversation.validator
    def _record_conversation(self, event: RecordConversation) -> None:
        self._check(desk_updates.record_conversation, event)

    @workflow.update
    async def add_issue(self, event: AddIssue) -> Taken:
        return await self._apply(marketplace_updates.add_issue, event)

    @add_issue.validator
    def _add_issue(self, event: AddIssue) -> None:
        self._check(marketplace_updates.add_issue, event)

    @workflow.update
    async def change_contact(self, event: ChangeContact) -> Taken:
        return await self._apply(seller_updates.change_contact, event)

    @change_contact.validator
    def _change_contact(self, event: ChangeContact) -> None:
        self._check(seller_updates.change_contact, event)

    @workflow.update
    async def report_harm(self, event: ReportHarm) -> Taken:
        return await self._apply(marketplace_updates.report_harm, event)

    @report_harm.validator
    def _report_harm(self, event: ReportHarm) -> None:
        self._check(marketplace_updates.report_harm, event)

    @workflow.update
    async def decide(self, event: Decide) -> Taken:
        return await self._apply(desk_updates.decide, event)

    @decide.validator
    def _decide(self, event: Decide) -> None:
        self._check(desk_updates.decide, event)

    @workflow.update
    async def confirm(self, event: Confirm) -> Taken:
        return await self._apply(desk_updates.confirm, event)

    @confirm.validator
    def _confirm(self, event: Confirm) -> None:
        self._check(desk_updates.confirm, event)

    @workflow.update
    async def record_deactivation(self, event: RecordDeactivation) -> Taken:
        return await self._apply(marketplace_updates.record_deactivation, event)

    @record_deactivation.validator
    def _record_deactivation(self, event: RecordDeactivation) -> None:
        self._check(marketplace_updates.record_deactivation, event)

    @workflow.update
    async def withdraw(self, event: Withdraw) -> Taken:
        return await self._apply(marketplace_updates.withdraw, event)

    @withdraw.validator
    def _withdraw(self, event: Withdraw) -> None:
        self._check(marketplace_updates.withdraw, event)
