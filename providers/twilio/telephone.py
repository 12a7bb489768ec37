"""A telephone over Twilio's API (docs/rules.md, section 4; docs/real-telephone.md)."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from domain.shared.result import Result
from providers.call_wording import SPOKEN
from providers.protocols import Dial, GoesOn, PerhapsDialled, ProviderFailed
from providers.spacing import DEFAULT_SPACING, WHILE_A_CALL_GOES_ON, Spacing
from providers.twilio.api import (
    DATES_ARE_ROUNDED,
    Account,
    Call,
    CallStatus,
    Refused,
    TwilioApi,
    Unclear,
    may_be_since,
)
from providers.twilio.call_results import CallResults
from providers.twilio.callbacks import Callbacks, CallbackTarget
from providers.twilio.earlier_calls import wait_after
from providers.twilio.followed_call import FollowedCall, MessageToMachine
from providers.twilio.speech import (
    for_a_machine,
    for_a_person,
    for_an_announcement,
    seconds_for_a_machine,
)

LOOK_EVERY = timedelta(seconds=10)
_WITH_CALLBACKS = timedelta(seconds=60)
"""How often a call is looked at of which Twilio calls back: longer than it rings."""
_UNDECIDED = timedelta(seconds=1)
"""How often an answered call is looked at: a machine is to be told our message at once."""
_RING_SECONDS = 45
_CALL_SECONDS = 3600
_ANNOUNCEMENT_SECONDS = 180
"""A call that says something twice takes less."""
_GREETING_SECONDS = 59
"""How long Twilio waits for the end of a machine's greeting. This is its maximum."""

_LISTED_WITHIN = (0.2, 0.3, 0.5)

_GOING_ON = frozenset(
    {CallStatus.QUEUED, CallStatus.INITIATED, CallStatus.RINGING, CallStatus.IN_PROGRESS}
)


@dataclass(frozen=True)
class Numbers:
    """The number that calls the seller, and the desk's line. Both are E.164."""

    ours: str = field(repr=False)
    desk: str = field(repr=False)
    join_url: str | None = field(default=None, repr=False)
    """TwiML that dials the desk's line if a person presses a key during our message."""


