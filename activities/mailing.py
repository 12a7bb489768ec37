"""E-mails to the seller and to the desk (docs/rules.md, sections 2, 4 and 5)."""

from dataclasses import dataclass

from temporalio import activity

from activities.failures import provider_failures
from activities.heartbeats import to_its_end
from activities.messages import Composer
from domain.attempt import Result
from domain.enrollment.orders import LetterOrder
from domain.orders import DeskOrder, MailOrder
from providers.protocols import Mail


@dataclass(frozen=True)
class MailActivities:
    """Activities of the queue `email`."""

    mail: Mail
    composer: Composer

    @activity.defn
    async def send_email(self, order: MailOrder) -> Result:
        """E-mail the seller: `accepted` or `bounced`."""
        message = self.composer.to_seller(order)
        with provider_failures():
            return await to_its_end(self.mail.send(message))

    @activity.defn
    async def send_letter(self, order: LetterOrder) -> Result:
        """E-mail a seller about their standing: `accepted` or `bounced`."""
        message = self.composer.to_member(order)
        with provider_failures():
            return await to_its_end(self.mail.send(message))

    @activity.defn
    async def tell_desk(self, order: DeskOrder) -> Result:
        """E-mail the desk what waits for it."""
        message = self.composer.to_desk(order)
        with provider_failures():
            return await to_its_end(self.mail.send(message))
