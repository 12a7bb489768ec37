"""The durable shell of an appeal: it performs what the domain decides (docs/architecture.md).

The rules are in domain/appeal/ (docs/rules.md, section 9).
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import structlog
from temporalio import workflow

from domain.appeal import mail_updates, updates
from domain.appeal.advance import advance
from domain.appeal.appeal import Appeal
from domain.appeal.events import (
    AddInformation,
    AppealEventKind,
    ChangeAddress,
    DecideAppeal,
    ReportOutage,
)
from domain.appeal.events import Appeal as AppealEvent
from domain.appeal.steps import AppealStep
from domain.appeal.view import AppealView, view_of
from domain.case.events import ReceiveBounce, ReceiveReply
from domain.shared.errors import Refused
from domain.shared.events import Event
from domain.shared.names import APPEAL_WORKFLOW, appeal_workflow_id, own_id
from domain.shared.steps import WaitUntil
from domain.shared.taken import Taken
from workflows.appeal import metrics
from workflows.appeal.input import AppealInput
from workflows.appeal.perform import AppealOutcome, perform
from workflows.appeal.web_ui import details
from workflows.shared.inputs import carried_over, require_input, require_workflow_id, update_id
from workflows.shared.reconciler import Reconciler
from workflows.shared.search_attributes import of_appeal, show_in_search
from workflows.shared.versions import MOVES_ON

log = structlog.get_logger("appeal")

SomeEvent = TypeVar("SomeEvent", bound=Event)
Rule = Callable[[Appeal, SomeEvent, datetime], None]
"""What an event does to an appeal: a function of `updates`."""


@workflow.defn(
    name=APPEAL_WORKFLOW, failure_exception_types=[Refused], versioning_behavior=MOVES_ON
)
class SellerAppeal:
    """The appeals of an account, until nobody can appeal any more (docs/rules.md, section 9)."""

    @workflow.init
    def __init__(self, start: AppealInput | None = None) -> None:
        self._appeal = _appeal_of(start)
        self._steps: Reconciler[AppealStep, AppealOutcome] = Reconciler(
            lambda step: perform(self._appeal, step)
        )
        self._logged = self._appeal.timeline.count
        self._has_refused = False
        """Whether this run has refused an appeal, which Temporal would refuse again unasked."""

    @workflow.run
    async def run(self, start: AppealInput | None = None) -> AppealView:
        """Reconcile the steps under way with the steps the appeal wants, until it is over."""
        while True:
            self._steps.nothing_new()
            self._steps.reconcile(advance(self._appeal, workflow.now()))
            is_over = self._is_over()
            self._show()
            if is_over:
                return view_of(self._appeal)
            if self._may_continue_as_new():
                state = self._appeal.model_dump(mode="json")
                account = self._appeal.account
                workflow.continue_as_new(AppealInput(account=account, carried=state))
            try:
                await self._steps.wait_for_news()
            except asyncio.CancelledError:
                updates.ignore_cancellation(self._appeal, workflow.now())
            for _, outcome in self._steps.take_off_finished():
                if outcome is not None:
                    outcome(self._appeal, workflow.now())

    def _is_over(self) -> bool:
        """Whether nothing is left to do. An update under way may yet bring something."""
        if self._steps.under_way or not workflow.all_handlers_finished():
            return False
        self._appeal.closed_at = workflow.now()
        self._appeal.timeline.log(workflow.now(), AppealEventKind.CLOSED)
        return True

    def _show(self) -> None:
        appeal, account = self._appeal, self._appeal.account
        workflow.set_current_details(details(appeal))
        leave_an_event = self._steps.must_leave_event
        if show_in_search(
            appeal.status,
            account.store,
            account.seller_id,
            of_appeal(appeal),
            leave_an_event=leave_an_event,
        ):
            self._steps.left_event()
        if not workflow.unsafe.is_replaying_history_events():
            self._report()
        self._logged = appeal.timeline.count

    def _report(self) -> None:
        """Log and count the entries of the timeline that are new."""
        appeal = self._appeal
        news = appeal.timeline.count - self._logged
        metrics.count(appeal, news)
        for entry in appeal.timeline.entries[-news:] if news else ():
            # Log neither who acted nor what they wrote: no personal data in logs.
            line: dict[str, str | None] = {
                "appeal": appeal.id,
                "status": appeal.status,
                "virtual": entry.at.isoformat(),
            }
            if entry.what is AppealEventKind.EMAIL:
                line |= {"about": entry.about, "result": entry.result}
            log.info(entry.what, **line)

    def _may_continue_as_new(self) -> bool:
        return (
            (self._has_refused or workflow.info().is_continue_as_new_suggested())
            and all(isinstance(step, WaitUntil) for step in self._steps.under_way)
            and workflow.all_handlers_finished()
        )

    # --- the query and the updates ------------------------------------------------------------

    @workflow.query(name="appeal")
    def view(self) -> AppealView:
        """Return the appeal view."""
        return view_of(self._appeal)

    def _check(self, rule: Rule[SomeEvent], event: SomeEvent) -> None:
        """Refuse an event before it enters the history. A repeat passes."""
        if not self._appeal.has_taken(update_id()):
            rule(self._appeal.model_copy(), event, workflow.now())

    def _apply(
        self, rule: Rule[SomeEvent], event: SomeEvent, came_at: datetime | None = None
    ) -> Taken:
        """Apply an event once. `came_at` is when it came, if not now."""
        if not self._appeal.has_taken(update_id()):
            appeal = self._appeal.model_copy()
            rule(appeal, event, came_at or workflow.now())
            appeal.remember(update_id())
            self._appeal = appeal
            self._steps.tell()
        return Taken(id=self._appeal.id, status=self._appeal.status, reason=self._appeal.reason)

    @workflow.update
    async def appeal(self, event: AppealEvent) -> Taken:
        """Take in an appeal, once it is looked up what there is to appeal now.

        It counts from when it came: an outage of ours during the look-up makes none too late.
        """
        came_at = workflow.now()
        if not self._appeal.has_taken(update_id()):
            await self._look_up()
        try:
            return self._apply(updates.appeal, event, came_at)
        except Refused:
            updates.note_refused(self._appeal, workflow.now())
            self._has_refused = True
            raise
        finally:
            self._steps.tell()  # a refused one may have been all that there was to wait for

    async def _look_up(self) -> None:
        self._appeal.wants_look_up = True
        self._steps.tell()
        await workflow.wait_condition(lambda: not self._appeal.wants_look_up)

    @appeal.validator
    def _appeal_is_possible(self, event: AppealEvent) -> None:
        if not self._appeal.has_taken(update_id()):
            updates.refuse_before_look_up(self._appeal, event, workflow.now())

    @workflow.update
    async def add_information(self, event: AddInformation) -> Taken:
        return self._apply(updates.add_information, event)

    @add_information.validator
    def _add_information(self, event: AddInformation) -> None:
        self._check(updates.add_information, event)

    @workflow.update
    async def decide_appeal(self, event: DecideAppeal) -> Taken:
        """Take in a decision. Who decides may have had a part in the case since it was read."""
        if self._appeal.awaits_record and not self._appeal.has_taken(update_id()):
            await self._look_up()
        return self._apply(updates.decide_appeal, event)

    @decide_appeal.validator
    def _decide_appeal(self, event: DecideAppeal) -> None:
        self._check(updates.decide_appeal, event)

    @workflow.update
    async def report_outage(self, event: ReportOutage) -> Taken:
        return self._apply(updates.report_outage, event)

    @report_outage.validator
    def _report_outage(self, event: ReportOutage) -> None:
        self._check(updates.report_outage, event)

    @workflow.update
    async def receive_bounce(self, event: ReceiveBounce) -> Taken:
        return self._apply(mail_updates.receive_bounce, event)

    @receive_bounce.validator
    def _receive_bounce(self, event: ReceiveBounce) -> None:
        self._check(mail_updates.receive_bounce, event)

    @workflow.update
    async def receive_reply(self, event: ReceiveReply) -> Taken:
        return self._apply(mail_updates.receive_reply, event)

    @receive_reply.validator
    def _receive_reply(self, event: ReceiveReply) -> None:
        self._check(mail_updates.receive_reply, event)

    @workflow.update
    async def change_address(self, event: ChangeAddress) -> Taken:
        return self._apply(mail_updates.change_address, event)

    @change_address.validator
    def _change_address(self, event: ChangeAddress) -> None:
        self._check(mail_updates.change_address, event)


def _appeal_of(start: AppealInput | None) -> Appeal:
    start = require_input(start, AppealInput)
    if start.carried is not None:
        return carried_over(start.carried, Appeal)
    account = start.account
    of_account = appeal_workflow_id(account.store, account.seller_id)
    require_workflow_id(of_account, "appeal/{store}/{seller_id}")
    info = workflow.info()
    return Appeal(
        id=own_id(info.workflow_id, info.first_execution_run_id),
        account=account,
        since=workflow.now(),
    )
