"""The protocols of our own workflows, as activities reach them.

An adapter raises `ProviderFailed` if the workflow cannot be asked or told. That is retried.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from domain.case.activity_inputs import ExpelInput
from domain.enrollment.view import EnrollmentView
from domain.shared.account import SellerAccount
from domain.shared.activity_inputs import ShareContactInput, TellDeactivationInput
from domain.shared.announcements import Announcement


class Standing(NamedTuple):
    """What a case has to know of an account's standing in the programme."""

    not_enrolled: str | None
    """Why it is not enrolled, without personal data. None if it is."""
    is_verified: bool = False
    """Whether its number is proven."""


class Programme(Protocol):
    """The programme, which knows who is enrolled."""

    async def standing(self, store: str, seller_id: str) -> Standing:
        """Return whether an account is enrolled, and its number proven.

        Raises:
            ProviderFailed: the programme did not answer.
        """

    async def find(self, store: str, seller_id: str) -> EnrollmentView | None:
        """Return what the programme knows of a seller, or None if it does not know them.

        Raises:
            ProviderFailed: the programme did not answer.
        """

    async def expel(self, input: ExpelInput) -> None:
        """Expel the account for harmful conduct. A repeat changes nothing.

        Raises:
            ProviderFailed: the programme did not accept it.
        """

    async def record_deactivation(self, input: TellDeactivationInput) -> None:
        """Record that the account is deactivated. A repeat changes nothing.

        Raises:
            ProviderFailed: the programme did not accept it.
        """

    async def change_contact(self, input: ShareContactInput) -> None:
        """Tell the account's enrollment, if there is one, of the change, or that a call connected.

        Raises:
            ProviderFailed: the programme did not accept it.
        """


class OpenCases(Protocol):
    """The open cases."""

    async def change_contact(self, input: ShareContactInput) -> None:
        """Tell the account's open case, if there is one, and its appeal of the change.

        Raises:
            ProviderFailed: the case did not answer.
        """

    async def status(self, store: str, seller_id: str) -> str | None:
        """Return the status of the account's open case; None if there is none.

        Raises:
            ProviderFailed: nobody knows.
        """

    async def record_deactivation(self, input: TellDeactivationInput) -> None:
        """Tell the account's open case, if there is one, that the account is deactivated.

        Raises:
            ProviderFailed: the case did not answer, or is deactivating the account itself.
        """


class EventDeliveries(Protocol):
    """The deliveries of events to receivers."""

    async def hand_over(
        self, receiver: str, own_id: str, account: SellerAccount, events: Sequence[Announcement]
    ) -> None:
        """Hand events of a case, an enrollment or an appeal over. A repeat changes nothing.

        Raises:
            ProviderFailed: Temporal did not take them.
        """
