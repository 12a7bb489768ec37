"""A telephone over Twilio's API (docs/rules.md, section 4; docs/real-telephone.md)."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.case.attempt import Result
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
"""For so long, the most there is, Twilio waits for the end of a machine's greeting."""

_NOT_ANSWERED = {CallStatus.BUSY: Result.BUSY, CallStatus.NO_ANSWER: Result.NO_ANSWER}
_DESK_LEG = {
    CallStatus.IN_PROGRESS: Result.CONNECTED,
    CallStatus.COMPLETED: Result.CONNECTED,
    CallStatus.CANCELED: Result.DECLINED,  # the seller hung up while it rang there
    # Who waited in vain for the desk has not declined.
    CallStatus.BUSY: Result.PROVIDER_FAILED,
    CallStatus.NO_ANSWER: Result.PROVIDER_FAILED,
    CallStatus.FAILED: Result.PROVIDER_FAILED,
}
_BEFORE_THE_DESK_SECONDS = 10
"""Machine detection and the sentence: who hung up sooner did not wait for anybody."""
_LIST_LAGS_SECONDS = 1

_GOING_ON = frozenset(
    {CallStatus.QUEUED, CallStatus.INITIATED, CallStatus.RINGING, CallStatus.IN_PROGRESS}
)

_FOUND = "found:"
"""Marks the id of a call that is probably, but not provably, ours."""
_DATES_ARE_ROUNDED = timedelta(seconds=2)


@dataclass(frozen=True)
class Numbers:
    """Who calls the seller, and to whom they are connected; both E.164."""

    ours: str = field(repr=False)
    desk: str = field(repr=False)
    join_url: str | None = field(default=None, repr=False)
    """TwiML that dials the desk's line, for who presses a key while a machine is spoken to."""


@dataclass(frozen=True)
class _Message:
    """Our message is being said to a machine."""

    began: datetime
    whole: timedelta
    """How long it takes to say at most."""
    legs_before: frozenset[str]
    """Calls to the desk's line that nobody's key can have led to."""

    def was_said(self, ended: datetime | None) -> bool:
        """Whether the machine had heard the whole of it when the call ended."""
        return ended is not None and ended - self.began >= self.whole


class TwilioTelephone:
    """Calls the seller, and joins who answers to the desk's line.

    Nothing that the API gives back names our attempt. So a call that was looked up, since nobody
    heard of it when it was placed, may be another case's to the same number. It keeps us from
    dialling, and being joined to a specialist counts, in the seller's favour; anything else it
    ends as is `provider_failed`, which is never held against the seller, and it is not hung up.
    """

    look_every_seconds = 1.0

    def __init__(self, account: Account, numbers: Numbers) -> None:
        self._api = TwilioApi(account)
        self._numbers = numbers
        # Of the calls followed here:
        self._dialled: set[str] = set()
        self._rang: set[str] = set()
        """Those that were seen to ring."""
        self._messages: dict[str, _Message] = {}

    async def find(self, dial: Dial, age: timedelta) -> str | None:
        """The newest call to this number that may be this one."""
        calls, now = await self._api.latest(to=dial.phone, from_=self._numbers.ours)
        since = now - age - _DATES_ARE_ROUNDED
        for call in calls:
            rang = call.status is not CallStatus.FAILED
            recent = call.date_created is None or call.date_created >= since
            if rang and recent:
                return _FOUND + call.sid
        return None

    async def engaged(self, dial: Dial) -> bool:
        """Whether a call to the number is going on, which may be a conversation with the desk."""
        calls, _ = await self._api.latest(to=dial.phone, from_=self._numbers.ours)
        return any(call.status in _GOING_ON for call in calls)

    async def dial(self, dial: Dial, instead_of: str | None = None) -> str:
        """Place the call; its id is Twilio's, with the language that whoever follows it needs."""
        if instead_of:
            raise ProviderFailed("twilio: the call failed without ringing")
        if dial.phone == self._numbers.ours:
            # Which Twilio refuses.
            raise ProviderFailed("twilio: the number to be called is the one that calls")
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
            call = _named((await self._api.create(form)).sid, dial.language)
        except Unclear as unclear:
            raise PerhapsDialled(str(unclear), unclear.retry_after) from None
        self._dialled.add(call)
        return call

    async def result(self, call: str) -> Result | None:
        """What came of the call; a machine that answered is spoken to, to the end."""
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
        """Calls beyond an account's limit wait at Twilio, for hours if need be."""
        return (await self._api.call(_sid(call))).status is CallStatus.QUEUED

    async def hang_up(self, call: str) -> Result | None:
        """End the call, unless it has ended or the seller is speaking with us."""
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
        except Refused:  # it may have ended this very moment; or it takes the other word
            ended = await self._api.call(seen.sid)
            if ended.status in _GOING_ON and not answered:
                ended = await self._api.end(seen.sid, CallStatus.CANCELED)
        if ended.status in _GOING_ON:
            raise ProviderFailed("twilio: the call was not hung up")
        return None if answered else await self._result_of_ended(ended, call)

    def served_by(self, call: str) -> str | None:
        """There is but one."""
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
                return Result.PROVIDER_FAILED  # by somebody else: who hangs up asks no more
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
            # The desk's line is dialled once detection is done: since the call was read, perhaps.
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
            return result  # None: the list says that it still rings there, and is asked again
        # No line of the desk was ever dialled. Whether the seller had hung up by then, or our
        # <Dial> failed, only the time can tell.
        soon = seen.duration is not None and seen.duration < _BEFORE_THE_DESK_SECONDS
        return Result.DECLINED if soon else Result.PROVIDER_FAILED

    async def _by_machine(self, seen: Call, call: str, *, speaks: bool) -> Result | None:
        """What it ends as when a machine answered, which is told who calls, why, and our number.

        The message is said twice. It may be a machine that screens calls, which lets the telephone
        ring once it has heard us: whoever picks up then can press a key.
        """
        if call.startswith(_FOUND):
            return Result.VOICEMAIL_CUT  # which nobody is credited with
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
            return  # it ended this very moment, which is seen when it is read again
        whole = timedelta(seconds=seconds_for_a_machine(words, numbers.desk)) + _DATES_ARE_ROUNDED
        self._messages[call] = _Message(began, whole, frozenset(leg.sid for leg in legs))

    async def _leg_of_the_key(
        self, seen: Call, call: str, message: _Message | None
    ) -> CallStatus | None:
        """Where the desk's line stands that a key led to, pressed while we spoke to a machine.

        Of a call taken up from another worker nobody knows what led to it: perhaps our own
        <Dial>, before the machine was noticed. Being joined then counts, in the seller's favour.
        """
        if self._numbers.join_url is None or (message is None and call in self._dialled):
            return None
        return await self._desk_leg(seen, message.legs_before if message else frozenset())

    async def _desk_leg(self, seen: Call, but: frozenset[str] = frozenset()) -> CallStatus | None:
        """Where the desk's line stands, which is dialled once machine detection is done."""
        legs = {leg.status for leg in await self._api.children(seen.sid) if leg.sid not in but}
        return next((status for status in _DESK_LEG if status in legs), min(legs, default=None))


def _named(sid: str, language: str) -> str:
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
