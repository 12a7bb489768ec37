"""The protocols of the providers that the engine needs.

An adapter raises `ProviderFailed` if the provider itself fails. That is retried, and is never held
against the seller. Every result that an adapter returns is about the seller's side.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Protocol

from domain.shared.result import Result
from reference.languages import ENGLISH


class ProviderFailed(Exception):
    """The provider did not do its work. The message carries no personal data.

    Args:
        message: what went wrong.
        retry_after: how long the provider asked us to wait.
    """

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PerhapsDialled(ProviderFailed):
    """Nobody knows whether the call was placed."""


class NeverRang(ProviderFailed):
    """The call ended without ringing, and nothing shows that the number is the cause."""


class NotNow(ProviderFailed):
    """No provider failed. It is only too early; retry after the given time."""


class Engaged(NotNow):
    """Another call of ours to the number is going on, or was lately. Retry after the given time."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("another call to the number is going on, or was lately", wait)


@dataclass(frozen=True)
class Dial:
    """A call to place. Its `key` is unique for ever."""

    key: str
    case_id: str
    phone: str = field(repr=False)
    language: str = ENGLISH
    """A language of providers/call_wording.py."""
    run_id: str = ""
    """The run of the case's workflow that places it."""
    number: int = 0
    """The number of the attempt."""
    at_once: bool = False
    """Whether it waits for no distance to earlier calls: the seller has asked for it."""
    extension: str | None = field(default=None, repr=False)
    """What is dialled after the answer: digits, `*`, `#`, and `w` for half a second's pause."""
    says: tuple[str, ...] = field(default=(), repr=False)
    """What is said to whoever answers, twice, with a pause after each part. Then the call ends, as
    `connected`. Nothing: who answers is joined to the desk."""


@dataclass(frozen=True)
class GoesOn:
    """A call that has been placed and has not ended."""

    call: str
    """All that the provider needs to know of it, for whoever looks at it or hangs up next."""
    look_after: timedelta
    """When to look at it again."""
    is_queued: bool = False
    """Whether the provider has not begun to dial yet."""


class Telephone(Protocol):
    """Places calls and looks at them. It keeps nothing of a call, so any worker may look next."""

    async def find(self, dial: Dial, age: timedelta) -> str | None:
        """Return the call if it was placed at most `age` ago and the answer was lost, else None.

        A provider that cannot identify the call may return another case's call to the number. It
        must then treat that call with care. A call that never rang does not count.

        Raises:
            ProviderFailed: the provider does not know at the moment.
        """

    async def wait_before(self, dial: Dial) -> timedelta:
        """Return how long other calls of ours keep this one from being dialled. Zero: dial now.

        A call that goes on does. So do the latest calls of other cases (providers/spacing.py),
        unless this one is to be placed at once. A provider that cannot tell whose a call was counts
        all of ours.

        Raises:
            ProviderFailed: the provider does not know at the moment.
        """

    async def dial(self, dial: Dial, instead_of: str | None = None) -> GoesOn:
        """Place the call.

        Args:
            dial: the call.
            instead_of: a call that never rang. Another provider must place this one.

        Raises:
            PerhapsDialled: nobody knows whether the call was placed.
            ProviderFailed: no call was placed.
        """

    async def look(self, call: str) -> Result | GoesOn:
        """Return the result of the call, or how it goes on.

        Return `INVALID_NUMBER` only if a carrier says so. A provider that does not know the number
        may have numbering plans that are older than the number.

        Raises:
            NeverRang: the call may be dialled again.
            ProviderFailed: the provider does not know at the moment.
        """

    async def result(self, call: str) -> Result | None:
        """Return the result of the call, or None while it goes on. Do nothing to it.

        Raises:
            NeverRang: the call may be dialled again.
            ProviderFailed: the provider does not know at the moment.
        """

    def is_same(self, call: str, other: str) -> bool:
        """Return whether both are the same call, at whatever state of our knowledge."""

    async def hang_up(self, call: str) -> Result | None:
        """End the call. Return its result if it had ended before.

        Raises:
            ProviderFailed: the call may still be going on.
        """

    def served_by(self, call: str) -> str | None:
        """Return the name of the call's provider, or None if there is only one provider."""


class PhoneLock(Protocol):
    """Keeps two workers from calling one number at once. A provider may not notice that in time."""

    async def acquire(self, phone: str, key: str, lease: timedelta) -> str | None:
        """Lock a number and return the lock's id, or None if another key holds it.

        Args:
            phone: the number, E.164.
            key: the owner. A second call with the same key returns the same lock.
            lease: how long the lock lasts if it is not released before.

        Raises:
            ProviderFailed: nobody knows whether the number is locked.
        """

    async def release(self, phone: str, lock_id: str) -> None:
        """Release a lock. Do nothing if its lease has ended.

        Raises:
            ProviderFailed: the lock may last until its lease ends.
        """


@dataclass(frozen=True)
class CallLimit:
    """How many calls there may be in a span of time."""

    counted: str = field(repr=False)
    """The number, E.164, or the number and for whom. Only a hash is kept."""
    places: int
    span: timedelta


class CallPlaces(Protocol):
    """Counts the calls to a number that sellers ask for outside any case."""

    async def take_places(
        self, key: str, limits: Sequence[CallLimit], *, perhaps_taken: bool
    ) -> bool:
        """Take a place under each limit. If one is full, take none at all and return False.

        Args:
            key: the call.
            limits: what it counts in. The places are taken in this order.
            perhaps_taken: whether an earlier try may have taken some. Then these are looked for, so
                that the call takes no second place.

        Raises:
            ProviderFailed: nobody knows whether there are places.
        """


class Mail(Protocol):
    """Sends e-mails to the mail server.

    A message is not sent again after the server's answer. If the answer is lost, it is sent again
    with the same Message-ID, and the reader may get it twice.
    """

    async def send(self, message: EmailMessage, returns_to: str | None = None) -> Result:
        """Return `accepted`, or `bounced` if the server refuses the message for good.

        Args:
            message: the e-mail.
            returns_to: the address that a later bounce goes to. None: the message's From.

        Raises:
            ProviderFailed: the result is not known, or the server refused because of us.
        """


class AccountService(Protocol):
    """The marketplace's accounts."""

    async def deactivate(self, store: str, seller_id: str, case_id: str) -> None:
        """Deactivate the account. A repeat for the same case changes nothing.

        A repeat does not undo a reinstatement since. Read the account back.

        Raises:
            ProviderFailed: the service did not accept it.
        """

    async def reinstate(self, store: str, seller_id: str, case_id: str, key: str) -> None:
        """Reinstate the account that the case deactivated. A repeat changes nothing.

        A repeat with the same key does not undo what others did since. Read the account back.

        Raises:
            DeactivatedByAnother: the account is deactivated, and not by this case.
            ProviderFailed: the service did not accept it.
        """

    async def is_active(self, store: str, seller_id: str) -> bool:
        """Return whether the account is active.

        Raises:
            ProviderFailed: the service did not answer.
        """


class UnreadMail(Protocol):
    """What came back for our e-mails, and no case has taken."""

    async def waits_for(self, own_id: str, since: datetime) -> bool:
        """Return whether an answer of the seller waits, was unreadable, or went to the desk.

        It may answer any e-mail that the account was sent.

        Args:
            own_id: that of the case or of the appeal (`domain.shared.names.own_id`).
            since: when the answer came at the earliest.

        Raises:
            ProviderFailed: the mailbox cannot be looked into now, or Temporal did not answer.
        """
