"""The durable shell of an enrollment: it performs what the domain decides.

The rules are in domain/enrollment/. The workflow sleeps until the next day on which something
changes by itself. If there is no such day, it has no timer (docs/rules.md, section 2).
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import structlog
from temporalio import workflow

from domain.enrollment import updates
from domain.enrollment.advance import advance
from domain.enrollment.enrollment import Enrollment
from domain.enrollment.events import (
    ChangeAccount,
    EnterCode,
    Expel,
    Readmit,
    RecordAnswer,
    RecordRatings,
    Reinstate,
    TryCall,
    VerifyNumber,
)
from domain.enrollment.steps import EnrollmentStep, PlaceCall, TellOldNumber
from domain.enrollment.timeline import EnrollmentEventKind
from domain.enrollment.view import EnrollmentView, StandingView, standing_of, view_of
from domain.shared.errors import Refused
from domain.shared.events import ENGINE, Event, RecordDeactivation, SendLink
from domain.shared.names import ENROLLMENT_WORKFLOW, enrollment_workflow_id, own_id
from domain.shared.steps import WaitUntil
from domain.shared.taken import Taken
from workflows.enrollment.input import EnrollmentInput
from workflows.enrollment.perform import EnrollmentOutcome, perform
from workflows.enrollment.web_ui import details
from workflows.shared.inputs import (
    carried_over,
    refuse_what_does_not_exist,
    require_input,
    require_workflow_id,
    update_id,
)
from workflows.shared.reconciler import Reconciler
from workflows.shared.search_attributes import of_account, show_in_search
from workflows.shared.versions import MOVES_ON

log = structlog.get_logger("enrollment")

LONG_HISTORY = 500
"""After this many events the workflow continues as new at the next quiet moment. A query replays
the history, and nobody should notice how long that takes."""

TOO_LONG_HISTORY = 1500
"""After this many events the workflow continues as new even with steps under way, and starts them
again. In an outage an e-mail is tried for days, and the server accepts 2,000 updates in a run."""

SomeEvent = TypeVar("SomeEvent", bound=Event)
Rule = Callable[[Enrollment, SomeEvent, datetime], None]
"""What an event does to an enrollment: a function of `updates`."""


@workflow.defn(
    name=ENROLLMENT_WORKFLOW, failure_exception_types=[Refused], versioning_behavior=MOVES_ON
)
class SellerEnrollment:
    """A seller's enrollment in a store, for as long as they sell (docs/rules.md, section 2)."""

    @workflow.init
    def __init__(self, start: EnrollmentInput | None = None) -> None:
        self._enrollment = _enrollment_of(start)
        self._steps: Reconciler[EnrollmentStep, EnrollmentOutcome] = Reconciler(
            lambda step: perform(self._enrollment, step)
        )
        # A new enrollment has `known` in its timeline already, and that must be logged.
        self._logged = (
            0 if workflow.info().continued_run_id is None else self._enrollment.timeline.count
        )

    @workflow.run
    async def run(self, start: EnrollmentInput | None = None) -> None:
        """Reconcile the steps under way with the steps the enrollment wants. It never ends."""
        while True:
            self._steps.nothing_new()
            steps = advance(self._enrollment, workflow.now())
            self._steps.reconcile(steps)
            self._show(steps)
            if self._may_continue_as_new():
                state = self._enrollment.model_dump(mode="json")
                account = self._enrollment.account
                workflow.continue_as_new(EnrollmentInput(account=account, carried=state))
            try:
                await self._steps.wait_for_news()
            except asyncio.CancelledError:
                updates.ignore_cancellation(self._enrollment, workflow.now())
            for _, outcome in self._steps.take_off_finished():
                if outcome is not None:
                    outcome(self._enrollment, workflow.now())

    def _show(self, steps: tuple[EnrollmentStep, ...]) -> None:
        enrollment, account = self._enrollment, self._enrollment.account
        workflow.set_current_details(details(enrollment, workflow.now(), steps))
        if show_in_search(
            enrollment.status,
            account.store,
            account.seller_id,
            (of_account(account.store, account.seller_id),),
            leave_an_event=self._steps.must_leave_event,
        ):
            self._steps.left_event()
        if not workflow.unsafe.is_replaying_history_events():
            self._report()
        self._logged = enrollment.timeline.count

    def _report(self) -> None:
        """Log the entries of the timeline that are new."""
        enrollment = self._enrollment
        news = enrollment.timeline.count - self._logged
        for entry in enrollment.timeline.entries[-news:] if news else ():
            # Log neither who acted nor what they wrote: no personal data in logs.
            line: dict[str, str | None] = {
                "enrollment": enrollment.id,
                "status": enrollment.status,
                "virtual": entry.at.isoformat(),
            }
            if entry.what is EnrollmentEventKind.EMAIL:
                line |= {"about": entry.about, "result": entry.result}
            log.info(entry.what, **line)

    def _may_continue_as_new(self) -> bool:
        info = workflow.info()
        length = info.get_current_history_length()
        quiet = all(isinstance(step, WaitUntil) for step in self._steps.under_way)
        long = length >= LONG_HISTORY or info.is_continue_as_new_suggested()
        due = (quiet and long) or length >= TOO_LONG_HISTORY
        # A call that is started again could be dialled again.
        calls = any(isinstance(step, PlaceCall | TellOldNumber) for step in self._steps.under_way)
        return due and not calls and workflow.all_handlers_finished()

    # --- queries and updates --------------------------------------------------------------

    @workflow.query(name="enrollment")
    def enrollment(self) -> EnrollmentView:
        """Return the enrollment view as of now.

        The workflow's clock stands still while it sleeps. On a server that skips time it may be
        ahead of the wall clock.
        """
        return view_of(self._enrollment, _now())

    @workflow.query(name="standing")
    def standing(self) -> StandingView:
        """Return the view with its ratings, as of now."""
        return standing_of(self._enrollment, _now())

    def _check(self, rule: Rule[SomeEvent], event: SomeEvent) -> None:
        """Refuse an event before it enters the history. A repeat passes."""
        if self._enrollment.has_taken(update_id()):
            return
        refuse_what_does_not_exist(event)
        rule(self._enrollment.model_copy(), event, workflow.now())

    async def _apply(self, rule: Rule[SomeEvent], event: SomeEvent) -> Taken:
        """Apply an event once, and answer with the resulting status."""
        await workflow.wait_condition(lambda: not self._enrollment.number_unchecked)
        if not self._enrollment.has_taken(update_id()):
            await self._apply_new(rule, event)
        view = view_of(self._enrollment, workflow.now())
        return Taken(id=self._enrollment.id, status=view.status, reason=view.reason)

    async def _apply_new(self, rule: Rule[SomeEvent], event: SomeEvent) -> None:
        now = workflow.now()
        enrollment = self._enrollment.model_copy()
        rule(enrollment, event, now)
        enrollment.remember(update_id())
        if not enrollment.number_unchecked:
            enrollment.settle(now)
        self._enrollment = enrollment
        self._steps.tell()
        if self._enrollment.number_unchecked:
            # A new number decides the status once it is looked up. Whoever waited for nothing would
            # still be waiting when the loop looks whether it may continue as new.
            await workflow.wait_condition(lambda: not self._enrollment.number_unchecked)

    @workflow.signal
    def announce(self) -> None:
        """Announce changes from now on. Whoever hands over what was missed sends this first."""
        self._enrollment.announce_from_now()

    @workflow.update
    async def record_ratings(self, event: RecordRatings) -> Taken:
        return await self._apply(updates.record_ratings, event)

    @record_ratings.validator
    def _record_ratings(self, event: RecordRatings) -> None:
        self._check(updates.record_ratings, event)

    @workflow.update
    async def change_account(self, event: ChangeAccount) -> Taken:
        return await self._apply(updates.change_account, event)

    @change_account.validator
    def _change_account(self, event: ChangeAccount) -> None:
        self._check(updates.change_account, event)

    @workflow.update
    async def expel(self, event: Expel) -> Taken:
        return await self._apply(updates.expel, event)

    @expel.validator
    def _expel(self, event: Expel) -> None:
        self._check(updates.expel, event)

    @workflow.update
    async def readmit(self, event: Readmit) -> Taken:
        return await self._apply(updates.readmit, event)

    @readmit.validator
    def _readmit(self, event: Readmit) -> None:
        self._check(updates.readmit, event)

    @workflow.update
    async def record_deactivation(self, event: RecordDeactivation) -> Taken:
        return await self._apply(updates.record_deactivation, event)

    @record_deactivation.validator
    def _record_deactivation(self, event: RecordDeactivation) -> None:
        self._check(updates.record_deactivation, event)

    @workflow.update
    async def reinstate(self, event: Reinstate) -> Taken:
        return await self._apply(updates.reinstate, event)

    @reinstate.validator
    def _reinstate(self, event: Reinstate) -> None:
        self._check(updates.reinstate, event)

    @workflow.update
    async def verify_number(self, event: VerifyNumber) -> Taken:
        return await self._apply(updates.verify_number, event)

    @verify_number.validator
    def _verify_number(self, event: VerifyNumber) -> None:
        self._check(updates.verify_number, event)

    @workflow.update
    async def enter_code(self, event: EnterCode) -> Taken:
        return await self._apply(updates.enter_code, event)

    @enter_code.validator
    def _enter_code(self, event: EnterCode) -> None:
        self._check(updates.enter_code, event)

    @workflow.update
    async def record_answer(self, event: RecordAnswer) -> Taken:
        return await self._apply(updates.record_answer, event)

    @record_answer.validator
    def _record_answer(self, event: RecordAnswer) -> None:
        self._check(updates.record_answer, event)

    @workflow.update
    async def try_call(self, event: TryCall) -> Taken:
        return await self._apply(updates.try_call, event)

    @try_call.validator
    def _try_call(self, event: TryCall) -> None:
        self._check(updates.try_call, event)

    @workflow.update
    async def send_link(self, event: SendLink) -> Taken:
        return await self._apply(updates.send_link, event)

    @send_link.validator
    def _send_link(self, event: SendLink) -> None:
        self._check(updates.send_link, event)


def _now() -> datetime:
    wall = datetime.now(UTC)  # noqa: TID251  # only for queries, which are not replayed
    return max(workflow.now(), wall)


def _enrollment_of(start: EnrollmentInput | None) -> Enrollment:
    start = require_input(start, EnrollmentInput)
    if start.carried is not None:
        return carried_over(start.carried, Enrollment)
    account = start.account
    named = enrollment_workflow_id(account.store, account.seller_id)
    require_workflow_id(named, "enrollment/{store}/{seller_id}")
    info = workflow.info()
    now = workflow.now()
    enrollment = Enrollment(
        id=own_id(info.workflow_id, info.first_execution_run_id), account=account
    )
    enrollment.timeline.log(now, EnrollmentEventKind.KNOWN, start.by or ENGINE)
    return enrollment
