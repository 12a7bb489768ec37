"""The protocols that an appeal needs, beside those of protocols.py."""

from typing import Protocol

from domain.appeal.activity_inputs import TellReinstatementInput
from domain.case.view import CaseView
from domain.enrollment.view import EnrollmentView
from providers.protocols import ProviderFailed
from providers.workflow_protocols import Programme


class DeactivatedByAnother(ProviderFailed):
    """The account is deactivated, and not by the case whose deactivation is to be taken back."""


class AppealedProgramme(Programme, Protocol):
    """The programme, as appeals know it."""

    async def find(self, store: str, seller_id: str) -> EnrollmentView | None:
        """Return what the programme knows of a seller, or None if it does not know them.

        Raises:
            ProviderFailed: the programme did not answer.
        """

    async def reinstate(self, input: TellReinstatementInput) -> bool:
        """Record that the account is active again. A repeat changes nothing.

        Return whether the seller is still expelled.

        Raises:
            ProviderFailed: the programme did not accept it.
        """


class ClosedCases(Protocol):
    """The records of cases that have ended."""

    async def find(self, case_id: str) -> CaseView | None:
        """Return what a case ended with. None: Temporal does not keep it any more.

        Raises:
            ProviderFailed: Temporal did not answer, or the case has not closed yet.
        """
