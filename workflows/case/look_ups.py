"""What a case looks up: what depends on the data of a machine, or on other services."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.opening import OpeningActivities
from domain.case import step_results
from domain.case.activity_inputs import LookUpInput
from domain.case.case import Case
from domain.case.step_results import CaseOutcome
from workflows.shared.activity_options import A_MESSAGE, RETRY


async def look_up(case: Case) -> CaseOutcome:
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


async def look_up_hours(case: Case) -> CaseOutcome:
    """Find out the calling hours further ahead."""
    hours = await workflow.execute_activity_method(
        OpeningActivities.look_up_hours,
        args=[case.account, case.rules, workflow.now()],
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary="Look up calling hours further ahead",
    )
    return lambda case, now: step_results.looked_up_hours(case, hours, now)


async def look_up_find_hashes(case: Case) -> CaseOutcome:
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
