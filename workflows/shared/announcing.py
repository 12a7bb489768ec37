"""How a case, an enrollment and an appeal hand over what the marketplace's systems are told."""

from temporalio import workflow

from activities.webhooks import WebhookActivities
from domain.shared.activity_inputs import AnnounceInput
from workflows.shared.activity_options import A_MESSAGE, RETRY


async def hand_over(news: AnnounceInput) -> bool:
    """Hand events over to their deliveries, and retry until Temporal has taken them.

    Return whether there is any receiver. None is waited for: the deliveries are workflows of their
    own.
    """
    return await workflow.execute_activity_method(
        WebhookActivities.announce,
        news,
        start_to_close_timeout=A_MESSAGE,
        retry_policy=RETRY,
        summary=f"Announce {', '.join(event.type for event in news.events)}",
    )
