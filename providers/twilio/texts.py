"""Text messages over Twilio's Messages resource (docs/rules.md, section 2)."""

from datetime import timedelta

from domain.shared.result import Result
from providers.text_protocols import TakesNoTexts, Text
from providers.twilio.api import Account, Message, Refused, TwilioApi, may_be_since

_TAKES_NO_TEXTS = frozenset({21610, 21612, 21614, 21635, 30003, 30005, 30006})
"""Twilio's codes: the recipient has unsubscribed, no route, no mobile number, a landline, the
telephone is unreachable or unknown, a landline or an unreachable carrier."""
_ARRIVED = frozenset({"delivered", "read"})
_LOST = frozenset({"undelivered", "failed", "canceled"})
_SERVICE = "MG"
_LONGEST_IN_QUEUE_SECONDS = 36_000
"""The most that Twilio takes as ValidityPeriod."""


class TwilioTexts:
    """Sends texts from a number of ours, or by a messaging service.

    Twilio takes no id of ours. So a text that may have been sent is looked for by its words and
    its age: a code is in one text only, but other texts have the same words each time.
    """

    def __init__(self, account: Account, sender: str) -> None:
        self._api = TwilioApi(account)
        field = "MessagingServiceSid" if sender.startswith(_SERVICE) else "From"
        self._sender = {field: sender}

    async def find(self, text: Text, age: timedelta) -> str | None:
        """Return the newest text to the number with these words, if it is no older than `age`."""
        sent, now = await self._api.latest_texts(text.phone)
        for message in sent:
            if message.body == text.words and may_be_since(message.date_created, now, age):
                return message.sid
        return None

    async def send(self, text: Text, within: timedelta) -> str:
        """Send a text. Return its id."""
        seconds = min(max(int(within.total_seconds()), 1), _LONGEST_IN_QUEUE_SECONDS)
        form = {"To": text.phone, "Body": text.words, "ValidityPeriod": str(seconds)}
        form |= self._sender
        try:
            return (await self._api.send_text(form)).sid
        except Refused as refused:
            if refused.code not in _TAKES_NO_TEXTS:
                raise
        raise TakesNoTexts

    async def result(self, sent: str) -> Result | None:
        """Return what became of a text. `sent` is not the end: a landline is found out later."""
        return _result(await self._api.text(sent))


def _result(message: Message) -> Result | None:
    if message.status in _ARRIVED:
        return Result.ACCEPTED
    if message.status not in _LOST:
        return None
    takes_none = message.error_code in _TAKES_NO_TEXTS
    return Result.BOUNCED if takes_none else Result.PROVIDER_FAILED
