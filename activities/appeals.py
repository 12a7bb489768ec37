"""Look up what an appeal is about, and reinstate the account (docs/rules.md, section 9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.accounts import keep_deactivated
from domain.appeal.activity_inputs import (
    LookForAnswerInput,
    LookUpAppealInput,
    ReinstateInput,
    TellReinstatementInput,
)
from domain.appeal.deactivation import AppealFacts, Deactivation, Terms, deactivation_of
from domain.appeal.status import AppealReason
from domain.case.status import Reason
from domain.case.view import CaseView
from domain.enrollment.view import EnrollmentView
from domain.shared.account import SellerAccount, Store
from domain.shared.errors import Refusal
from providers.appeal_protocols import AppealedProgramme, ClosedCases, DeactivatedByAnother
from providers.protocols import AccountService, NotNow, ProviderFailed, UnreadMail
from providers.temporal.failures import provider_failures
from providers.temporal.heartbeats import shielded

_HELD_ANEW = timedelta(hours=1)
"""How often it is looked whether operations still hold the silence of sellers."""


@dataclass(frozen=True)
class AppealActivities:
    """Activities of the queue `cases` that an appeal needs."""

    accounts: AccountService
    programme: AppealedProgramme
    closed_cases: ClosedCases
    terms: Terms
    unread_mail: UnreadMail | None = None
    """What may be from a seller who counts as silent. None: nothing tells."""
    announces: bool = False
    """Whether a receiver of events is configured."""
    silence_held_until: datetime | None = None
    """Before this moment no silence counts, neither of a case nor of an appeal."""
    takes_answers: bool = True
    """Whether a seller's answer comes here, by the page or by mail that is read."""

    @activity.defn
    async def look_up_appeal(self, input: LookUpAppealInput) -> AppealFacts:
        """Return which case deactivated the account, and who had a part in it."""
        with provider_failures():
            return await self._look_up(input)

    async def _look_up(self, input: LookUpAppealInput) -> AppealFacts:
        known = await self.programme.find(input.store, input.seller_id)
        has_later = known is not None and known.deactivated_by not in (None, input.case_id)
        if input.case_id is not None and not has_later:
            case = await self.closed_cases.find(input.case_id)
            own = await self._deactivation(case) if case else None
            return self._facts(_account(input), deactivation=own)
        account = known.account if known else _account(input)
        if known is None or await self.accounts.is_active(input.store, input.seller_id):
            return self._nothing(account, Refusal.NOT_DEACTIVATED)
        case_id, at = known.deactivated_by, known.deactivated_at
        if case_id is None or at is None:
            return self._nothing(account, Refusal.NOT_BY_A_CASE)
        case = await self.closed_cases.find(case_id)
        if case is None:
            gone = Deactivation(case_id=case_id, at=at, reason=None, part=None)
            return self._facts(account, deactivation=gone)
        found = await self._deactivation(case)
        if found is None:
            return self._nothing(account, Refusal.NOT_BY_A_CASE)
        return self._facts(_merged(case, known), deactivation=found)

    async def _deactivation(self, case: CaseView) -> Deactivation | None:
        return deactivation_of(case, message_waits=await self._message_waits(case))

    def _nothing(self, account: SellerAccount, problem: Refusal) -> AppealFacts:
        return self._facts(account, problem=problem)

    def _facts(
        self,
        account: SellerAccount,
        *,
        deactivation: Deactivation | None = None,
        problem: Refusal | None = None,
    ) -> AppealFacts:
        return AppealFacts(
            terms=self.terms,
            account=account,
            deactivation=deactivation,
            problem=problem,
            announces=self.announces,
        )

    async def _message_waits(self, case: CaseView) -> bool:
        if self.unread_mail is None or case.reason != Reason.NOT_REACHED:
            return False
        try:
            return await self.unread_mail.waits_for(case.id, case.opened_at)
        except NotNow:
            raise  # it is looked into for others, and soon free
        except ProviderFailed:
            # An appeal does not wait for the mailbox: the desk sees the mailbox too.
            return False

    @activity.defn
    async def look_for_answer(self, input: LookForAnswerInput) -> bool:
        """Return whether a message about an appeal waits, or may wait, where only people read it.

        A mailbox that is away is an outage of ours: the appeal waits for it. So it does while
        operations hold the silence of sellers.
        """
        with provider_failures():
            held = self.silence_held_until
            if held and (now := datetime.now(UTC)) < held:
                wait = min(held - now, _HELD_ANEW)
                raise NotNow("no silence counts now (CASE72_SILENCE_HELD_UNTIL)", wait)
            if self.unread_mail is None:
                return not self.takes_answers
            return await self.unread_mail.waits_for(input.appeal_id, input.asked_at)

    @activity.defn
    async def reinstate_account(self, input: ReinstateInput) -> None:
        """Reinstate the account and read it back. Do nothing if it is active already.

        Raises:
            ApplicationError: another has deactivated the account. A person decides.
        """
        with provider_failures():
            await shielded(self._reinstate(input))

    async def _reinstate(self, input: ReinstateInput) -> None:
        # A later case that found the account deactivated has asked the service for nothing.
        known = await self.programme.find(input.store, input.seller_id)
        if known and known.deactivated_by not in (None, input.case_id):
            raise _held("another case has deactivated the account since")
        if await self.accounts.is_active(input.store, input.seller_id):
            return
        cases = known.deactivated_in if known else ()
        await self._take_back(input, cases or (input.case_id,))
        if not await self.accounts.is_active(input.store, input.seller_id):
            raise ProviderFailed("the account is deactivated although it was reinstated")

    async def _take_back(self, input: ReinstateInput, cases: Sequence[str]) -> None:
        """Take back the deactivation of one of these cases: the account service has its key."""
        for case_id in cases:
            try:
                await self.accounts.reinstate(input.store, input.seller_id, case_id, input.key)
            except DeactivatedByAnother as by_another:
                held = _held(str(by_another))
            else:
                return
        raise held

    @activity.defn
    async def tell_reinstatement(self, input: TellReinstatementInput) -> bool:
        """Tell the programme that the account is active again.

        Return whether the seller is still expelled from it.

        Raises:
            ApplicationError: another has deactivated the account meanwhile. A person decides.
        """
        with provider_failures():
            return await shielded(self._tell_reinstatement(input))

    async def _tell_reinstatement(self, input: TellReinstatementInput) -> bool:
        try:
            return await self.programme.reinstate(input)
        except DeactivatedByAnother as by_another:
            held = _held(str(by_another))
        await keep_deactivated(self.accounts, self.programme, input.store, input.seller_id)
        raise held


def _held(why: str) -> ApplicationError:
    return ApplicationError(
        why,
        type=AppealReason.REINSTATEMENT_HELD,
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )


def _account(input: LookUpAppealInput) -> SellerAccount:
    return SellerAccount(store=Store(input.store), seller_id=input.seller_id)


def _merged(case: CaseView, known: EnrollmentView) -> SellerAccount:
    """Return what is known of the seller: what the enrollment has, and else what the case had."""
    of_case = case.account.model_dump()
    newer = {name: value for name, value in known.account.model_dump().items() if value}
    return SellerAccount.model_validate(of_case | newer)
