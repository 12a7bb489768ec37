"""Deactivate accounts, and tell the programme about it (docs/rules.md, section 6)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain.case.activity_inputs import DeactivateInput, ExpelInput
from domain.case.status import Reason
from domain.shared.activity_inputs import TellDeactivationInput
from providers.protocols import AccountService, Programme, ProviderFailed
from providers.temporal.failures import provider_failures
from providers.temporal.heartbeats import shielded

SILENCE_HELD = "SilenceHeld"


class SilenceHeld(ApplicationError):
    """Deactivating for silence is held for now. A retry at once does not help."""

    def __init__(self, until: datetime) -> None:
        super().__init__(
            f"nobody is deactivated for silence until {until.isoformat()} "
            "(CASE72_SILENCE_HELD_UNTIL)",
            type=SILENCE_HELD,
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

    @activity.defn
    async def deactivate_account(self, input: DeactivateInput) -> None:
        """Deactivate the account and read it back. Do nothing if it is deactivated already.

        Raises:
            SilenceHeld: deactivating for silence is held; a person decides instead.
        """
        with provider_failures():
            await shielded(self._deactivate(input))

    async def _deactivate(self, input: DeactivateInput) -> None:
        if not await self.accounts.is_active(input.store, input.seller_id):
            return
        silent = input.reason == Reason.NOT_REACHED
        if silent and self.silence_held_until and datetime.now(UTC) < self.silence_held_until:
            raise SilenceHeld(self.silence_held_until)
        await self.accounts.deactivate(input.store, input.seller_id, input.case_id)
        if await self.accounts.is_active(input.store, input.seller_id):
            raise ProviderFailed("the account is active although it was deactivated")

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
