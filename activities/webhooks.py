"""Hand events over to their deliveries, and deliver them (docs/rules.md, section 7)."""

from dataclasses import dataclass

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain.shared.activity_inputs import AnnounceInput, DeliverInput
from providers.temporal.failures import provider_failures
from providers.temporal.heartbeats import heartbeats
from providers.webhooks.sender import ReceiverGone, Webhooks
from providers.workflow_protocols import EventDeliveries


@dataclass(frozen=True)
class WebhookActivities:
    """`announce` of the queue `cases`, and `deliver` of the queue `webhooks`."""

    webhooks: Webhooks
    deliveries: EventDeliveries

    @activity.defn
    async def announce(self, input: AnnounceInput) -> bool:
        """Hand events over to the delivery to each receiver. Return whether there is any.

        A repeat changes nothing.
        """
        with provider_failures():
            for name, receiver in self.webhooks.receivers.items():
                events = receiver.shown(input.events, input.account)
                await self.deliveries.hand_over(name, input.own_id, input.account, events)
        return bool(self.webhooks.receivers)

    @activity.defn
    async def deliver(self, input: DeliverInput) -> None:
        """Send an event to a receiver.

        Raises:
            ApplicationError: the receiver did not take it. A receiver that is gone is not retried.
        """
        try:
            async with heartbeats():
                with provider_failures():
                    await self.webhooks.send(input.receiver, input.event)
        except ReceiverGone as gone:
            raise ApplicationError(
                str(gone),
                type="ReceiverGone",
                non_retryable=True,
                category=ApplicationErrorCategory.BENIGN,
            ) from None
