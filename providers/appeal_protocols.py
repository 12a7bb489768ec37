"""The protocols that an appeal needs, beside those of protocols.py."""

from typing import Protocol

from domain.appeal.activity_inputs import TellReinstatementInput
from domain.case.view import CaseView
from providers.protocols import ProviderFailed
from providers.workflow_protocols import Programme


class DeactivatedByAnother(ProviderFailed):
    """The account is deactivated by another than the case that is to be taken back."""


class AppealedProgramme(Programme, Protocol):
    """The programme, as appeals know it."""

    async def reinstate(self, input: TellReinstatementInput) -> bool:
        """Record that the account is active again. A repeat changes nothing.

        Return whether the seller is still expelled. A seller whom the programme has forgotten is
        not.

        Raises:
            DeactivatedByAnother: as the programme knows, another has deactivated it since.
            ProviderFailed: the programme did not accept it.
        """


class ClosedCases(Protocol):
    """The records of cases that have ended."""

    async def find(self, case_id: str) -> CaseView | None:
        """Return what a case ended with, or stands at while it closes.

        None: Temporal does not keep it any more, or it broke off and nobody can answer for it.

        Raises:
            ProviderFailed: Temporal did not answer.
        """
