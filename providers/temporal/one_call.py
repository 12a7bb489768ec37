"""One call: it is placed once, looked at until it ends, and hung up if need be."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog
from temporalio import activity

from domain.case.attempt import DIALLED_LATE, CallEnded
from domain.shared.activity_inputs import PlaceCallInput
from domain.shared.names import CALLS_QUEUE
from domain.shared.result import Result
from providers.call_wording import SPOKEN
from providers.protocols import (
    Dial,
    Engaged,
    GoesOn,
    NeverRang,
    PerhapsDialled,
    PhoneLock,
    ProviderFailed,
    Telephone,
)
from providers.spacing import WHILE_A_CALL_GOES_ON
from providers.temporal.calls_under_way import (
    CallsUnderWay,
    NothingPlaced,
    PerhapsPlaced,
    PlacedCall,
    ended,
    known_before,
)
from providers.temporal.failures import CalledAnew, CallGoesOn, Overtaken
from providers.temporal.try_clock import TryClock
from reference.contact_check import number_problem
from reference.languages import choose_language

log = structlog.get_logger("telephone")

_LEASE = timedelta(minutes=1)
"""How long a number is locked: as long as a try may take."""
_MOVE_AGAIN_SECONDS = (0.5, 2, 0)
_LOOK_AGAIN = timedelta(seconds=10)
"""When a provider could not tell what became of a call."""
_TO_DIAL = timedelta(seconds=1)
"""How long a busy machine takes from reading the clock until the provider dials."""
_TO_TALK = 1 / 8
"""The part of the activity's time that a call needs. With less left, no call is dialled."""
_TO_HANG_UP = timedelta(seconds=10)
"""So long before its time is up, a call that still goes on is hung up."""


