"""What the engine needs of the world: one small protocol for each provider.

An adapter raises `ProviderFailed` for a failure of the provider's own. It is retried, and never
held against the seller. Every result that an adapter returns is about the seller's side.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from typing import Protocol

from domain.case.activity_inputs import ExpelInput, ShareContactInput, TellDeactivationInput
from domain.case.attempt import Result
from providers.call_wording import ENGLISH


class ProviderFailed(Exception):
    """The provider did not do its work. The message carries no personal data.

    Args:
        message: what went wrong.
        retry_after: for how long the provider asked to be left alone.
    """

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PerhapsDialled(ProviderFailed):
    """Nobody knows whether the call was placed."""


class NeverRang(ProviderFailed):
    """The call ended without ringing, and the number is not known to be why."""


class Engaged(ProviderFailed):
    """Another call of ours to the number is going on. Retry in some seconds."""

    def __init__(self) -> None:
        super().__init__("another call to the number is going on", timedelta(seconds=5))


@dataclass(frozen=True)
class Dial:
    """A call to be placed. No other call ever has its `key`."""

    key: str
    case_id: str
    phone: str = field(repr=False)
    language: str = ENGLISH
    """Of providers/call_wording.py."""


class Telephone(Protocol):
    """Places calls. A call placed is known by the id that `dial` or `find` gave it."""

    look_every_seconds: float
    """How many seconds to wait between two looks at a call."""

    async def find(self, dial: Dial, age: timedelta) -> str | None:
        """The call, had it been placed before and nobody heard of it; at most `age` ago.

        A provider that cannot tell may name another's to the same number, and then treats it with
        care. A call that never rang is none.

        Raises:
            ProviderFailed: the provider does not know at the moment.
        """

    async def engaged(self, dial: Dial) -> bool:
        """Return whether a call of ours to the number is going on.

        Raises:
            ProviderFailed: the provider does not know at the moment.
        """

    async def dial(self, dial: Dial, instead_of: str | None = None) -> str:
        """Place the call and return its id.

        Args:
            dial: the call.
            instead_of: a call that never rang: another provider is to place this one.

        Raises:
            PerhapsDialled: nobody knows whether the call was placed.
            ProviderFailed: no call was placed.
        """

    async def result(self, call: str) -> Result | None:
        """Return the result of the call, or None while it is going on.

        `INVALID_NUMBER` takes a carrier's word. That a provider does not know the number is none:
        its copy of the numbering plans may be older than the number.

        Raises:
            NeverRang: it may be dialled anew.
            ProviderFailed: the provider does not know at the moment.
        """

    async def is_queued(self, call: str) -> bool:
        """Return whether the provider has not begun to dial yet.

        Raises:
            ProviderFailed: the provider does not know at the moment.
        """

    async def hang_up(self, call: str) -> Result | None:
        """End the call. Return its result if it had ended before.

        Raises:
            ProviderFailed: the call may still be going on.
        """

    def served_by(self, call: str) -> str | None:
        """Return the name of the call's provider, or None if there is only one provider."""


class PhoneLock(Protocol):
    """Keeps two workers from calling one number at once; a provider may not notice in time."""

    async def acquire(self, phone: str, key: str, lease: timedelta) -> str | None:
        """Lock a number and return the lock's id, or None if another key holds it.

        Args:
            phone: the number, E.164.
            key: who holds it; asking again under the same key gives the same line.
            lease: for how long, if it is not let go before.

        Raises:
            ProviderFailed: nobody knows whether it is held.
        """

    async def release(self, phone: str, line: str) -> None:
        """Release a lock. Do nothing if its lease has ended.

        Raises:
            ProviderFailed: it may still be held, until its lease ends.
        """


class Mail(Protocol):
    """Hands e-mails to the mail server.

    A message handed over again has the same Message-ID. One that is known to have been taken is
    not handed over again; where the answer was lost it is, and the reader may get it twice.
    """

    async def send(self, message: EmailMessage) -> Result:
        """Return `accepted`, or `bounced` if the server refuses the message for good.

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
        """Return whether the account is active.

        Raises:
            ProviderFailed: the service did not answer.
        """


class Programme(Protocol):
    """Who is enrolled."""

    async def why_not_enrolled(self, store: str, seller_id: str) -> str | None:
        """Return what an account lacks to be enrolled, or None. It carries no personal data.

        Raises:
            ProviderFailed: the programme did not answer.
        """

    async def expel(self, input: ExpelInput) -> None:
        """Expel the account for harmful conduct. Doing it again changes nothing.

        Raises:
            ProviderFailed: the programme did not take it.
        """

    async def record_deactivation(self, input: TellDeactivationInput) -> None:
        """Record that the account is deactivated. Doing it again changes nothing.

        Raises:
            ProviderFailed: the programme did not take it.
        """

    async def change_contact(self, input: ShareContactInput) -> None:
        """Tell the account's enrollment, if there is one, of the change.

        Raises:
            ProviderFailed: the programme did not take it.
        """


class OpenCases(Protocol):
    """The cases that are open."""

    async def change_contact(self, input: ShareContactInput) -> None:
        """Tell the account's open case, if there is one, of the change.

        Raises:
            ProviderFailed: the case did not answer.
        """

    async def record_deactivation(self, input: TellDeactivationInput) -> None:
        """Tell the account's open case, if there is one, that the account is deactivated.

        Raises:
            ProviderFailed: the case did not answer, or is deactivating the account itself.
        """
