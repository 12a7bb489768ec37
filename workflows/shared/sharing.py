"""How a case and an enrollment tell each other what changed."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from temporalio import workflow

from activities.sharing import SharingActivities
from domain.shared.activity_inputs import ShareContactInput, TellDeactivationInput
from workflows.shared.activity_options import A_MESSAGE, RETRY, SHARING, or_failed

News = TypeVar("News", ShareContactInput, TellDeactivationInput)


async def tell_other_workflow(
    tell: Callable[[SharingActivities, News], Coroutine[Any, Any, None]],
    news: News,
    summary: str,
) -> bool:
    """Tell the account's other workflow. Return whether that succeeded in time."""

    async def told() -> bool:
        await workflow.execute_activity_method(
            tell,
            news,
            schedule_to_close_timeout=SHARING,
            start_to_close_timeout=A_MESSAGE,
            retry_policy=RETRY,
            summary=summary,
        )
        return True

    return await or_failed(told(), failed=False)
