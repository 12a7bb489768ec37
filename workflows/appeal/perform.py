"""Performs each step of an appeal: by which activity, on which queue, with which timeouts."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.workflow import ActivityCancellationType

from activities.accounts import AccountActivities
from activities.appeals import AppealActivities
from activities.emails import EmailActivities
from domain.appeal import look_up, step_results
from domain.appeal.activity_inputs import (
    LookForAnswerInput,
    look_up_appeal_input,
    reinstate_input,
    send_appeal_letter_input,
    tell_desk_of_appeal_input,
    tell_reinstatement_input,
)
from domain.appeal.announcements import untold
from domain.appeal.appeal import REMINDED_EVERY, Appeal
from domain.appeal.letters import AppealLetter
from domain.appeal.status import AppealReason
from domain.appeal.steps import (
    AppealStep,
    LookAtAccount,
    LookForAnswer,
    LookUp,
    Reinstate,
    Send,
    TellDesk,
    TellProgramme,
)
from domain.shared.activity_inputs import LookAtAccountInput, announce_input
from domain.shared.names import EMAIL_QUEUE
from domain.shared.result import Result
from domain.shared.steps import Announce, WaitUntil
from workflows.appeal import web_ui
from workflows.shared.activity_options import A_MESSAGE, HEARTBEAT, LETTER, RETRY, or_failed
from workflows.shared.announcing import hand_over

AppealOutcome = Callable[[Appeal, datetime], None]
"""Tells the appeal the outcome of a step."""

_WAIT = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
_ACCOUNT_WITHIN = timedelta(hours=24)
"""How long the account service is tried."""


async def perform(appeal: Appeal, step: AppealStep) -> AppealOutcome:
    """Perform a step and return its outcome."""
    match step:
        case LookUp():
            return await _look_up(appeal)
        case Send(number=number, to=to):
            letter = next(one for one in appeal.letters if one.number == number)
            return await _send(appeal, letter, to)
        case TellDesk(due=due):
            return await _tell_desk(appeal, due)
        case LookForAnswer():
            return await _look_for_answer(appeal)
        case Reinstate():
            return await _reinstate(appeal)
        case LookAtAccount():
            return await _look_at_account(appeal)
        case TellProgramme():
            return await _tell_programme(appeal)
        case Announce():
            return await _announce(appeal)
        case WaitUntil(moment=moment):
            summary = web_ui.wait_summary(appeal, moment)
            await workflow.sleep(moment - workflow.now(), summary=summary)
            return lambda appeal, now: None  # `advance` sees by itself that time passed


async def _look_up(appeal: Appeal) -> AppealOutcome:
    facts = await workflow.execute_activity_method(
        AppealActivities.look_up_appeal,
        look_up_appeal_input(appeal),
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary="Look up the case that deactivated the account",
    )
    return lambda appeal, now: look_up.looked_up(appeal, facts, now)


async def _send(appeal: Appeal, letter: AppealLetter, to: str) -> AppealOutcome:
    sending = workflow.execute_activity_method(
        EmailActivities.send_appeal_letter,
        send_appeal_letter_input(appeal, letter, to),
        task_queue=EMAIL_QUEUE,
        schedule_to_close_timeout=LETTER,
        start_to_close_timeout=A_MESSAGE,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RETRY,
        cancellation_type=_WAIT,
        summary=web_ui.letter_summary(letter),
    )
    result = await or_failed(sending, Result.PROVIDER_FAILED)
    return lambda appeal, now: step_results.sent(appeal, letter, result, now)


async def _tell_desk(appeal: Appeal, due: datetime) -> AppealOutcome:
    telling = workflow.execute_activity_method(
        EmailActivities.tell_desk_of_appeal,
        tell_desk_of_appeal_input(appeal, due),
        task_queue=EMAIL_QUEUE,
        schedule_to_close_timeout=REMINDED_EVERY,
        start_to_close_timeout=A_MESSAGE,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RETRY,
        summary="Tell the desk of the appeal",
    )
    result = await or_failed(telling, Result.PROVIDER_FAILED)
    told = result is Result.ACCEPTED
    return lambda appeal, now: step_results.told_desk(appeal, due, told, now)


async def _look_for_answer(appeal: Appeal) -> AppealOutcome:
    """Look into the mailbox, and retry until it can be looked into. Nothing lapses before."""
    waits = await workflow.execute_activity_method(
        AppealActivities.look_for_answer,
        LookForAnswerInput(appeal_id=appeal.id, asked_at=appeal.since),
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary="Look whether an answer waits in the mailbox",
    )
    return lambda appeal, now: step_results.looked_for_answer(appeal, waits, now)


async def _reinstate(appeal: Appeal) -> AppealOutcome:
    try:
        await workflow.execute_activity_method(
            AppealActivities.reinstate_account,
            reinstate_input(appeal),
            schedule_to_close_timeout=_ACCOUNT_WITHIN,
            start_to_close_timeout=A_MESSAGE,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=RETRY,
            cancellation_type=_WAIT,
            summary="Reinstate the account",
        )
    except ActivityError as error:
        held = _is_held(error)
        reason = AppealReason.REINSTATEMENT_HELD if held else AppealReason.REINSTATEMENT_FAILED
        return lambda appeal, now: step_results.not_reinstated(appeal, reason, now)
    return step_results.reinstated


def _is_held(error: ActivityError) -> bool:
    """Tell whether another has deactivated the account, so that a person decides."""
    cause = error.cause
    return isinstance(cause, ApplicationError) and cause.type == AppealReason.REINSTATEMENT_HELD


async def _look_at_account(appeal: Appeal) -> AppealOutcome:
    """Look at the account. If nobody can for a day, the answer is sent as it was decided."""
    account = appeal.account
    looking = workflow.execute_activity_method(
        AccountActivities.look_at_account,
        LookAtAccountInput(store=account.store, seller_id=account.seller_id),
        schedule_to_close_timeout=_ACCOUNT_WITHIN,
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary="Look whether the account is deactivated",
    )
    active = await or_failed(looking, False)
    return lambda appeal, now: step_results.looked_at_account(appeal, active, now)


async def _tell_programme(appeal: Appeal) -> AppealOutcome:
    """Tell the programme, and retry until it accepts. The appeal does not close before."""
    try:
        expelled = await workflow.execute_activity_method(
            AppealActivities.tell_reinstatement,
            tell_reinstatement_input(appeal),
            start_to_close_timeout=A_MESSAGE,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=RETRY,
            summary="Tell the programme that the account is active again",
        )
    except ActivityError as error:
        if not _is_held(error):
            raise
        return step_results.deactivated_meanwhile
    return lambda appeal, now: step_results.told_programme(appeal, expelled, now)


async def _announce(appeal: Appeal) -> AppealOutcome:
    entries = appeal.timeline.count
    announces = await hand_over(announce_input(appeal.id, appeal.account, untold(appeal)))
    return lambda appeal, now: step_results.announced(appeal, entries, announces, now)
