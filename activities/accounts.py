"""Deactivate accounts, and tell the programme about it (docs/rules.md, section 6)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain.case.activity_inputs import DeactivateInput, ExpelInput
from domain.case.status import Reason
from domain.shared.activity_inputs import LookAtAccountInput, TellDeactivationInput
from domain.shared.events import BY_CASE
from providers.protocols import AccountService, ProviderFailed, UnreadMail
from providers.temporal.failures import provider_failures
from providers.temporal.heartbeats import shielded
from providers.workflow_protocols import Programme


async def keep_deactivated(
    accounts: AccountService, programme: Programme, store: str, seller_id: str
) -> None:
    """Deactivate an account that is active although a case's deactivation stands.

    An appeal of an earlier case was reinstating it while the later case found it deactivated, and
    so asked the account service for nothing.
    """
    if not await accounts.is_active(store, seller_id):
        return
    known = await programme.find(store, seller_id)
    if known and known.deactivated_by is not None:
        await _deactivate_and_read_back(accounts, store, seller_id, known.deactivated_by)


async def _deactivate_and_read_back(
    accounts: AccountService, store: str, seller_id: str, case_id: str
) -> None:
    await accounts.deactivate(store, seller_id, case_id)
    if await accounts.is_active(store, seller_id):
        raise ProviderFailed("the account is active although it was deactivated")


def _may_have_asked() -> bool:
    """Return whether an earlier try may have asked the account service to deactivate.

    A try that has not, and none before it, leaves its number in the heartbeat details.
    """
    info = activity.info()
    return info.attempt > 1 and tuple(info.heartbeat_details) != (info.attempt - 1,)


class Held(ApplicationError):
    """A deactivation for silence is held. A person decides instead.

    Its `type` is the reason of the escalation. Its first detail is whether an earlier try may have
    deactivated the account, without an answer to us.
    """

    def __init__(self, reason: Reason, why: str) -> None:
        super().__init__(
            why,
            _may_have_asked(),
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
        try:
            if not await self.accounts.is_active(input.store, input.seller_id):
                return
            if input.reason == Reason.NOT_REACHED:
                await self._check_silence(input)
        except ProviderFailed:
            if not _may_have_asked():
                activity.heartbeat(activity.info().attempt)
            raise
        await _deactivate_and_read_back(self.accounts, input.store, input.seller_id, input.case_id)

    async def _check_silence(self, input: DeactivateInput) -> None:
        until = self.silence_held_until
        if until and datetime.now(UTC) < until:
            raise Held(
                Reason.SILENCE_HELD,
                f"nobody is deactivated for silence until {until.isoformat()} "
                "(CASE72_SILENCE_HELD_UNTIL)",
            )
        if self.unread_mail and await self.unread_mail.waits_for(input.case_id, input.opened_at):
            raise Held(Reason.MESSAGE_WAITING, "no case has taken a message about the account")

    @activity.defn
    async def look_at_account(self, input: LookAtAccountInput) -> bool:
        """Return whether the account is active, so that no deactivation of it can stand."""
        with provider_failures():
            return await self.accounts.is_active(input.store, input.seller_id)

    @activity.defn
    async def expel_account(self, input: ExpelInput) -> None:
        """Remove the account from the programme."""
        with provider_failures():
            await shielded(self.programme.expel(input))

    @activity.defn
    async def tell_deactivation(self, input: TellDeactivationInput) -> None:
        """Tell the programme that the account is deactivated, and see to it that it is."""
        with provider_failures():
            await shielded(self._tell_deactivation(input))

    async def _tell_deactivation(self, input: TellDeactivationInput) -> None:
        if input.by != BY_CASE:
            await self._tell_what_was_found(input)
            return
        await self.programme.record_deactivation(input)
        # From here on no appeal of an earlier case goes through. One may have until now.
        await keep_deactivated(self.accounts, self.programme, input.store, input.seller_id)

    async def _tell_what_was_found(self, input: TellDeactivationInput) -> None:
        """Tell the programme of it, unless the account was reinstated since the case found it."""
        # In this order: a reinstatement is told once it is done. So either the account is active
        # now, or the programme hears of the reinstatement after what was seen of it.
        known = await self.programme.find(input.store, input.seller_id)
        if await self.accounts.is_active(input.store, input.seller_id):
            return
        seen = known.events if known else 0
        await self.programme.record_deactivation(input.model_copy(update={"seen": seen}))
