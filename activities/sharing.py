"""Pass news between the case and the enrollment of an account."""

from dataclasses import dataclass

from temporalio import activity

from domain.case.status import Status
from domain.enrollment.activity_inputs import CheckNumberInput
from domain.enrollment.steps import NumberFacts
from domain.shared.activity_inputs import ShareContactInput, TellDeactivationInput
from providers.temporal.failures import provider_failures
from providers.workflow_protocols import OpenCases, Programme
from reference.contact_check import number_problem


@dataclass(frozen=True)
class SharingActivities:
    """Activities of the queue `cases` that tell the account's other workflow of a change."""

    programme: Programme
    cases: OpenCases
    announces: bool = False
    """Whether a receiver of events is configured."""
    must_be_verified: bool = False
    """Whether only a proven number enrolls."""

    @activity.defn
    async def check_number(self, input: CheckNumberInput) -> NumberFacts:
        """Return what decides whether an enrollment's number counts (docs/rules.md, section 2)."""
        status = None
        if self.must_be_verified and input.asks_for_case:
            with provider_failures():
                status = await self.cases.status(input.store, input.seller_id)
        return NumberFacts(
            valid=number_problem(input.phone) is None,
            must_be_verified=self.must_be_verified,
            contacting=status == Status.CONTACTING,
            announces=self.announces,
        )

    @activity.defn
    async def tell_enrollment(self, input: ShareContactInput) -> None:
        """Tell the account's enrollment of the change, if there is an enrollment."""
        with provider_failures():
            await self.programme.change_contact(input)

    @activity.defn
    async def tell_case(self, input: ShareContactInput) -> None:
        """Tell the account's open case of the change, if a case is open, and its appeal."""
        with provider_failures():
            await self.cases.change_contact(input)

    @activity.defn
    async def tell_case_of_deactivation(self, input: TellDeactivationInput) -> None:
        """Tell the account's open case, if any, that the account is deactivated."""
        with provider_failures():
            await self.cases.record_deactivation(input)
