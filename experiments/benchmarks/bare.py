"""Bare twins of cases: workflows with the same activities, timers and updates, and no rule.

They keep no timeline. They show nothing of themselves in lists and searches, unless they were
started as a case is, with search attributes and a memo: what that costs is measured so.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from temporalio import workflow

from activities.accounts import AccountActivities
from activities.calls import CallActivities
from activities.emails import EmailActivities
from activities.opening import OpeningActivities
from domain.case.activity_inputs import (
    DeactivateInput,
    LookUpInput,
    SendEmailInput,
    TellDeskInput,
)
from domain.case.attempt import CallEnded, Channel, Purpose
from domain.case.events import ReviewPlan, SubmitPlan
from domain.case.plans import Plan
from domain.case.status import Reason, Status
from domain.case.steps import CaseFacts
from domain.shared.account import Store, seller_of
from domain.shared.activity_inputs import (
    PlaceCallInput,
    TellDeactivationInput,
    place_call_id,
)
from domain.shared.names import (
    CASES_QUEUE,
    EMAIL_QUEUE,
    TELEPHONY_QUEUE,
    case_workflow_id,
    typed_reference,
)
from domain.shared.result import Result
from temporal_client.search_attributes import SINCE, STATUS
from workflows.case.input import CaseInput
from workflows.shared.activity_options import A_MESSAGE, HEARTBEAT, RETRY

BARE_QUEUE = "bare"
_TOGETHER = timedelta(seconds=1)
"""Between two attempts that are closer than this there is no timer."""


def bare_workflow_id(seller_id: str) -> str:
    """Return the workflow id of a seller's twin.

    It has the form of a case's. Else a worker whose e-mails link to the page could send none.
    """
    return case_workflow_id(Store.US, f"BARE-{seller_id}")


@dataclass(frozen=True)
class Due:
    """The input: a case's, and the moments of its attempts, in order."""

    start: CaseInput
    at: list[tuple[Channel, datetime]]


@workflow.defn
class BareCase:
    """Opens, sends, calls, waits; takes a plan and tells the desk; takes its acceptance; ends."""

    def __init__(self) -> None:
        self._plan: Plan | None = None
        self._accepted = False

    @workflow.run
    async def run(self, start: CaseInput) -> str:
        """The same commands as a case whose plan is accepted while its first call rings."""
        facts = await _look_up(start)
        _show(Status.CONTACTING)
        email = asyncio.create_task(_email(start, 1, Purpose.NOTICE))
        call = asyncio.create_task(_call(start, 2, facts.hours[-1].closes))
        next_call = asyncio.create_task(workflow.sleep(900, summary="Next: call 2"))
        await email
        _show(Status.CONTACTING)
        await call
        await workflow.wait_condition(lambda: self._plan is not None)
        _show(Status.PLAN_REVIEW)
        next_call.cancel()
        await _tell_desk(start, self._plan)
        reminder = asyncio.create_task(workflow.sleep(86400, summary="Next: a reminder"))
        await workflow.wait_condition(lambda: self._accepted)
        reminder.cancel()
        _show(Status.RESOLVED)
        await _email(start, 3, Purpose.RESOLVED)
        return "resolved"

    @workflow.update
    async def submit_plan(self, event: SubmitPlan) -> None:
        """Take the plan."""
        self._plan = Plan(version=1, at=workflow.now(), plan=event)

    @workflow.update
    async def review_plan(self, event: ReviewPlan) -> None:
        """Take the review."""
        self._accepted = True


@workflow.defn
class BareSilent:
    """Makes an attempt at each moment, and deactivates."""

    @workflow.run
    async def run(self, due: Due) -> str:
        """The same activities and timers as a case that is silent to its end."""
        start = due.start
        facts = await _look_up(start)
        began = workflow.now()
        under_way = []
        for number, (channel, at) in enumerate(due.at, start=1):
            if at - workflow.now() > _TOGETHER:
                await workflow.sleep(at - workflow.now(), summary=f"Next: {channel} {number}")
            match channel:
                case Channel.CALL:
                    made = _call(start, number, facts.hours[-1].closes)
                case Channel.EMAIL:
                    made = _email(start, number, Purpose.NOTICE)
                case _:
                    assert_never(channel)
            under_way.append(asyncio.create_task(made))
        left = began + timedelta(hours=72) - workflow.now()
        await workflow.sleep(left, summary="Next: the deadline")
        await workflow.wait(under_way)
        await workflow.execute_activity_method(
            AccountActivities.deactivate_account,
            DeactivateInput(
                case_id=_id(),
                store=start.account.store,
                seller_id=start.account.seller_id,
                reason=Reason.NOT_REACHED,
                opened_at=began,
            ),
            task_queue=CASES_QUEUE,
            schedule_to_close_timeout=timedelta(hours=24),
            start_to_close_timeout=A_MESSAGE,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=RETRY,
            summary="Deactivate the account",
        )
        told = asyncio.create_task(_tell_deactivation(start))
        await _email(start, len(due.at) + 1, Purpose.DEACTIVATED)
        await told
        return "deactivated"


