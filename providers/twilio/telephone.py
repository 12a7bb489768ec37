"""A telephone over Twilio's API (docs/rules.md, section 4; docs/real-telephone.md)."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.shared.result import Result
from providers.call_wording import ENGLISH, SPOKEN
from providers.protocols import (
    Dial,
    NeverRang,
    PerhapsDialled,
    ProviderFailed,
)
from providers.twilio.api import Account, Call, CallStatus, Refused, TwilioApi, Unclear
from providers.twilio.speech import for_a_machine, for_a_person, seconds_for_a_machine

_RING_SECONDS = 45
_CALL_SECONDS = 3600
_GREETING_SECONDS = 59
"""How long Twilio waits for the end of a machine's greeting. This is its maximum."""

_NOT_ANSWERED = {CallStatus.BUSY: Result.BUSY, CallStatus.NO_ANSWER: Result.NO_ANSWER}
_DESK_LEG = {
    CallStatus.IN_PROGRESS: Result.CONNECTED,
    CallStatus.COMPLETED: Result.CONNECTED,
    CallStatus.CANCELED: Result.DECLINED,  # the seller hung up while the desk's line rang
    # The seller waited for the desk in vain, and has not declined.
    CallStatus.BUSY: Result.PROVIDER_FAILED,
    CallStatus.NO_ANSWER: Result.PROVIDER_FAILED,
    CallStatus.FAILED: Result.PROVIDER_FAILED,
}
_BEFORE_THE_DESK_SECONDS = 10
"""Machine detection and our sentence take this long. A seller who hung up sooner has declined."""
_LIST_LAGS_SECONDS = 1

_GOING_ON = frozenset(
    {CallStatus.QUEUED, CallStatus.INITIATED, CallStatus.RINGING, CallStatus.IN_PROGRESS}
)

_FOUND = "found:"
"""The prefix of the id of a call that is probably ours, without proof."""
_DATES_ARE_ROUNDED = timedelta(seconds=2)


@dataclass(frozen=True)
class Numbers:
    """The number that calls the seller, and the desk's line. Both are E.164."""

    ours: str = field(repr=False)
    desk: str = field(repr=False)
    join_url: str | None = field(default=None, repr=False)
    """TwiML that dials the desk's line if a person presses a key during our message."""


@dataclass(frozen=True)
class _Message:
    """Our message to a machine, which is being said."""

    began: datetime
    whole: timedelta
    """How long the message takes at most."""
    legs_before: frozenset[str]
    """Earlier calls to the desk's line. No key press has led to them."""

    def was_said(self, ended: datetime | None) -> bool:
        """Tell whether the whole message was said before the call ended."""
        return ended is not None and ended - self.began >= self.whole


