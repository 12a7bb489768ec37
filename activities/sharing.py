"""What one workflow of an account knows of numbers, addresses and the account, the other hears."""

from dataclasses import dataclass

from temporalio import activity

from activities.support.failures import provider_failures
from domain.case.activity_inputs import ShareContactInput, TellDeactivationInput
from providers.protocols import OpenCases, Programme
from reference.contact_check import number_problem


@dataclass(frozen=True)
class SharingActivities:
    """Activities of the queue `cases` by which the two workflows of an account hear news."""

    programme: Programme
    cases: OpenCases

    @activity.defn
    async def check_number(self, phone: str) -> bool:
        """Whether the number that an enrollment began with is called (docs/rules.md, section 2)."""
        return number_problem(phone) is None

    @activity.defn
    async def tell_enrollment(self, input: ShareContactInput) -> None:
        """Let the account's enrollment know; there may be none."""
        with provider_failures():
            await self.programme.change_contact(input)

    @activity.defn
    async def tell_case(self, input: ShareContactInput) -> None:
        """Let the account's open case know; there may be none."""
        with provider_failures():
            await self.cases.change_contact(input)

    @activity.defn
    async def tell_case_of_deactivation(self, input: TellDeactivationInput) -> None:
        """Let the account's open case know that the account is deactivated; there may be none."""
        with provider_failures():
            await self.cases.record_deactivation(input)
