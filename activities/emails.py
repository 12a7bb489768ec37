"""E-mails to the seller and to the desk (docs/rules.md, sections 2, 4, 5 and 9)."""

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

from temporalio import activity

from domain.appeal.activity_inputs import SendAppealLetterInput, TellDeskOfAppealInput
from domain.case.activity_inputs import SendEmailInput, TellDeskInput
from domain.enrollment.activity_inputs import SendLetterInput
from domain.shared.result import Result
from mail.composer import CannotBeWritten, Composer
from providers.protocols import Mail
from providers.temporal.failures import provider_failures
from providers.temporal.heartbeats import shielded


@dataclass(frozen=True)
class EmailActivities:
    """Activities of the queue `email`."""

    mail: Mail
    composer: Composer

    @activity.defn
    async def send_email(self, input: SendEmailInput) -> Result:
        """E-mail the seller. Return `accepted` or `bounced`."""
        return await self._send(lambda: self.composer.to_seller(input))

    @activity.defn
    async def send_letter(self, input: SendLetterInput) -> Result:
        """E-mail a seller about their enrollment. Return `accepted` or `bounced`."""
        return await self._send(lambda: self.composer.to_member(input))

    @activity.defn
    async def send_appeal_letter(self, input: SendAppealLetterInput) -> Result:
        """E-mail a seller about their appeal. Return `accepted` or `bounced`."""
        return await self._send(lambda: self.composer.about_appeal(input))

    @activity.defn
    async def tell_desk_of_appeal(self, input: TellDeskOfAppealInput) -> Result:
        """E-mail the desk about an appeal that waits for it."""
        return await self._send(lambda: self.composer.to_desk_about_appeal(input))

    @activity.defn
    async def tell_desk(self, input: TellDeskInput) -> Result:
        """E-mail the desk about what waits for its decision."""
        return await self._send(lambda: self.composer.to_desk(input))

    async def _send(self, compose: Callable[[], EmailMessage]) -> Result:
        try:
            message = compose()
        except CannotBeWritten:
            return Result.BOUNCED
        with provider_failures():
            return await shielded(self.mail.send(message, self.composer.returns_to(message)))
