"""Performs each step of a case: by which activity, on which queue, with which timeouts."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar, assert_never

from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.workflow import ActivityCancellationType

from activities.accounts import AccountActivities
from activities.calls import CallActivities
from activities.emails import EmailActivities
from activities.sharing import SharingActivities
from domain.case import step_results
from domain.case.activity_inputs import (
    ExpelInput,
    deactivate_input,
    expel_input,
    place_call_input,
    send_email_input,
    tell_deactivation_input,
    tell_desk_input,
)
from domain.case.announcements import untold
from domain.case.attempt import CLOSING, Attempt, CallEnded, Channel
from domain.case.case import Case
from domain.case.status import Reason
from domain.case.step_results import CaseOutcome
from domain.case.steps import (
    Deactivate,
    Expel,
    LookAtAccount,
    LookUp,
    LookUpFindHashes,
    LookUpHours,
    Reach,
    Step,
    TellDesk,
)
from domain.case.urgency import FIRST, urgency
from domain.shared.activity_inputs import (
    TellDeactivationInput,
    announce_input,
    hang_up_id,
    place_call_id,
    share_contact_input,
)
from domain.shared.names import CALLS_QUEUE, EMAIL_QUEUE, TELEPHONY_QUEUE
from domain.shared.result import Result
from domain.shared.steps import Announce, ShareContact, TellDeactivation, WaitUntil
from workflows.case import web_ui
from workflows.case.look_ups import find_out
from workflows.shared.activity_options import A_MESSAGE, HEARTBEAT, RETRY, RETRY_SOON, or_failed
from workflows.shared.announcing import hand_over
from workflows.shared.sharing import tell_other_workflow

News = TypeVar("News", ExpelInput, TellDeactivationInput)

_HELD = (Reason.SILENCE_HELD, Reason.MESSAGE_WAITING)
"""Why a deactivation for silence is left to a person (`activities.accounts.Held`)."""

_WAIT = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED


def if_cancelled(step: Step) -> CaseOutcome:
    """Return the outcome of a cancelled step."""
    if isinstance(step, Reach):
        return lambda case, now: step_results.reached_out(case, step.number, Result.CANCELLED, now)
    return _nothing


async def perform(case: Case, step: Step) -> CaseOutcome:
    """Perform a step and return its outcome.

    Raises:
        ApplicationError: the input that opened the case is bad.
    """
    match step:
        case LookUp() | LookUpHours() | LookUpFindHashes() | LookAtAccount():
            return await find_out(case, step)
        case Reach(number=number):
            return await _reach(
                case, next(a for a in case.attempts.under_way if a.number == number)
            )
        case TellDesk():
            return await _tell_desk(case, step)
        case Deactivate():
            return await _deactivate(case, step)
        case Expel():
            return await _expel(case)
        case TellDeactivation():
            return await _tell_deactivation(case)
        case ShareContact():
            return await _share_contact(case)
        case Announce():
            return await _announce(case)
        case WaitUntil(moment=moment):
            wait = moment - workflow.now()
            await workflow.sleep(wait, summary=web_ui.wait_summary(case, moment))
            return _nothing


def _nothing(case: Case, now: datetime) -> None:
    """Change nothing. `advance` sees by itself that time passed."""


async def _reach(case: Case, attempt: Attempt) -> CaseOutcome:
    ended = await or_failed(_attempt(case, attempt), Result.PROVIDER_FAILED)
    return lambda case, now: step_results.reached_out(case, attempt.number, ended, now)


def _attempt(case: Case, attempt: Attempt) -> Coroutine[Any, Any, Result | CallEnded]:
    match attempt.channel:
        case Channel.CALL:
            return _call(case, attempt)
        case Channel.EMAIL:
            return _email(case, attempt)
        case _:
            assert_never(attempt.channel)


async def _call(case: Case, attempt: Attempt) -> Result | CallEnded:
    input, number = place_call_input(case, attempt), attempt.number
    calling = workflow.start_activity_method(
        CallActivities.place_call,
        input,
        activity_id=place_call_id(number),
        task_queue=TELEPHONY_QUEUE,
        priority=_priority(case, attempt),
        schedule_to_close_timeout=case.rules.call_timeout,
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary=web_ui.attempt_summary(case, attempt),
    )
    try:
        return await asyncio.shield(calling)
    except asyncio.CancelledError:
        # Cancelling the activity would lose what it knows of the call. Hanging up ends it.
        hanging_up = workflow.execute_activity_method(
            CallActivities.hang_up,
            input,
            activity_id=hang_up_id(number),
            task_queue=CALLS_QUEUE,
            priority=Priority(priority_key=FIRST),
            schedule_to_close_timeout=case.rules.call_timeout,
            start_to_close_timeout=A_MESSAGE,
            retry_policy=RETRY_SOON,
            summary=web_ui.hang_up_summary(case, attempt),
        )
        await or_failed(hanging_up, None)
        return await calling


def _priority(case: Case, attempt: Attempt) -> Priority:
    return Priority(priority_key=urgency(case, attempt, workflow.now()))


async def _email(case: Case, attempt: Attempt) -> Result | CallEnded:
    rules = case.rules
    closing = attempt.about in CLOSING
    return await workflow.execute_activity_method(
        EmailActivities.send_email,
        send_email_input(case, attempt),
        task_queue=EMAIL_QUEUE,
        priority=_priority(case, attempt),
        schedule_to_close_timeout=rules.closing_email_timeout if closing else rules.email_timeout,
        start_to_close_timeout=A_MESSAGE,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RETRY,
        cancellation_type=_WAIT,
        summary=web_ui.attempt_summary(case, attempt),
    )


async def _tell_desk(case: Case, step: TellDesk) -> CaseOutcome:
    telling = workflow.execute_activity_method(
        EmailActivities.tell_desk,
        tell_desk_input(case, step.due),
        task_queue=EMAIL_QUEUE,
        schedule_to_close_timeout=case.rules.desk_reminder,
        start_to_close_timeout=A_MESSAGE,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RETRY,
        summary=web_ui.desk_summary(case, step),
    )
    result = await or_failed(telling, Result.PROVIDER_FAILED)
    return lambda case, now: step_results.told_desk(case, step.due, result is Result.ACCEPTED, now)


async def _deactivate(case: Case, step: Deactivate) -> CaseOutcome:
    deactivating = workflow.execute_activity_method(
        AccountActivities.deactivate_account,
        deactivate_input(case),
        schedule_to_close_timeout=case.rules.deactivation_timeout,
        start_to_close_timeout=A_MESSAGE,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RETRY,
        cancellation_type=_WAIT,
        summary="Deactivate the account",
    )
    return await or_failed(
        _done_or_held(deactivating, step),
        lambda case, now: step_results.deactivation_failed(case, step, now),
    )


async def _done_or_held(deactivating: Coroutine[Any, Any, None], step: Deactivate) -> CaseOutcome:
    try:
        await deactivating
    except ActivityError as error:
        cause = error.cause
        if not (isinstance(cause, ApplicationError) and cause.type in _HELD):
            raise
        reason, tried = Reason(cause.type), bool(cause.details and cause.details[0])
        return lambda case, now: step_results.deactivation_held(
            case, step, reason, now, tried=tried
        )
    return step_results.deactivated


async def _expel(case: Case) -> CaseOutcome:
    summary = "Expel the account from the programme"
    await _tell_programme(AccountActivities.expel_account, expel_input(case), summary)
    return step_results.expelled_from_programme


async def _tell_deactivation(case: Case) -> CaseOutcome:
    news = tell_deactivation_input(case)
    summary = "Tell the programme that the account is deactivated"
    await _tell_programme(AccountActivities.tell_deactivation, news, summary)
    return step_results.told_deactivation


async def _tell_programme(
    tell: Callable[[AccountActivities, News], Coroutine[Any, Any, None]], news: News, summary: str
) -> None:
    """Tell the programme, and retry until it accepts. The case does not close before."""
    await workflow.execute_activity_method(
        tell,
        news,
        start_to_close_timeout=A_MESSAGE,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RETRY,
        summary=summary,
    )


async def _share_contact(case: Case) -> CaseOutcome:
    news = case.contact_news
    told = await tell_other_workflow(
        SharingActivities.tell_enrollment,
        share_contact_input(case.id, case.account, news),
        "Tell the enrollment of the new number or address",
    )
    return lambda case, now: step_results.shared_contact(case, news, told, now)


async def _announce(case: Case) -> CaseOutcome:
    entries = len(case.timeline.entries)
    announces = await hand_over(announce_input(case.id, case.account, untold(case)))
    return lambda case, now: step_results.announced(case, entries, announces, now)
