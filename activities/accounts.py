"""Deactivate accounts, and tell the programme about it (docs/rules.md, section 6)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain.case.activity_inputs import DeactivateInput, ExpelInput
from domain.case.status import Reason
from domain.shared.activity_inputs import TellDeactivationInput
from domain.shared.names import run_id_of
from providers.protocols import AccountService, ProviderFailed, UnreadMail
from providers.temporal.failures import provider_failures
from providers.temporal.heartbeats import shielded
from providers.workflow_protocols import Programme


class Held(ApplicationError):
    """A deactivation for silence is held. A person decides instead.

    Its `type` is the reason of the escalation.
    """

    def __init__(self, reason: Reason, why: str) -> None:
        super().__init__(
            why,
            type=reason,
            non_retryable=True,
            category=ApplicationErrorCategory.BENIGN,
        )


@dataclass(frozen=True)
class AccountActivities:
    """Activities of the queue `cases` that change the account."""

    accounts: AccountService
    programme: Programme
    silence_held_until: datetime | None = None
    """Before this moment no account is deactivated for silence."""
    unread_mail: UnreadMail | None = None
    """What may be from a seller who counts as silent. None: nothing tells."""

    @activity.defn
    async def deactivate_account(self, input: DeactivateInput) -> None:
        """Deactivate the account and read it back. Do nothing if it is deactivated already.

        Raises:
            Held: nobody is deactivated for silence now, or this seller may not be silent.
        """
        with provider_failures():
            await shielded(self._deactivate(input))

    async def _deactivate(self, input: DeactivateInput) -> None:
        if not await self.accounts.is_active(input.store, input.seller_id):
            return
        if input.reason == Reason.NOT_REACHED:
            await self._check_silence(input.case_id)
        await self.accounts.deactivate(input.store, input.seller_id, input.case_id)
        if await self.accounts.is_active(input.store, input.seller_id):
            raise ProviderFailed("the account is active although it was deactivated")

    async def _check_silence(self, case_id: str) -> None:
        until = self.silence_held_until
        if until and datetime.now(UTC) < until:
            raise Held(
                Reason.SILENCE_HELD,
                f"nobody is deactivated for silence until {until.isoformat()} "
                "(CASE72_SILENCE_HELD_UNTIL)",
            )
        if self.unread_mail and await self.unread_mail.waits_for(run_id_of(case_id)):
            raise Held(Reason.MESSAGE_WAITING, "no case has taken a message about the case")

    @activity.defn
    async def expel_account(self, input: ExpelInput) -> None:
        """Remove the account from the programme."""
        with provider_failures():
            await shielded(self.programme.expel(input))

    @activity.defn
    async def tell_deactivation(self, input: TellDeactivationInput) -> None:
        """Tell the programme that the account is deactivated."""
        with provider_failures():
            await shielded(self.programme.record_deactivation(input))