class OneCall:
    """A call within one try of an activity.

    Args:
        telephone: the provider.
        lock: keeps other workers from calling the same number now.
        under_way: the calls of the case.
        input: the call.
        says: what it says; nothing: it joins whoever answers to the desk.
        asks_first: whatever earlier tries know, ask the provider whether it has placed the call.
    """

    def __init__(
        self,
        telephone: Telephone,
        lock: PhoneLock,
        under_way: CallsUnderWay,
        input: PlaceCallInput,
        says: tuple[str, ...] = (),
        *,
        asks_first: bool = False,
    ) -> None:
        self._telephone, self._lock, self._under_way = telephone, lock, under_way
        self._input, self._asks_first = input, asks_first
        language = choose_language(input.language, SPOKEN).language
        self._dial = Dial(
            f"{input.case_id}/{input.number}",
            input.case_id,
            input.phone,
            language,
            run_id=activity.info().workflow_run_id or "",
            number=input.number,
            at_once=input.at_once,
            extension=input.extension,
            says=says,
        )
        self._clock = TryClock()
        self._before = NothingPlaced()

    async def result(self) -> Result | CallEnded:
        """Place the call if no try has, look at it, and return its result.

        Raises:
            CallGoesOn: it has none yet.
            ProviderFailed: try again.
        """
        info = activity.info()
        known = known_before(info.attempt, tuple(info.heartbeat_details))
        if isinstance(known, PlacedCall):
            return await self._look(known)
        must_ask = self._asks_first or isinstance(known, PerhapsPlaced)
        if must_ask and (found := await self._find()):
            return await self._look(found)
        if isinstance(known, PerhapsPlaced):
            known = NothingPlaced(instead_of=known.instead_of)
        self._before = known
        return self._too_late() or await self._place()

    # --- placing --------------------------------------------------------------------------

    def _too_late(self) -> Result | None:
        """Return the result if the call must not be dialled any more, else None."""
        if self._clock.now() >= self._input.latest - _TO_DIAL:
            return Result.SKIPPED if self._is_untried() else Result.PROVIDER_FAILED
        if self._left() < _time_limit() * _TO_TALK:
            # It would be hung up before anybody had answered.
            waited = self._before.has_only_waited
            return Result.SKIPPED if waited else Result.PROVIDER_FAILED
        return None

    def _is_untried(self) -> bool:
        """Return whether no provider has been asked to dial, as far as is known."""
        return activity.info().attempt == 1 or self._before.has_only_waited

    def _left(self) -> timedelta:
        return activity.info().scheduled_time + _time_limit() - self._clock.now()

    async def _find(self) -> PlacedCall | None:
        found = await self._telephone.find(self._dial, self._clock.now() - self._input.at)
        return PlacedCall(found) if found else None

    async def _place(self) -> Result | CallEnded:
        # The settings, or what is known of numbers, may be another than when the case got it.
        if problem := number_problem(self._input.phone):
            log.warning("not dialled", call=self._dial.key, why=f"the number {problem}")
            return Result.PROVIDER_FAILED
        lock_id = await self._lock.acquire(self._input.phone, self._dial.key, _LEASE)
        if lock_id is None:
            return self._wait(WHILE_A_CALL_GOES_ON)
        try:
            placed = await self._dial_if_wanted()
        except (PerhapsDialled, Overtaken):
            raise  # another try, or a call that may ring, needs the lock until its lease ends
        except ProviderFailed as failure:
            if not isinstance(failure, Engaged):
                self._nothing_placed(NothingPlaced())  # next time every provider may place it
            await self._release(lock_id)
            raise
        await self._release(lock_id)
        if isinstance(placed, Result):
            return placed
        call, look_after = placed
        if look_after:
            raise self._goes_on(look_after)
        return await self._look(call)

    def _wait(self, wait: timedelta) -> Result:
        """Have the call tried again after `wait`, or return the result if that is too late.

        Raises:
            Engaged: it is not.
        """
        in_time = self._clock.now() + wait < self._input.latest - _TO_DIAL
        if in_time and self._left() - wait >= _time_limit() * _TO_TALK:
            self._nothing_placed(NothingPlaced(self._is_untried(), self._before.instead_of))
            raise Engaged(wait)
        log.info("not dialled", call=self._dial.key, why="too close to another call to the number")
        return Result.PROVIDER_FAILED if self._before.instead_of else Result.SKIPPED

    def _nothing_placed(self, known: NothingPlaced) -> None:
        activity.heartbeat(*known.details(activity.info().attempt))

    async def _dial_if_wanted(self) -> tuple[PlacedCall, timedelta] | Result:
        """Dial. Return the call with the time after which to look at it."""
        if wait := await self._telephone.wait_before(self._dial):
            return self._wait(wait)
        # All that took time, in which this worker may even have stood still.
        if not await self._is_wanted():
            return Result.CANCELLED
        if result := self._too_late():
            return result
        now = self._clock.now()
        placed = await self._telephone.dial(self._dial, self._before.instead_of)
        late = now - activity.info().scheduled_time > DIALLED_LATE
        call = PlacedCall(placed.call, now if late else None)
        activity.heartbeat(*call.details())
        if placed.look_after and not await self._will_be_looked_at():
            # It was called off, or its time was up, in the moment in which it was dialled.
            await self._telephone.hang_up(call.call)
        return call, placed.look_after

    async def _will_be_looked_at(self) -> bool:
        """Have the call looked at on a queue without a limit of calls in a second.

        Return False if its activity has ended, so that nobody will look.
        """
        for pause in _MOVE_AGAIN_SECONDS:
            try:
                return await self._under_way.move(self._input.number, CALLS_QUEUE)
            except ProviderFailed as failure:
                log.warning("not moved to the queue of calls", why=str(failure))
            await asyncio.sleep(pause)
        return True

    async def _is_wanted(self) -> bool:
        """Ask the server, before doing what cannot be undone, whether the case wants the call."""
        call = await self._under_way.find(self._input.number)
        if call is not None and call.attempt != activity.info().attempt:
            raise Overtaken
        return call is not None and not call.is_unwanted

    async def _release(self, lock_id: str) -> None:
        with suppress(ProviderFailed):  # then its lease ends it
            await self._lock.release(self._input.phone, lock_id)

    # --- looking --------------------------------------------------------------------------

    async def _look(self, call: PlacedCall) -> Result | CallEnded:
        try:
            seen = await self._telephone.look(call.call)
        except NeverRang:
            # The next try places another. Should that one end before it can tell, the one after
            # it knows that this call does not count, and asks for the other.
            self._nothing_placed(NothingPlaced(instead_of=call.call))
            raise CalledAnew from None
        except ProviderFailed as failure:
            # The call goes on whether or not the provider can tell us about it.
            raise self._goes_on(failure.retry_after or _LOOK_AGAIN) from failure
        if isinstance(seen, Result):
            result = await self._under_way.why_ended(self._input.number, seen)
            return ended(call, result, self._telephone)
        if seen.call != call.call:
            call = PlacedCall(seen.call, call.dialled_late)
            activity.heartbeat(*call.details())
        if seen.is_queued and self._clock.now() >= self._input.latest:
            return await self.hang_up(call, unless_ended=Result.PROVIDER_FAILED)
        if self._left() <= self._to_hang_up():
            return await self.hang_up(call, unless_ended=Result.PROVIDER_FAILED)
        raise self._goes_on(self._look_after(seen))

    def _look_after(self, seen: GoesOn) -> timedelta:
        until_latest = self._input.latest - self._clock.now()
        if seen.is_queued and timedelta(0) < until_latest < seen.look_after:
            return until_latest
        return seen.look_after

    def _goes_on(self, look_after: timedelta) -> CallGoesOn:
        """Look again so early that there is time left to hang up."""
        left = self._left() - self._to_hang_up()
        return CallGoesOn(max(min(look_after, left), timedelta(milliseconds=1)))

    def _to_hang_up(self) -> timedelta:
        return min(_TO_HANG_UP, _time_limit() * _TO_TALK)

    # --- hanging up -----------------------------------------------------------------------

    async def hang_up(
        self, call: PlacedCall, unless_ended: Result = Result.CANCELLED
    ) -> Result | CallEnded:
        """Hang up. Return the call's result if it had just ended."""
        try:
            result = await self._telephone.hang_up(call.call)
        except NeverRang:
            result = None
        return ended(call, result or unless_ended, self._telephone)

    async def find_and_hang_up(self) -> Result | CallEnded:
        """Hang up the call of a try that ended before it could tell, if it placed one."""
        call = await self._find()
        return await self.hang_up(call) if call else Result.CANCELLED


def _time_limit() -> timedelta:
    limit = activity.info().schedule_to_close_timeout
    assert limit is not None
    return limit
