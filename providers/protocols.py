"""What the engine needs of the world: one small protocol for each provider.

An adapter raises `ProviderFailed` for a failure of the provider's own, which is tried again
and never held against the seller; everything else it answers is about the seller's side.
"""

from email.message import EmailMessage
from typing import Protocol

from domain.attempt import Result
from domain.orders import ContactOrder, ExpelOrder


class ProviderFailed(Exception):
    """The provider did not do its work. The message carries no personal data."""


class Telephone(Protocol):
    """Places calls. A call is known by the key it was dialled under."""

    async def find(self, key: str) -> bool:
        """Whether a call was dialled under `key` before."""

    async def dial(self, key: str, case_id: str, phone: str) -> None:
        """Dial `phone`, once for a key.

        Raises:
            ProviderFailed: no call was placed.
        """

    async def result(self, key: str) -> Result | None:
        """What came of the call; None while it rings.

        Raises:
            ProviderFailed: the provider does not know at the moment.
        """

    async def hang_up(self, key: str) -> Result | None:
        """End the call; its result, had it ended before."""


class Mail(Protocol):
    """Hands e-mails to the mail server.

    A message handed over again has the same Message-ID. One that is known to have been taken is
    not handed over again; where the answer was lost it is, and the reader may get it twice.
    """

    async def send(self, message: EmailMessage) -> Result:
        """`accepted`; or `bounced`, if the recipient or the message is refused for good.

        Raises:
            ProviderFailed: neither is known, or the refusal is about us, the sender.
        """


class AccountService(Protocol):
    """The marketplace's accounts."""

    async def deactivate(self, store: str, seller_id: str, case_id: str) -> None:
        """Deactivate the account, once for a case.

        Raises:
            ProviderFailed: the service did not take it.
        """

    async def is_active(self, store: str, seller_id: str) -> bool:
        """Whether the account is active.

        Raises:
            ProviderFailed: the service did not answer.
        """


class Programme(Protocol):
    """Who is enrolled."""

    async def why_not_enrolled(self, store: str, seller_id: str) -> str | None:
        """What an account lacks to be enrolled, without personal data; None if it is.

        Raises:
            ProviderFailed: the programme did not answer.
        """

    async def expel(self, order: ExpelOrder) -> None:
        """Remove the account for harmful conduct, known or not; again changes nothing.

        Raises:
            ProviderFailed: the programme did not take it.
        """

    async def change_contact(self, order: ContactOrder) -> None:
        """Let the account's enrollment know the news, if there is one.

        Raises:
            ProviderFailed: the programme did not take it.
        """


class OpenCases(Protocol):
    """The cases that are open."""

    async def change_contact(self, order: ContactOrder) -> None:
        """Let the account's open case know the news, if there is one to take it.

        Raises:
            ProviderFailed: the case did not answer.
        """
