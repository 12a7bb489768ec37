"""A number or an address changed in one workflow of an account reaches the other."""

from dataclasses import dataclass

from temporalio import activity

from activities.contact_check import number_problem
from activities.failures import provider_failures
from domain.orders import ContactOrder
from providers.protocols import OpenCases, Programme


@dataclass(frozen=True)
class ContactActivities:
    """Activities of the queue `cases` about numbers and addresses."""

    programme: Programme
    cases: OpenCases

    @activity.defn
    async def check_number(self, phone: str) -> bool:
        """Whether the number that an enrollment began with is called (docs/rules.md, section 2)."""
        return number_problem(phone) is None

    @activity.defn
    async def tell_enrollment(self, order: ContactOrder) -> None:
        """Let the account's enrollment know; there may be none."""
        with provider_failures():
            await self.programme.change_contact(order)

    @activity.defn
    async def tell_case(self, order: ContactOrder) -> None:
        """Let the account's open case know; there may be none."""
        with provider_failures():
            await self.cases.change_contact(order)