@workflow.defn
class BareDue:
    """Opens, waits for a moment, calls then, and stays open."""

    @workflow.run
    async def run(self, due: Due) -> None:
        """A notice at once, and one call, when it is due."""
        facts = await _look_up(due.start)
        await _email(due.start, 1, Purpose.NOTICE)
        [(_, at)] = due.at
        await workflow.sleep(at - workflow.now(), summary="Next: call 1")
        await _call(due.start, 2, facts.hours[-1].closes)
        await workflow.sleep(timedelta(days=1), summary="Next: call 2")


def _show(status: Status) -> None:
    if workflow.info().typed_search_attributes.get(STATUS) is not None:
        now = workflow.now()
        workflow.upsert_search_attributes([STATUS.value_set(status), SINCE.value_set(now)])


def _id() -> str:
    return f"{workflow.info().workflow_id}/{workflow.info().run_id}"


async def _look_up(start: CaseInput) -> CaseFacts:
    return await workflow.execute_activity_method(
        OpeningActivities.look_up,
        LookUpInput(account=start.account, now=workflow.now(), policy=start.policy, harmful=False),
        start_to_close_timeout=A_MESSAGE,
    )


async def _call(start: CaseInput, number: int, latest: datetime) -> Result | CallEnded:
    return await workflow.execute_activity_method(
        CallActivities.place_call,
        PlaceCallInput(
            case_id=_id(),
            number=number,
            phone=start.account.emergency_phone,
            language=start.account.language,
            at=workflow.now(),
            latest=latest,
        ),
        activity_id=place_call_id(number),
        task_queue=TELEPHONY_QUEUE,
        schedule_to_close_timeout=timedelta(minutes=15),
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary=f"Call {number}",
    )


async def _email(start: CaseInput, number: int, about: Purpose) -> Result:
    account = start.account
    return await workflow.execute_activity_method(
        EmailActivities.send_email,
        SendEmailInput(
            case_id=_id(),
            number=number,
            about=about,
            email=account.email,
            name=account.name,
            language=account.language,
            time_zone=account.time_zone,
            issues=start.issues,
            deadline=workflow.now() + timedelta(hours=72),
            number_needed=False,
            note=None,
            status=Status.CONTACTING,
            reason=None,
            at=workflow.now(),
            calls=True,
            button=True,
            typed_reference=typed_reference(account.emergency_phone, _id()),
        ),
        task_queue=EMAIL_QUEUE,
        schedule_to_close_timeout=timedelta(hours=1),
        start_to_close_timeout=A_MESSAGE,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RETRY,
        summary="E-mail",
    )


async def _tell_desk(start: CaseInput, plan: Plan | None) -> Result:
    return await workflow.execute_activity_method(
        EmailActivities.tell_desk,
        TellDeskInput(
            case_id=_id(),
            account=start.account,
            status=Status.PLAN_REVIEW,
            reason=None,
            issues=start.issues,
            plan=plan,
            timeline=(),
            conversation_required=False,
            proposed=None,
            due=workflow.now(),
        ),
        task_queue=EMAIL_QUEUE,
        schedule_to_close_timeout=timedelta(days=1),
        start_to_close_timeout=A_MESSAGE,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RETRY,
        summary="Tell the desk",
    )


async def _tell_deactivation(start: CaseInput) -> None:
    account = start.account
    await workflow.execute_activity_method(
        AccountActivities.tell_deactivation,
        TellDeactivationInput(
            store=account.store,
            seller_id=account.seller_id,
            key=f"{_id()}/deactivated",
            by="case",
            case_id=_id(),
            known=seller_of(account),
        ),
        task_queue=CASES_QUEUE,
        start_to_close_timeout=A_MESSAGE,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RETRY,
        summary="Tell the programme",
    )