class TwilioTelephone:
    """Calls the seller, and connects a person who answers to the desk's line.

    The API's answers do not name our attempt. If the answer to a new call is lost, the call is
    looked up by its numbers, and may be another case's call to the same number. Such a found call
    prevents another dial. It counts as `connected` if the seller reached a specialist. Otherwise
    its result is `provider_failed`, which is never held against the seller. It is not hung up.
    """

    def __init__(
        self,
        account: Account,
        numbers: Numbers,
        look_every: timedelta = LOOK_EVERY,
        callbacks: Callbacks | None = None,
        spacing: Spacing = DEFAULT_SPACING,
    ) -> None:
        self._api = TwilioApi(account)
        self._results = CallResults(self._api, machine_may_join=numbers.join_url is not None)
        self._numbers, self._callbacks, self._spacing = numbers, callbacks, spacing
        self._look_every = max(look_every, _WITH_CALLBACKS) if callbacks else look_every

    async def find(self, dial: Dial, age: timedelta) -> str | None:
        """Return the newest call to the number that may be the call of this dial."""
        calls, now = await self._api.latest(to=dial.phone, from_=self._numbers.ours)
        for call in calls:
            rang = call.status is not CallStatus.FAILED
            if rang and may_be_since(call.date_created, now, age):
                says_only = bool(dial.says)
                return FollowedCall(sid=call.sid, is_found=True, says_only=says_only).encoded()
        return None

    async def wait_before(self, dial: Dial) -> timedelta:
        """Return how long calls to the number, which may be the case's own, keep this one back."""
        calls, now = await self._api.latest(to=dial.phone, from_=self._numbers.ours)
        if any(call.status in _GOING_ON for call in calls):  # perhaps a conversation with the desk
            return WHILE_A_CALL_GOES_ON
        if dial.at_once:
            return timedelta(0)
        return await wait_after(calls, now, self._spacing, self._api)

    async def dial(self, dial: Dial, instead_of: str | None = None) -> GoesOn:
        """Place the call."""
        if instead_of:
            raise ProviderFailed("twilio: the call failed without ringing")
        if dial.phone == self._numbers.ours:
            # Twilio would refuse it.
            raise ProviderFailed("twilio: the number to call is our own number")
        try:
            placed = await self._api.create(self._form(dial))
        except Unclear as unclear:
            raise PerhapsDialled(str(unclear), unclear.retry_after) from None
        await self._wait_until_listed(dial, placed.sid)
        says_only = bool(dial.says)
        call = FollowedCall(sid=placed.sid, language=dial.language, says_only=says_only)
        return GoesOn(call.encoded(), self._look_every, is_queued=True)

    def _form(self, dial: Dial) -> dict[str, str | list[str]]:
        """Return the request that places the call."""
        numbers, words, called_back = self._numbers, SPOKEN[dial.language], self._called_back(dial)
        form: dict[str, str | list[str]] = {
            "To": dial.phone,
            "From": numbers.ours,
            "Timeout": str(_RING_SECONDS),
        }
        if dial.extension:
            form["SendDigits"] = dial.extension
        if dial.says:
            form |= {"Twiml": for_an_announcement(words, dial.says)}
            form |= {"TimeLimit": str(_ANNOUNCEMENT_SECONDS)}
        else:
            form |= {
                "Twiml": for_a_person(words, numbers.ours, numbers.desk, called_back),
                "TimeLimit": str(_CALL_SECONDS),
            }
            if not dial.extension:  # detection would judge the switchboard
                form |= {
                    "MachineDetection": "DetectMessageEnd",
                    "MachineDetectionTimeout": str(_GREETING_SECONDS),
                }
        if called_back:
            form["StatusCallback"] = called_back
            form["StatusCallbackEvent"] = ["answered", "completed"]
        return form

    def _called_back(self, dial: Dial) -> str | None:
        """Return the address that Twilio calls back about the call; None without callbacks."""
        if self._callbacks is None:
            return None
        target = CallbackTarget(case=dial.case_id, run=dial.run_id, number=dial.number)
        return self._callbacks.address(target)

    async def _wait_until_listed(self, dial: Dial, sid: str) -> None:
        """Wait until `wait_before` would see the call; else a second could be placed at once."""
        with suppress(ProviderFailed):
            for pause in _LISTED_WITHIN:
                calls, _ = await self._api.latest(to=dial.phone, from_=self._numbers.ours)
                if any(call.sid == sid for call in calls):
                    return
                await asyncio.sleep(pause)

    async def look(self, call: str) -> Result | GoesOn:
        """Return the call's result, or how it goes on. Say our message to a machine."""
        followed = FollowedCall.decoded(call)
        seen = await self._api.call(followed.sid)
        followed = followed.seen(seen.status)
        if result := await self._results.of(seen, followed):
            return result
        if seen.status is CallStatus.IN_PROGRESS:
            if seen.is_by_machine and not followed.is_found and followed.message is None:
                followed = await self._speak_to_the_machine(seen, followed)
            return GoesOn(followed.encoded(), min(self._look_every, _UNDECIDED))
        return GoesOn(followed.encoded(), self._look_every, seen.status is CallStatus.QUEUED)

    async def result(self, call: str) -> Result | None:
        """Return the call's result, or None while it goes on."""
        followed = FollowedCall.decoded(call)
        seen = await self._api.call(followed.sid)
        return await self._results.of(seen, followed.seen(seen.status))

    def is_same(self, call: str, other: str) -> bool:
        """Return whether both are the same call at Twilio."""
        return FollowedCall.decoded(call).sid == FollowedCall.decoded(other).sid

    async def hang_up(self, call: str) -> Result | None:
        """End the call, unless it has ended or the seller speaks with us.

        Return the result if the call has ended by itself.
        """
        followed = FollowedCall.decoded(call)
        seen = await self._api.call(followed.sid)
        if result := await self._results.of_ended(seen, followed):
            return result
        if followed.is_found:
            return Result.PROVIDER_FAILED
        return await self._end(seen, followed) if seen.status in _GOING_ON else None

    async def _end(self, seen: Call, followed: FollowedCall) -> Result | None:
        answered = seen.status is CallStatus.IN_PROGRESS
        try:
            ended = await self._api.end(seen.sid)
        except Refused:  # the call may have ended just now, or needs `canceled`
            ended = await self._api.call(seen.sid)
            if ended.status in _GOING_ON and not answered:
                ended = await self._api.end(seen.sid, CallStatus.CANCELED)
        if ended.status in _GOING_ON:
            raise ProviderFailed("twilio: the call was not hung up")
        return None if answered else await self._results.of_ended(ended, followed)

    def served_by(self, call: str) -> str | None:
        """Return None: there is only one provider."""
        return None

    async def _speak_to_the_machine(self, seen: Call, followed: FollowedCall) -> FollowedCall:
        words, numbers = SPOKEN[followed.language], self._numbers
        legs = await self._api.children(seen.sid) if numbers.join_url else ()
        twiml = for_a_machine(words, numbers.desk, numbers.join_url)
        try:
            began = await self._api.go_on_with(seen.sid, twiml)
        except Refused:
            return followed  # the call ended just now, and the next look sees that
        whole = timedelta(seconds=seconds_for_a_machine(words, numbers.desk)) + DATES_ARE_ROUNDED
        before = frozenset(leg.sid for leg in legs)
        message = MessageToMachine(began=began, whole=whole, legs_before=before)
        return followed.model_copy(update={"message": message})