class TwilioTelephone:
    """Calls the seller, and connects a person who answers to the desk's line.

    The API's answers do not name our attempt. If the answer to a new call is lost, the call is
    looked up by its numbers, and may be another case's call to the same number. Such a found call
    prevents another dial. It counts as `connected` if the seller reached a specialist. Otherwise
    its result is `provider_failed`, which is never held against the seller. It is not hung up.
    """

    look_every_seconds = 1.0

    def __init__(self, account: Account, numbers: Numbers) -> None:
        self._api = TwilioApi(account)
        self._numbers = numbers
        # The calls that this process follows:
        self._dialled: set[str] = set()
        self._rang: set[str] = set()
        """The calls that were seen ringing."""
        self._messages: dict[str, _Message] = {}

    async def find(self, dial: Dial, age: timedelta) -> str | None:
        """Return the newest call to the number that may be the call of this dial."""
        calls, now = await self._api.latest(to=dial.phone, from_=self._numbers.ours)
        since = now - age - _DATES_ARE_ROUNDED
        for call in calls:
            rang = call.status is not CallStatus.FAILED
            recent = call.date_created is None or call.date_created >= since
            if rang and recent:
                return _FOUND + call.sid
        return None

    async def engaged(self, dial: Dial) -> bool:
        """Tell whether a call to the number is going on. It may be a conversation with the desk."""
        calls, _ = await self._api.latest(to=dial.phone, from_=self._numbers.ours)
        return any(call.status in _GOING_ON for call in calls)

    async def dial(self, dial: Dial, instead_of: str | None = None) -> str:
        """Place the call. Return Twilio's id with the language, which a follower needs."""
        if instead_of:
            raise ProviderFailed("twilio: the call failed without ringing")
        if dial.phone == self._numbers.ours:
            # Twilio would refuse it.
            raise ProviderFailed("twilio: the number to call is our own number")
        form = {
            "To": dial.phone,
            "From": self._numbers.ours,
            "Twiml": for_a_person(SPOKEN[dial.language], self._numbers.ours, self._numbers.desk),
            "Timeout": str(_RING_SECONDS),
            "TimeLimit": str(_CALL_SECONDS),
            "MachineDetection": "DetectMessageEnd",
            "MachineDetectionTimeout": str(_GREETING_SECONDS),
        }
        try:
            call = _call_id((await self._api.create(form)).sid, dial.language)
        except Unclear as unclear:
            raise PerhapsDialled(str(unclear), unclear.retry_after) from None
        self._dialled.add(call)
        return call

    async def result(self, call: str) -> Result | None:
        """Return the call's result, or None while it goes on. Say our message to a machine."""
        seen = await self._api.call(_sid(call))
        result = _credited(call, await self._result(seen, call, speaks=True))
        if result is not None:
            self._forget(call)
        return result

    def _forget(self, call: str) -> None:
        self._dialled.discard(call)
        self._rang.discard(call)
        self._messages.pop(call, None)

    async def is_queued(self, call: str) -> bool:
        """Tell whether the call waits at Twilio. Beyond an account's limit that can take hours."""
        return (await self._api.call(_sid(call))).status is CallStatus.QUEUED

    async def hang_up(self, call: str) -> Result | None:
        """End the call, unless it has ended or the seller speaks with us.

        Return the result if the call has ended by itself.
        """
        seen = await self._api.call(_sid(call))
        if result := _credited(call, await self._result_of_ended(seen, call)):
            return result
        if call.startswith(_FOUND):
            return Result.PROVIDER_FAILED
        ended = await self._end(seen, call) if seen.status in _GOING_ON else None
        self._forget(call)
        return ended

    async def _end(self, seen: Call, call: str) -> Result | None:
        answered = seen.status is CallStatus.IN_PROGRESS
        try:
            ended = await self._api.end(seen.sid)
        except Refused:  # the call may have ended just now, or needs `canceled`
            ended = await self._api.call(seen.sid)
            if ended.status in _GOING_ON and not answered:
                ended = await self._api.end(seen.sid, CallStatus.CANCELED)
        if ended.status in _GOING_ON:
            raise ProviderFailed("twilio: the call was not hung up")
        return None if answered else await self._result_of_ended(ended, call)

    def served_by(self, call: str) -> str | None:
        """Return None: there is only one provider."""
        return None

    async def _result_of_ended(self, seen: Call, call: str) -> Result | None:
        if seen.status in (CallStatus.FAILED, CallStatus.CANCELED):
            return None
        return await self._result(seen, call, speaks=False)

    async def _result(self, seen: Call, call: str, *, speaks: bool) -> Result | None:
        match seen.status:
            case CallStatus.BUSY | CallStatus.NO_ANSWER:
                return _NOT_ANSWERED[seen.status]
            case CallStatus.FAILED:
                if call in self._rang:
                    return Result.PROVIDER_FAILED
                raise NeverRang("twilio: the call failed without ringing")
            case CallStatus.CANCELED:
                return Result.PROVIDER_FAILED  # not by us: we do not ask after hanging up
            case CallStatus.RINGING:
                self._rang.add(call)
                return None
            case CallStatus.IN_PROGRESS | CallStatus.COMPLETED:
                self._rang.add(call)
                return await self._answered(seen, call, speaks=speaks)
            case _:
                return None

    async def _answered(self, seen: Call, call: str, *, speaks: bool) -> Result | None:
        if _is_machine(seen):
            return await self._by_machine(seen, call, speaks=speaks)
        leg = await self._desk_leg(seen)
        if leg is not None and seen.answered_by is None:
            # The desk's line is dialled after machine detection. Detection may have ended since
            # the call was read, so read it again.
            seen = await self._api.call(seen.sid)
            if _is_machine(seen):
                return await self._by_machine(seen, call, speaks=speaks)
        going_on = seen.status is CallStatus.IN_PROGRESS
        if leg is None and not going_on:
            await asyncio.sleep(_LIST_LAGS_SECONDS)
            leg = await self._desk_leg(seen)
        result = _DESK_LEG.get(leg) if leg else None
        if going_on:
            return result if result is Result.CONNECTED else None
        if leg is not None:
            return result  # None: the list says that the desk's line still rings, so ask again
        # The desk's line was never dialled. Either the seller hung up before, or our <Dial>
        # failed. The duration of the call tells which.
        soon = seen.duration is not None and seen.duration < _BEFORE_THE_DESK_SECONDS
        return Result.DECLINED if soon else Result.PROVIDER_FAILED

    async def _by_machine(self, seen: Call, call: str, *, speaks: bool) -> Result | None:
        """Return the result after a machine answered. Say our message, if it was not said yet.

        The message is said twice. A machine that screens calls rings the telephone after it has
        heard us. A person who picks up then can press a key.
        """
        if call.startswith(_FOUND):
            return Result.VOICEMAIL_CUT  # `_credited` turns it into `provider_failed`
        going_on = seen.status is CallStatus.IN_PROGRESS
        if seen.answered_by == "fax":
            if going_on:
                await self._api.end(seen.sid)
            return Result.VOICEMAIL_CUT
        message = self._messages.get(call)
        leg = await self._leg_of_the_key(seen, call, message)
        if leg is not None and (not going_on or _DESK_LEG.get(leg) is Result.CONNECTED):
            return _DESK_LEG.get(leg)
        if not going_on:
            heard = message is not None and message.was_said(seen.end_time)
            return Result.VOICEMAIL if heard else Result.VOICEMAIL_CUT
        if message is None and speaks:
            await self._speak_to_the_machine(seen, call)
        return None

    async def _speak_to_the_machine(self, seen: Call, call: str) -> None:
        words, numbers = SPOKEN[_language(call)], self._numbers
        legs = await self._api.children(seen.sid) if numbers.join_url else ()
        twiml = for_a_machine(words, numbers.desk, numbers.join_url)
        try:
            began = await self._api.go_on_with(seen.sid, twiml)
        except Refused:
            return  # the call ended just now, and the next look sees that
        whole = timedelta(seconds=seconds_for_a_machine(words, numbers.desk)) + _DATES_ARE_ROUNDED
        self._messages[call] = _Message(began, whole, frozenset(leg.sid for leg in legs))

    async def _leg_of_the_key(
        self, seen: Call, call: str, message: _Message | None
    ) -> CallStatus | None:
        """Return the status of the call to the desk's line that a key press led to, if any.

        For a call taken over from another worker, the cause is unknown: our own <Dial> may have
        led to it before the machine was detected. Then a connection counts in the seller's favour.
        """
        if self._numbers.join_url is None or (message is None and call in self._dialled):
            return None
        return await self._desk_leg(seen, message.legs_before if message else frozenset())

    async def _desk_leg(self, seen: Call, but: frozenset[str] = frozenset()) -> CallStatus | None:
        """Return the status of the call to the desk's line, if there is one."""
        legs = {leg.status for leg in await self._api.children(seen.sid) if leg.sid not in but}
        return next((status for status in _DESK_LEG if status in legs), min(legs, default=None))


def _call_id(sid: str, language: str) -> str:
    return sid if language == ENGLISH else f"{sid};{language}"


def _language(call: str) -> str:
    return call.partition(";")[2] or ENGLISH


def _sid(call: str) -> str:
    return call.removeprefix(_FOUND).partition(";")[0]


def _is_machine(seen: Call) -> bool:
    by = seen.answered_by or ""
    return by == "fax" or by.startswith("machine")


def _credited(call: str, result: Result | None) -> Result | None:
    if result is None or result is Result.CONNECTED or not call.startswith(_FOUND):
        return result
    return Result.PROVIDER_FAILED
