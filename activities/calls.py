"""Place calls: one activity places one call, with retries (docs/rules.md, section 4)."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from temporalio import activity

from domain.case.activity_inputs import PlaceCallInput
from domain.case.attempt import DIALLED_LATE, CallEnded
from domain.shared.result import Result
from providers.call_wording import SPOKEN
from providers.protocols import (
    Dial,
    Engaged,
    NeverRang,
    PerhapsDialled,
    PhoneLock,
    ProviderFailed,
    Telephone,
)
from providers.temporal.failures import provider_failures
from providers.temporal.heartbeats import (
    TimedOut,
    cancel_requested,
    heartbeats,
    shielded,
    still_wanted,
    time_is_up,
)
from reference.contact_check import number_problem
from reference.languages import choose_language

log = structlog.get_logger("telephone")

_LEAST_LEASE = timedelta(seconds=10)
_HANG_UP_AGAIN_SECONDS = (0.2, 0.5, 1, 2, 3, 3)
_LONGEST_PAUSE = timedelta(seconds=10)
_TO_DIAL = timedelta(seconds=1)
"""How long a busy machine takes from reading the clock until the provider dials."""
_TO_TALK = 1 / 8
"""The part of the activity's time that a call needs. With less left, no call is dialled."""


@dataclass(frozen=True)
class CallActivities:
    """Activities of the queue `telephony`."""

    telephone: Telephone
    phone_lock: PhoneLock

    @activity.defn
    async def place_call(self, input: PlaceCallInput) -> Result | CallEnded:
        """Call the seller and return the result.

        A call placed before, by a worker that died, is taken up rather than dialled again: its id
        is in the heartbeats, or else the provider is asked. A call that never rang is placed
        anew, by another provider if there is one. While another call to the number is going on,
        be it another case's, none is placed.
        """
        with provider_failures():
            return await _PlaceCallTry(self, input).result()


@dataclass(frozen=True)
class _PlacedCall:
    """A call that has been placed and is being followed."""

    call: str
    dialled_late: datetime | None = None
    """When it was dialled, if late (`domain.case.attempt.DIALLED_LATE`)."""

    def details(self) -> tuple[str, ...]:
        """Return the details of the heartbeats, by which the next try knows the call."""
        late = self.dialled_late
        return (self.call, late.isoformat()) if late else (self.call,)


class _NothingPlaced:
    """The try that says so ended knowing that no call was placed."""


def _heartbeat_nothing_placed() -> None:
    """Let the next try know that this one placed no call."""
    activity.heartbeat(activity.info().attempt)


def _previous_try() -> _PlacedCall | _NothingPlaced | None:
    """Return what the try before this one knew, or None if it died before it could tell."""
    match tuple(activity.info().heartbeat_details):
        case (str(call),):
            return _PlacedCall(call)
        case (str(call), str(dialled_late)):
            return _PlacedCall(call, datetime.fromisoformat(dialled_late))
        case (int(number),) if number == activity.info().attempt - 1:
            return _NothingPlaced()
        case _:
            return None


