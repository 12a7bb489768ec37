"""What came of a call at Twilio, as it and the calls to the desk's line tell."""

import asyncio

from domain.shared.result import Result
from providers.protocols import NeverRang
from providers.twilio.api import Call, CallStatus, TwilioApi
from providers.twilio.followed_call import FollowedCall

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


class CallResults:
    """Finds the result of a call. One that was found by its numbers is held against nobody."""

    def __init__(self, api: TwilioApi, *, machine_may_join: bool) -> None:
        """Say whether a key pressed during our message to a machine dials the desk's line."""
        self._api, self._machine_may_join = api, machine_may_join

    async def of(self, seen: Call, followed: FollowedCall) -> Result | None:
        """Return the call's result, or None while it goes on.

        Raises:
            NeverRang: it failed without ringing.
        """
        return _credited(followed, await self._result(seen, followed))

    async def of_ended(self, seen: Call, followed: FollowedCall) -> Result | None:
        """Return the result of a call that we end; None if it has none of its own."""
        if seen.status in (CallStatus.FAILED, CallStatus.CANCELED):
            return None
        return await self.of(seen, followed)

    async def _result(self, seen: Call, followed: FollowedCall) -> Result | None:
        match seen.status:
            case CallStatus.BUSY | CallStatus.NO_ANSWER:
                return _NOT_ANSWERED[seen.status]
            case CallStatus.FAILED:
                if followed.rang:
                    return Result.PROVIDER_FAILED
                raise NeverRang("twilio: the call failed without ringing")
            case CallStatus.CANCELED:
                return Result.PROVIDER_FAILED  # not by us: we do not ask after hanging up
            case CallStatus.IN_PROGRESS | CallStatus.COMPLETED:
                return await self._answered(seen, followed)
            case _:
                return None

    async def _answered(self, seen: Call, followed: FollowedCall) -> Result | None:
        if followed.says_only:
            if seen.status is CallStatus.IN_PROGRESS:
                return None
            # One that was found may be another call to the number, which said something else.
            return Result.PROVIDER_FAILED if followed.is_found else Result.CONNECTED
        if seen.is_by_machine:
            return await self._by_machine(seen, followed)
        leg = await self._desk_leg(seen)
        if leg is not None and seen.answered_by is None:
            # The desk's line is dialled after machine detection. Detection may have ended since
            # the call was read, so read it again.
            seen = await self._api.call(seen.sid)
            if seen.is_by_machine:
                return await self._by_machine(seen, followed)
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

    async def _by_machine(self, seen: Call, followed: FollowedCall) -> Result | None:
        """Return the result after a machine answered.

        Our message is said twice. A machine that screens calls rings the telephone after it has
        heard us. A person who picks up then can press a key.
        """
        if followed.is_found:
            return Result.VOICEMAIL_CUT  # `_credited` turns it into `provider_failed`
        going_on = seen.status is CallStatus.IN_PROGRESS
        if seen.answered_by == "fax":
            if going_on:
                await self._api.end(seen.sid)
            return Result.VOICEMAIL_CUT
        message = followed.message
        if message is not None and self._machine_may_join:
            leg = await self._desk_leg(seen, message.legs_before)
            if leg is not None and (not going_on or _DESK_LEG.get(leg) is Result.CONNECTED):
                return _DESK_LEG.get(leg)
        if going_on:
            return None
        heard = message is not None and message.was_said(seen.end_time)
        return Result.VOICEMAIL if heard else Result.VOICEMAIL_CUT

    async def _desk_leg(self, seen: Call, but: frozenset[str] = frozenset()) -> CallStatus | None:
        """Return the status of the call to the desk's line, if there is one."""
        legs = {leg.status for leg in await self._api.children(seen.sid) if leg.sid not in but}
        return next((status for status in _DESK_LEG if status in legs), min(legs, default=None))


def _credited(call: FollowedCall, result: Result | None) -> Result | None:
    if result is None or result is Result.CONNECTED or not call.is_found:
        return result
    return Result.PROVIDER_FAILED
