"""The durable shell of an enrollment: it performs what the domain decides.

The rules are in domain/enrollment/. It sleeps until the next day on which something would
change by itself; where there is none, it costs nothing (docs/rules.md, section 2).
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import structlog
from temporalio import workflow

from domain.case.events import Event, RecordDeactivation, SendLink
from domain.case.steps import WaitUntil
from domain.case.timeline import ENGINE
from domain.enrollment.enrollment import Enrollment
from domain.enrollment.events import (
    ChangeAccount,
    Expel,
    Readmit,
    RecordRatings,
    Reinstate,
)
from domain.enrollment.state import EnrollmentEventKind, EnrollmentStep
from domain.enrollment.view import EnrollmentView, StandingView, standing_of, view_of
from domain.shared.errors import Refused
from domain.shared.names import ENROLLMENT_WORKFLOW, enrollment_workflow_id, own_id
from workflows.enrollment.input import EnrollmentInput
from workflows.enrollment.perform import EnrollmentOutcome, perform
from workflows.enrollment.web_ui import details
from workflows.shared.inputs import (
    carried_over,
    given,
    refuse_what_does_not_exist,
    require_workflow_id,
    update_id,
)
from workflows.shared.reconciler import Reconciler
from workflows.shared.search_attributes import show_in_search
from workflows.shared.versions import MOVES_ON

log = structlog.get_logger("enrollment")

LONG_HISTORY = 500
"""Events after which it continues as new at the next quiet moment: an enrollment asked after
years of silence is replayed from its history, which is to take no longer than one notices."""

TOO_LONG_HISTORY = 1500
"""Events after which it does not wait for that: in an outage an e-mail is tried for days, and
the server takes 2,000 updates in a run. What is under way is then begun again."""

SomeEvent = TypeVar("SomeEvent", bound=Event)
Rule = Callable[[Enrollment, SomeEvent, datetime], None]
"""A method of `Enrollment` that takes an event."""


@workflow.defn(
    name=ENROLLMENT_WORKFLOW, failure_exception_types=[Refused], versioning_behavior=MOVES_ON
)
class SellerEnrollment:
    """A seller's standing in a store, for as long as they sell (docs/rules.md, section 2)."""

    @workflow.init
    def __init__(self, start: EnrollmentInput | None = None) -> None:
        self._enrollment = _enrollment_of(start)
        self._steps: Reconciler[EnrollmentStep, EnrollmentOutcome] = Reconciler(
            lambda step: perform(self._enrollment, step)
        )
        # A fresh one has `known` in its timeline already, which is to be logged.
        self._logged = 0 if workflow.info().continued_run_id is None else self._enrollment.happened

    @workflow.run
    async def run(self, start: EnrollmentInput | None = None) -> None:
        """Reconcile what is under way with what the enrollment wants; it never ends."""
        while True:
            self._steps.nothing_new()
            steps = self._enrollment.advance(workflow.now())
            self._steps.reconcile(steps)
            self._show(steps)
            if self._may_continue_as_new():
                state = self._enrollment.model_dump(mode="json")
                account = self._enrollment.account
                workflow.continue_as_new(EnrollmentInput(account=account, carried=state))
            try:
                await self._steps.wait_for_news()
            except asyncio.CancelledError:
                self._enrollment.ignore_cancellation(workflow.now())
            for _, outcome in self._steps.take_off_finished():
                if outcome is not None:
                    outcome(self._enrollment, workflow.now())

    def _show(self, steps: tuple[EnrollmentStep, ...]) -> None:
        enrollment, account = self._enrollment, self._enrollment.account
        workflow.set_current_details(details(enrollment, workflow.now(), steps))
        show_in_search(enrollment.status, account.store, account.seller_id)
        news = enrollment.happened - self._logged
        for entry in enrollment.timeline[-news:] if news else ():
            # Without who and what they said: no personal data in logs.
            line: dict[str, str | None] = {
                "enrollment": enrollment.id,
                "status": enrollment.status,
                "virtual": entry.at.isoformat(),
            }
            if entry.what is EnrollmentEventKind.EMAIL:
                line |= {"about": entry.about, "result": entry.result}
            log.info(entry.what, **line)
        self._logged = enrollment.happened

    def _may_continue_as_new(self) -> bool:
        info = workflow.info()
        length = info.get_current_history_length()
        quiet = all(isinstance(step, WaitUntil) for step in self._steps.under_way)
        long = length >= LONG_HISTORY or info.is_continue_as_new_suggested()
        due = (quiet and long) or length >= TOO_LONG_HISTORY
        return due and workflow.all_handlers_finished()

    # --- what anybody may ask and tell ----------------------------------------------------

    @workflow.query(name="enrollment")
    def enrollment(self) -> EnrollmentView:
        """The enrollment view, as of now: in its sleep the workflow's own clock stands still.

        On a server that skips time, that clock may be ahead of the one on the wall.
        """
        return view_of(self._enrollment, _now())

    @workflow.query(name="standing")
    def standing(self) -> StandingView:
        """The view and the ratings behind it, likewise as of now."""
        return standing_of(self._enrollment, _now())

    def _check(self, rule: Rule[SomeEvent], event: SomeEvent) -> None:
        """Refuse, without a history event, what it cannot take; a repeat is let through."""
        if self._enrollment.has_taken(update_id()):
            return
        refuse_what_does_not_exist(event)
        rule(self._enrollment.model_copy(), event, workflow.now())

    async def _apply(self, rule: Rule[SomeEvent], event: SomeEvent) -> EnrollmentView:
        """Take an event, once, and answer when the resulting status stands."""
        await workflow.wait_condition(lambda: not self._enrollment.number_unchecked)
        now = workflow.now()
        if self._enrollment.has_taken(update_id()):
            return view_of(self._enrollment, now)
        enrollment = self._enrollment.model_copy()
        rule(enrollment, event, now)
        enrollment.remember(update_id())
        enrollment.settle(now)
        self._enrollment = enrollment
        self._steps.tell()
        return view_of(enrollment, now)

    @workflow.update
    async def record_ratings(self, event: RecordRatings) -> EnrollmentView:
        return await self._apply(Enrollment.record_ratings, event)

    @record_ratings.validator
    def _record_ratings(self, event: RecordRatings) -> None:
        self._check(Enrollment.record_ratings, event)

    @workflow.update
    async def change_account(self, event: ChangeAccount) -> EnrollmentView:
        return await self._apply(Enrollment.change_account, event)

    @change_account.validator
    def _change_account(self, event: ChangeAccount) -> None:
        self._check(Enrollment.change_account, event)

    @workflow.update
    async def expel(self, event: Expel) -> EnrollmentView:
        return await self._apply(Enrollment.expel, event)

    @expel.validator
    def _expel(self, event: Expel) -> None:
        self._check(Enrollment.expel, event)

    @workflow.update
    async def readmit(self, event: Readmit) -> EnrollmentView:
        return await self._apply(Enrollment.readmit, event)

    @readmit.validator
    def _readmit(self, event: Readmit) -> None:
        self._check(Enrollment.readmit, event)

    @workflow.update
    async def record_deactivation(self, event: RecordDeactivation) -> EnrollmentView:
        return await self._apply(Enrollment.record_deactivation, event)

    @record_deactivation.validator
    def _record_deactivation(self, event: RecordDeactivation) -> None:
        self._check(Enrollment.record_deactivation, event)

    @workflow.update
    async def reinstate(self, event: Reinstate) -> EnrollmentView:
        return await self._apply(Enrollment.reinstate, event)

    @reinstate.validator
    def _reinstate(self, event: Reinstate) -> None:
        self._check(Enrollment.reinstate, event)

    @workflow.update
    async def send_link(self, event: SendLink) -> EnrollmentView:
        return await self._apply(Enrollment.send_link, event)

    @send_link.validator
    def _send_link(self, event: SendLink) -> None:
        self._check(Enrollment.send_link, event)


def _now() -> datetime:
    wall = datetime.now(UTC)  # noqa: TID251  # for a query, which is not replayed
    return max(workflow.now(), wall)


def _enrollment_of(start: EnrollmentInput | None) -> Enrollment:
    start = given(start, EnrollmentInput)
    if start.carried is not None:
        return carried_over(start.carried, Enrollment)
    account = start.account
    of_account = enrollment_workflow_id(account.store, account.seller_id)
    require_workflow_id(of_account, "enrollment/{store}/{seller_id}")
    info = workflow.info()
    now = workflow.now()
    enrollment = Enrollment(
        id=own_id(info.workflow_id, info.first_execution_run_id), account=account
    )
    enrollment.log(now, EnrollmentEventKind.KNOWN, start.by or ENGINE)
    return enrollment
