"""Performs each step of an enrollment: by which activity, on which queue, with which timeouts."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import Priority
from temporalio.workflow import ActivityCancellationType

from activities.calls import CallActivities
from activities.emails import EmailActivities
from activities.number_calls import NumberCallActivities
from activities.number_texts import NumberTextActivities
from activities.sharing import SharingActivities
from activities.warnings import WarningActivities
from domain.enrollment import step_results
from domain.enrollment.activity_inputs import (
    PlaceNumberCallInput,
    check_number_input,
    look_up_way_input,
    place_number_call_input,
    prepare_call_input,
    send_letter_input,
    tell_deactivation_input,
    tell_old_number_input,
)
from domain.enrollment.announcements import untold
from domain.enrollment.enrollment import Enrollment
from domain.enrollment.letters import Letter
from domain.enrollment.old_numbers import OldNumber
from domain.enrollment.steps import (
    CheckNumber,
    EnrollmentStep,
    LookUpWarnings,
    LookUpWay,
    PlaceCall,
    PrepareCall,
    Send,
    TellOldNumber,
)
from domain.enrollment.verification import DIALLED_WITHIN, CallKind, NumberCall, Preparation
from domain.shared.activity_inputs import announce_input, place_call_id, share_contact_input
from domain.shared.names import CALLS_QUEUE, EMAIL_QUEUE, TELEPHONY_QUEUE
from domain.shared.result import Result
from domain.shared.steps import Announce, ShareContact, TellDeactivation, WaitUntil
from workflows.enrollment import web_ui
from workflows.shared.activity_options import (
    A_MESSAGE,
    HEARTBEAT,
    LETTER,
    NUMBER_CALL,
    OLD_NUMBER_CALL,
    RETRY,
    or_failed,
)
from workflows.shared.announcing import hand_over
from workflows.shared.sharing import tell_other_workflow

EnrollmentOutcome = Callable[[Enrollment, datetime], None]
"""Tells the enrollment the outcome of a step."""


async def perform(enrollment: Enrollment, step: EnrollmentStep) -> EnrollmentOutcome:
    """Perform a step and return its outcome."""
    match step:
        case CheckNumber(phone=phone):
            return await _check_number(enrollment, phone)
        case LookUpWarnings():
            return await _look_up_warnings()
        case PrepareCall(number=number):
            return await _prepare_call(enrollment, number)
        case PlaceCall(number=number):
            return await _place_call(enrollment, number)
        case LookUpWay(number=number):
            return await _look_up_way(enrollment, number)
        case TellOldNumber(number=number):
            return await _tell_old_number(enrollment, number)
        case Send(number=number, to=to):
            letter = next(x for x in enrollment.outbox.letters if x.number == number)
            return await _send(enrollment, letter, to)
        case ShareContact():
            return await _share_contact(enrollment)
        case TellDeactivation():
            return await _tell_deactivation(enrollment)
        case Announce():
            return await _announce(enrollment)
        case WaitUntil(moment=moment):
            now = workflow.now()
            summary = web_ui.wait_summary(enrollment, moment, now)
            await workflow.sleep(moment - now, summary=summary)
            return lambda enrollment, now: None  # `advance` sees by itself that time passed


async def _check_number(enrollment: Enrollment, phone: str) -> EnrollmentOutcome:
    facts = await workflow.execute_activity_method(
        SharingActivities.check_number,
        check_number_input(enrollment, phone),
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary="Look up whether the emergency number counts",
    )
    return lambda enrollment, now: step_results.number_checked(enrollment, facts, now)


async def _look_up_warnings() -> EnrollmentOutcome:
    days = await workflow.execute_activity_method(
        WarningActivities.look_up_warnings,
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary="Look up at how many days below to warn",
    )
    return lambda enrollment, now: step_results.warnings_looked_up(enrollment, days, now)


async def _prepare_call(enrollment: Enrollment, number: int) -> EnrollmentOutcome:
    preparing = workflow.execute_activity_method(
        NumberCallActivities.prepare_number_call,
        prepare_call_input(enrollment, _call(enrollment)),
        schedule_to_close_timeout=DIALLED_WITHIN,
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary=web_ui.call_summary(_call(enrollment), "prepare"),
    )
    failed = Preparation(refused_as=Result.PROVIDER_FAILED)
    preparation = await or_failed(preparing, failed)
    return lambda enrollment, now: step_results.call_prepared(enrollment, number, preparation, now)


async def _place_call(enrollment: Enrollment, number: int) -> EnrollmentOutcome:
    call = _call(enrollment)
    if call.kind is CallKind.TEXT:
        return await _send_text(enrollment, call)
    calling = workflow.execute_activity_method(
        CallActivities.place_number_call,
        place_number_call_input(enrollment, call),
        activity_id=place_call_id(number),
        task_queue=TELEPHONY_QUEUE,
        priority=Priority(priority_key=2),  # the seller waits, but no deadline runs out
        schedule_to_close_timeout=NUMBER_CALL,
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary=web_ui.call_summary(call, "call"),
    )
    ended = await or_failed(calling, Result.PROVIDER_FAILED)
    result = ended if isinstance(ended, Result) else ended.result
    return lambda enrollment, now: step_results.call_ended(enrollment, number, result, now)


async def _send_text(enrollment: Enrollment, call: NumberCall) -> EnrollmentOutcome:
    input = place_number_call_input(enrollment, call)
    sending = _text(input, DIALLED_WITHIN, web_ui.call_summary(call, "send"))
    result = await or_failed(sending, Result.PROVIDER_FAILED)
    return lambda enrollment, now: step_results.call_ended(enrollment, call.number, result, now)


async def _text(input: PlaceNumberCallInput, within: timedelta, summary: str) -> Result:
    return await workflow.execute_activity_method(
        NumberTextActivities.send_number_text,
        input,
        task_queue=CALLS_QUEUE,
        schedule_to_close_timeout=within,
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary=summary,
    )


async def _look_up_way(enrollment: Enrollment, number: int) -> EnrollmentOutcome:
    looking = workflow.execute_activity_method(
        NumberCallActivities.look_up_way,
        look_up_way_input(enrollment, _old_number(enrollment, number), workflow.now()),
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary="Look up when and how the old number is told of the change",
    )
    way = await looking
    return lambda enrollment, now: step_results.way_looked_up(enrollment, number, way, now)


async def _tell_old_number(enrollment: Enrollment, number: int) -> EnrollmentOutcome:
    old = _old_number(enrollment, number)
    input, result = tell_old_number_input(enrollment, old, workflow.now()), Result.PROVIDER_FAILED
    if old.by_text:
        telling = _text(input, OLD_NUMBER_CALL, "Tell the old number of the change")
        result = await or_failed(telling, result)
    else:
        calling = workflow.execute_activity_method(
            CallActivities.place_number_call,
            input,
            activity_id=place_call_id(number),
            task_queue=TELEPHONY_QUEUE,
            priority=Priority(priority_key=5),  # nobody waits for it
            schedule_to_close_timeout=OLD_NUMBER_CALL,
            start_to_close_timeout=A_MESSAGE,
            retry_policy=RETRY,
            summary="Tell the old number of the change",
        )
        ended = await or_failed(calling, result)
        result = ended if isinstance(ended, Result) else ended.result
    by_text = old.by_text
    return lambda enrollment, now: step_results.old_number_told(
        enrollment, number, by_text, result, now
    )


def _old_number(enrollment: Enrollment, number: int) -> OldNumber:
    return next(old for old in enrollment.old_numbers.waiting if old.number == number)


def _call(enrollment: Enrollment) -> NumberCall:
    assert enrollment.verification.call is not None
    return enrollment.verification.call


async def _announce(enrollment: Enrollment) -> EnrollmentOutcome:
    entries = enrollment.timeline.count
    news = announce_input(enrollment.id, enrollment.account, untold(enrollment))
    announces = await hand_over(news)
    return lambda enrollment, now: step_results.announced(enrollment, entries, announces, now)


async def _send(enrollment: Enrollment, letter: Letter, to: str) -> EnrollmentOutcome:
    sending = workflow.execute_activity_method(
        EmailActivities.send_letter,
        send_letter_input(enrollment, letter, to),
        task_queue=EMAIL_QUEUE,
        schedule_to_close_timeout=LETTER,
        start_to_close_timeout=A_MESSAGE,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RETRY,
        cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        summary=web_ui.letter_summary(letter),
    )
    result = await or_failed(sending, Result.PROVIDER_FAILED)
    return lambda enrollment, now: step_results.sent(enrollment, letter, result, now)


async def _share_contact(enrollment: Enrollment) -> EnrollmentOutcome:
    news = enrollment.contact_news
    told = await tell_other_workflow(
        SharingActivities.tell_case,
        share_contact_input(enrollment.id, enrollment.account, news),
        "Tell an open case of the new number or address",
    )
    return lambda enrollment, now: step_results.shared_contact(enrollment, news, told, now)


async def _tell_deactivation(enrollment: Enrollment) -> EnrollmentOutcome:
    news = tell_deactivation_input(enrollment)
    told = await tell_other_workflow(
        SharingActivities.tell_case_of_deactivation,
        news,
        "Tell an open case that the account is deactivated",
    )
    return lambda enrollment, now: step_results.told_deactivation(enrollment, news.by, told, now)
