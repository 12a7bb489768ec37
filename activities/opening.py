"""Look up what a case opens with: policy, calling hours, number and coverage."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.case.activity_inputs import LookUpInput
from domain.case.calling_hours import CallingWindow, calling_hours
from domain.case.policy import Coverage, Policy, effective_policy
from domain.case.policy_limits import LEAST_WINDOW, unfair
from domain.case.steps import CaseFacts
from domain.shared.account import Account
from domain.shared.errors import explain
from providers.protocols import AccountService
from providers.temporal.failures import provider_failures
from providers.workflow_protocols import Programme, Standing
from reference.contact_check import email_problem, number_problem, zone_problem
from reference.find_hashes import FindHashes
from reference.time_zones import zone_of

HOURS_AHEAD = timedelta(days=4)
"""How far beyond the window calling hours are looked up."""


class BadInput(ApplicationError):
    """The case was started with invalid input. A retry does not help."""

    def __init__(self, message: str) -> None:
        super().__init__(message, type="BadInput", non_retryable=True)


@dataclass(frozen=True)
class OpeningActivities:
    """Activities of the queue `cases` that look things up."""

    programme: Programme
    accounts: AccountService
    least_window: timedelta = LEAST_WINDOW
    """The shortest window that a policy may set."""
    announces: bool = False
    """Whether a receiver of events is configured."""
    find: FindHashes | None = None
    """Makes the hashes by which cases are found. None: there is no secret for them."""

    @activity.defn
    async def look_up(self, input: LookUpInput) -> CaseFacts:
        """Return the facts a case opens with (docs/rules.md, section 3).

        Raises:
            BadInput: the policy, the e-mail address or the time zone is invalid.
        """
        try:
            policy = effective_policy(input.policy)
        except ValueError as error:
            raise BadInput(f"policy: {explain(error)}") from None
        if problem := unfair(policy, self.least_window):
            raise BadInput(f"policy: {problem}")
        account = input.account
        if problem := email_problem(account.email):
            raise BadInput(f"account.email: {problem}")
        if problem := zone_problem(account.time_zone):
            raise BadInput(f"account.time_zone: {problem}")
        hours = hours_of(account, policy, input.now)
        deactivated, standing = False, Standing(None)
        if not input.harmful:
            with provider_failures():
                deactivated = not await self.accounts.is_active(account.store, account.seller_id)
                if policy.coverage is Coverage.ENROLLED and not deactivated:
                    standing = await self.programme.standing(account.store, account.seller_id)
        return CaseFacts(
            policy=policy,
            hours=hours,
            not_called=number_problem(input.account.emergency_phone),
            not_covered=standing.not_enrolled,
            deactivated=deactivated,
            shares_contact=True,
            tells_answers=standing.is_verified,
            find_hashes=self._find_hashes(account),
            announces=self.announces,
        )

    @activity.defn
    async def look_up_hours(
        self, account: Account, policy: Policy, now: datetime
    ) -> tuple[CallingWindow, ...]:
        """Return the calling hours from `now` on, in UTC, for the weeks ahead."""
        return hours_of(account, policy, now)

    @activity.defn
    async def look_up_find_hashes(self, account: Account) -> tuple[str, ...]:
        """Return the hashes by which the case of an account is found. Without a secret: none."""
        return self._find_hashes(account)

    def _find_hashes(self, account: Account) -> tuple[str, ...]:
        return self.find.of_account(account) if self.find else ()


def hours_of(account: Account, policy: Policy, now: datetime) -> tuple[CallingWindow, ...]:
    """Return the calling hours of an account from `now` on, as far as planning needs them.

    Raises:
        UnknownZone: this machine does not know the zone. One that was known when
            the case opened is looked up again until it is: a lack of ours ends no case.
    """
    until = now + policy.window + HOURS_AHEAD
    zone = zone_of(account.time_zone)
    return calling_hours(policy.quiet_from, policy.quiet_until, zone, now, until)