class _PlaceCallTry:
    """One try of `place_call`."""

    def __init__(self, activities: CallActivities, input: PlaceCallInput) -> None:
        self._telephone = activities.telephone
        self._lock = activities.phone_lock
        self._input = input
        language = choose_language(input.language, SPOKEN).language
        self._dial = Dial(f"{input.case_id}/{input.number}", input.case_id, input.phone, language)
        self._began = time.monotonic()
        self._lock_id: str | None = None

    async def result(self) -> Result | CallEnded:
        """Return the result of the call. Hold the phone lock while the call may be going on."""
        result = await self._follow_or_place()
        await shielded(self._release())
        return result

    async def _follow_or_place(self) -> Result | CallEnded:
        call, never_rang = await self._call_before(), None
        while True:
            if call is None:
                if result := self._too_late(again=never_rang is not None):
                    return result
                placed = await self._place(instead_of=never_rang)
                if isinstance(placed, Result):
                    return placed
                call = placed
            try:
                return _with_details(call, await self._see_through(call), self._telephone)
            except NeverRang:
                never_rang, call = call.call, None

    def _too_late(self, *, again: bool) -> Result | None:
        """Return the result if the call must not be dialled any more, else None."""
        if cancel_requested():
            return Result.CANCELLED
        if self._now() >= self._input.latest - _TO_DIAL:
            first = activity.info().attempt == 1 and not again
            return Result.SKIPPED if first else Result.PROVIDER_FAILED
        if self._left() < _time_limit() * _TO_TALK:
            return Result.PROVIDER_FAILED  # it would be hung up before anybody had answered
        return None

    def _now(self) -> datetime:
        # The server's clock for this case, not this machine's: time may be skipped.
        elapsed = timedelta(seconds=time.monotonic() - self._began)
        return activity.info().started_time + elapsed

    def _left(self) -> timedelta:
        return activity.info().scheduled_time + _time_limit() - self._now()

    async def _call_before(self) -> _PlacedCall | None:
        """Return the call that an earlier try placed, or may have placed."""
        info = activity.info()
        before = _previous_try()
        if isinstance(before, _PlacedCall):
            return before
        if info.attempt == 1 or isinstance(before, _NothingPlaced):
            return None
        age = self._now() - info.scheduled_time
        found = await shielded(self._telephone.find(self._dial, age))
        return _PlacedCall(found) if found else None

    async def _place(self, instead_of: str | None) -> _PlacedCall | Result:
        # The settings, or what is known of numbers, may be another than when the case got it.
        if problem := number_problem(self._input.phone):
            log.warning("not dialled", call=self._dial.key, why=f"the number {problem}")
            return Result.PROVIDER_FAILED
        try:
            self._lock_id = self._lock_id or await shielded(self._acquire())
            if self._lock_id is None or await shielded(self._telephone.engaged(self._dial)):
                raise Engaged
            # All that took time, in which this worker may even have stood still.
            if not await shielded(still_wanted()):
                return Result.CANCELLED
            if result := self._too_late(again=instead_of is not None):
                return result
            now = self._now()
            call = await shielded(self._telephone.dial(self._dial, instead_of))
        except (PerhapsDialled, TimedOut):
            raise  # another try, or a call that may ring, needs the lock
        except ProviderFailed:
            _heartbeat_nothing_placed()
            await self._release()
            raise
        return _PlacedCall(
            call, now if now - activity.info().scheduled_time > DIALLED_LATE else None
        )

    async def _acquire(self) -> str | None:
        lease = max(self._left(), _LEAST_LEASE)
        return await self._lock.acquire(self._input.phone, self._dial.key, lease)

    async def _release(self) -> None:
        with suppress(ProviderFailed):  # then its lease ends it
            # An earlier try may have held it, had this one only to follow the call.
            if lock_id := self._lock_id or await self._acquire():
                await self._lock.release(self._input.phone, lock_id)

    async def _see_through(self, call: _PlacedCall) -> Result:
        """Follow the call to its end.

        Hang up if the case cancels it or its time is up. A call that has just ended still counts.
        """
        try:
            async with heartbeats(*call.details()):
                if cancel_requested():
                    return await self._hang_up(call.call) or Result.CANCELLED
                return await self._follow(call.call)
        except asyncio.CancelledError:
            if cancel_requested() or time_is_up(self._began):
                async with heartbeats(*call.details()):
                    return await self._hang_up(call.call) or Result.CANCELLED
            raise  # this worker stops, or the try timed out; another worker takes the call up

    async def _follow(self, call: str) -> Result:
        usual = timedelta(seconds=self._telephone.look_every_seconds)
        pause, may_be_queued = usual, True
        while True:
            try:
                if result := await self._telephone.result(call):
                    return result
                if may_be_queued and self._now() >= self._input.latest:
                    if await self._telephone.is_queued(call):
                        return await self._hang_up(call) or Result.PROVIDER_FAILED
                    may_be_queued = False
                pause = usual
            except NeverRang:
                raise
            except ProviderFailed as failure:
                # The call goes on whether or not the provider can tell us about it.
                pause = max(min(pause * 2, _LONGEST_PAUSE), failure.retry_after or usual)
            await asyncio.sleep(pause.total_seconds())

    async def _hang_up(self, call: str) -> Result | None:
        """End the call. Return its result if it had ended before."""
        for pause in _HANG_UP_AGAIN_SECONDS:
            try:
                return await self._telephone.hang_up(call)
            except ProviderFailed as failure:
                wait = min(failure.retry_after or timedelta(0), _LONGEST_PAUSE / 2)
            await asyncio.sleep(max(pause, wait.total_seconds()))
        raise ProviderFailed("the call could not be hung up")


def _with_details(call: _PlacedCall, result: Result, telephone: Telephone) -> Result | CallEnded:
    """Return the result, with the provider and the time of a late call if they are known."""
    by = telephone.served_by(call.call)
    if by is None and call.dialled_late is None:
        return result
    return CallEnded(result=result, served_by=by, dialled_at=call.dialled_late)


def _time_limit() -> timedelta:
    limit = activity.info().schedule_to_close_timeout
    assert limit is not None
    return limit
