"""What a case looks up: what depends on the data of a machine, or on other services."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.accounts import AccountActivities
from activities.opening import OpeningActivities
from domain.case import step_results
from domain.case.activity_inputs import LookUpInput
from domain.case.case import Case
from domain.case.step_results import CaseOutcome
from domain.case.steps import LookAtAccount, LookUp, LookUpFindHashes, LookUpHours
from domain.shared.activity_inputs import LookAtAccountInput
from workflows.shared.activity_options import A_MESSAGE, RETRY

LookUps = LookUp | LookUpHours | LookUpFindHashes | LookAtAccount


async def find_out(case: Case, step: LookUps) -> CaseOutcome:
    """Find out what a step asks for.

    Raises:
        ApplicationError: the input that opened the case is bad.
    """
    match step:
        case LookUp():
            return await _look_up(case)
        case LookUpHours():
            return await _look_up_hours(case)
        case LookUpFindHashes():
            return await _look_up_find_hashes(case)
        case LookAtAccount():
            return await _look_at_account(case)


async def _look_up(case: Case) -> CaseOutcome:
    """Find out what opening the case takes.

    Raises:
        ApplicationError: the input that opened the case is bad.
    """
    question = LookUpInput(
        account=case.account,
        now=case.opened_at,
        policy=case.overrides,
        harmful=any(issue.harmful for issue in case.issues),
    )
    # A local activity would be quicker. But an update that comes while a local activity runs
    # leaves a history that does not replay (SDK 1.35).
    try:
        facts = await workflow.execute_activity_method(
            OpeningActivities.look_up,
            question,
            start_to_close_timeout=A_MESSAGE,
            retry_policy=RETRY,
            summary="Look up coverage and calling hours",
        )
    except ActivityError as error:
        _fail_on_bad_input(error)
        raise
    return lambda case, now: step_results.looked_up(case, facts, now)


def _fail_on_bad_input(error: ActivityError) -> None:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == "BadInput":
        raise ApplicationError(cause.message, type="BadInput", non_retryable=True) from None


async def _look_up_hours(case: Case) -> CaseOutcome:
    """Find out the calling hours further ahead."""
    hours = await workflow.execute_activity_method(
        OpeningActivities.look_up_hours,
        args=[case.account, case.rules, workflow.now()],
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary="Look up calling hours further ahead",
    )
    return lambda case, now: step_results.looked_up_hours(case, hours, now)


async def _look_up_find_hashes(case: Case) -> CaseOutcome:
    """Find out by which hashes the case is found."""
    account = case.account
    hashes = await workflow.execute_activity_method(
        OpeningActivities.look_up_find_hashes,
        account,
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary="Look up by what the case is found",
    )
    return lambda case, now: step_results.looked_up_find_hashes(case, account, hashes, now)


async def _look_at_account(case: Case) -> CaseOutcome:
    """Look at the account, and retry until the service answers.

    The last try to deactivate may still be under way there. It is given its time first.
    """
    await workflow.sleep(A_MESSAGE, summary="Wait for the last try to end")
    active = await workflow.execute_activity_method(
        AccountActivities.look_at_account,
        LookAtAccountInput(store=case.account.store, seller_id=case.account.seller_id),
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary="Look whether the account is deactivated after all",
    )
    return lambda case, now: step_results.looked_at_account(case, active, now)
