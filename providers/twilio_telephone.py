"""A telephone over Twilio's API (docs/rules.md, section 4; docs/real-telephone.md)."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from xml.sax.saxutils import escape

from domain.attempt import Result
from providers.protocols import (
    Dial,
    InvalidNumber,
    NeverRang,
    PerhapsDialled,
    ProviderFailed,
)
from providers.twilio_api import Account, Call, Refused, Status, TwilioApi, Unclear

_RING_SECONDS = 45
_DESK_RINGS_SECONDS = 30
_CALL_SECONDS = 3600

# It takes some seconds to say, in which an answering machine is hung up on before the desk rings.
_STAY_ON_THE_LINE = (
    "Hello. This is the account health team, calling about your seller account. "
    "Please stay on the line. We are connecting you to a specialist."
)
_NOBODY_IS_FREE = "We are sorry, nobody is free at the moment. We will call you again. Goodbye."

_NUMBER_IS_INVALID = frozenset({21211, 21217})

_NOT_ANSWERED = {Status.BUSY: Result.BUSY, Status.NO_ANSWER: Result.NO_ANSWER}
_DESK_LEG = {
    Status.IN_PROGRESS: Result.CONNECTED,
    Status.COMPLETED: Result.CONNECTED,
    Status.CANCELED: Result.DECLINED,  # the seller hung up while it rang there
    # Who waited in vain for the desk has not declined.
    Status.BUSY: Result.PROVIDER_FAILED,
    Status.NO_ANSWER: Result.PROVIDER_FAILED,
    Status.FAILED: Result.PROVIDER_FAILED,
}
_BEFORE_THE_DESK_SECONDS = 10
"""Machine detection and the sentence: who hung up sooner did not wait for anybody."""
_LIST_LAGS_SECONDS = 1

_GOING_ON = frozenset({Status.QUEUED, Status.INITIATED, Status.RINGING, Status.IN_PROGRESS})

_FOUND = "found:"
"""Marks the id of a call that is probably, but not provably, ours."""
_DATES_ARE_ROUNDED = timedelta(seconds=2)


@dataclass(frozen=True)
class Numbers:
    """Who calls the seller, and to whom they are connected; both E.164."""

    ours: str = field(repr=False)
    desk: str = field(repr=False)


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
        self._rang: set[str] = set()
        """Calls followed here that were seen to ring."""
        self._numbers = numbers
        self._twiml = (
            f"<Response><Say>{escape(_STAY_ON_THE_LINE)}</Say>"
            f'<Dial callerId="{numbers.ours}" timeout="{_DESK_RINGS_SECONDS}">'
            f"<Number>{numbers.desk}</Number></Dial>"
            f"<Say>{escape(_NOBODY_IS_FREE)}</Say></Response>"
        )

    async def find(self, dial: Dial, age: timedelta) -> str | None:
        """The newest call to this number that may be this one."""
        calls, now = await self._api.latest(to=dial.phone, from_=self._numbers.ours)
        since = now - age - _DATES_ARE_ROUNDED
        for call in calls:
            rang = call.status is not Status.FAILED
            recent = call.date_created is None or call.date_created >= since
            if rang and recent:
                return _FOUND + call.sid
        return None

    async def engaged(self, dial: Dial) -> bool:
        """Whether a call to the number is going on, which may be a conversation with the desk."""
        calls, _ = await self._api.latest(to=dial.phone, from_=self._numbers.ours)
        return any(call.status in _GOING_ON for call in calls)

    async def dial(self, dial: Dial, instead_of: str | None = None) -> str:
        """Place the call; its id is Twilio's."""
        if instead_of:
            raise ProviderFailed("twilio: the call failed without ringing")
        form = {
            "To": dial.phone,
            "From": self._numbers.ours,
            "Twiml": self._twiml,
            "Timeout": str(_RING_SECONDS),
            "TimeLimit": str(_CALL_SECONDS),
            "MachineDetection": "Enable",
        }
        try:
            return (await self._api.create(form)).sid
        except Refused as refused:
            if refused.code in _NUMBER_IS_INVALID:
                raise InvalidNumber from None
            raise
        except Unclear as unclear:
            raise PerhapsDialled(str(unclear), unclear.retry_after) from None

    async def result(self, call: str) -> Result | None:
        """What came of the call; a machine that answered is hung up on."""
        result = _credited(call, await self._result(await self._api.call(_sid(call)), call))
        if result is not None:
            self._rang.discard(call)
        return result

    async def is_queued(self, call: str) -> bool:
        """Calls beyond an account's limit wait at Twilio, for hours if need be."""
        return (await self._api.call(_sid(call))).status is Status.QUEUED

    async def hang_up(self, call: str) -> Result | None:
        """End the call, unless it has ended or the seller is speaking with us."""
        seen = await self._api.call(_sid(call))
        if result := _credited(call, await self._result_of_ended(seen, call)):
            return result
        if call.startswith(_FOUND):
            return Result.PROVIDER_FAILED
        if seen.status in _GOING_ON:
            return await self._end(seen, call)
        return None

    async def _end(self, seen: Call, call: str) -> Result | None:
        answered = seen.status is Status.IN_PROGRESS
        try:
            ended = await self._api.end(seen.sid)
        except Refused:  # it may have ended this very moment; or it takes the other word
            ended = await self._api.call(seen.sid)
            if ended.status in _GOING_ON and not answered:
                ended = await self._api.end(seen.sid, Status.CANCELED)
        if ended.status in _GOING_ON:
            raise ProviderFailed("twilio: the call was not hung up")
        return None if answered else await self._result_of_ended(ended, call)

    def served_by(self, call: str) -> str | None:
        """There is but one."""
        return None

    async def _result_of_ended(self, seen: Call, call: str) -> Result | None:
        if seen.status in (Status.FAILED, Status.CANCELED):
            return None
        return await self._result(seen, call)

    async def _result(self, seen: Call, call: str) -> Result | None:
        match seen.status:
            case Status.BUSY | Status.NO_ANSWER:
                return _NOT_ANSWERED[seen.status]
            case Status.FAILED:
                if call in self._rang:
                    return Result.PROVIDER_FAILED
                raise NeverRang("twilio: the call failed without ringing")
            case Status.CANCELED:
                return Result.PROVIDER_FAILED  # by somebody else: who hangs up asks no more
            case Status.RINGING:
                self._rang.add(call)
                return None
            case Status.IN_PROGRESS | Status.COMPLETED:
                self._rang.add(call)
                return await self._answered(seen, ours=not call.startswith(_FOUND))
            case _:
                return None

    async def _answered(self, seen: Call, *, ours: bool) -> Result | None:
        if by_machine := await self._machine(seen, ours=ours):
            return by_machine
        leg = await self._desk_leg(seen)
        if leg is not None and seen.answered_by is None:
            # The desk's line is dialled once detection is done: since the call was read, perhaps.
            seen = await self._api.call(seen.sid)
            if by_machine := await self._machine(seen, ours=ours):
                return by_machine
        going_on = seen.status is Status.IN_PROGRESS
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

    async def _machine(self, seen: Call, *, ours: bool) -> Result | None:
        """What it ends as when a machine answered, which is hung up on if it is still there."""
        by = seen.answered_by or ""
        if by != "fax" and not by.startswith("machine"):
            return None
        if seen.status is Status.IN_PROGRESS and ours:
            await self._api.end(seen.sid)
        return Result.DECLINED if by == "fax" else Result.VOICEMAIL

    async def _desk_leg(self, seen: Call) -> Status | None:
        """Where the desk's line stands, which is dialled once machine detection is done."""
        legs = {leg.status for leg in await self._api.children(seen.sid)}
        return next((status for status in _DESK_LEG if status in legs), min(legs, default=None))


def _sid(call: str) -> str:
    return call.removeprefix(_FOUND)


def _credited(call: str, result: Result | None) -> Result | None:
    if result is None or result is Result.CONNECTED or not call.startswith(_FOUND):
        return result
    return Result.PROVIDER_FAILED
