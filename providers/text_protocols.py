"""The protocol of the provider of text messages (docs/rules.md, section 2)."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from domain.shared.result import Result


class TakesNoTexts(Exception):
    """The number cannot be sent a text message. A call may reach it all the same."""


@dataclass(frozen=True)
class Text:
    """A text message. Its words are never logged, since they may hold a code."""

    phone: str = field(repr=False)
    words: str = field(repr=False)


class Texts(Protocol):
    """Sends text messages, and tells what became of them."""

    async def find(self, text: Text, age: timedelta) -> str | None:
        """Return the id of a text that an earlier try has sent; None if there is none.

        Args:
            text: the text.
            age: how old it can be. An older one with the same words is another one.

        Raises:
            ProviderFailed: the provider does not know at the moment.
        """

    async def send(self, text: Text, within: timedelta) -> str:
        """Send a text. Return its id at the provider.

        Args:
            text: the text.
            within: how long it may wait at the provider. After that it is not sent any more.

        Raises:
            TakesNoTexts: the number cannot be sent one.
            ProviderFailed: nobody knows whether it was sent.
        """

    async def result(self, sent: str) -> Result | None:
        """Return what became of a text, or None while that may still change.

        It is `accepted` once it has arrived, and `bounced` if the number takes no texts.

        Raises:
            ProviderFailed: the provider does not know at the moment.
        """
