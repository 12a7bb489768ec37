"""Calls: one activity, one call, however often it is tried (docs/rules.md, section 4)."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import activity

from activities.failures import provider_failures
from activities.heartbeats import called_off, heartbeats, time_is_up, to_its_end
from domain.attempt import LATE, CallEnded, Result
from domain.orders import CallOrder
from providers.protocols import (
    Dial,
    Engaged,
    InvalidNumber,
    Lines,
    NeverRang,
    PerhapsDialled,
    ProviderFailed,
    Telephone,
)

_SHORT_LEASE = timedelta(seconds=10)
_TRIES_TO_HANG_UP = 5
_HANG_UP_AGAIN_SECONDS = 0.2


@dataclass(frozen=True)
class TelephonyActivities:
    """Activities of the queue `telephony`."""

    telephone: Telephone
    lines: Lines

    @activity.defn
    async def place_call(self, order: CallOrder) -> Result | CallEnded:
        """Call the seller and answer what came of it.

        A call placed before, by a worker that died, is taken up rather than dialled again: its id
        is in the heartbeats, or else the provider is asked. A call that never rang is placed
        anew, by another provider if there is one. While another call to the number is going on,
        be it another case's, none is placed.
        """
        with provider_failures():
            return await _Placing(self, order).result()


class _Placing:
    """One try of the activity."""

    def __init__(self, activities: TelephonyActivities, order: CallOrder) -> None:
        self._telephone = activities.telephone
        self._lines = activities.lines
        self._order = order
        self._dial = Dial(f"{order.case_id}/{order.number}", order.case_id, order.phone)
        self._began = time.monotonic()
        self._line: str | None = None
        self._dialled_late: datetime | None = None

    async def result(self) -> Result | CallEnded:
        """What came of the call. Its line is held for as long as it may be going on."""
        try:
            result = await self._made()
        except InvalidNumber:
            result = Result.INVALID_NUMBER
        await to_its_end(self._let_go())
        return result

    async def _made(self) -> Result | CallEnded:
        call, never_rang = _call_told(), None
        while True:
            call = call or await self._call_not_heard_of()
            if call is None:
                if called_off():
                    return Result.CANCELLED
                if self._now() >= self._order.latest:
                    first = activity.info().attempt == 1 and never_rang is None
                    return Result.SKIPPED if first else Result.PROVIDER_FAILED
                call = await self._place(instead_of=never_rang)
            try:
                result = await self._see_through(call)
            except NeverRang:
                call, never_rang = None, call
            else:
                by = self._telephone.served_by(call)
                if by is None and self._dialled_late is None:
                    return result
                return CallEnded(result=result, served_by=by, dialled_at=self._dialled_late)

    def _elapsed(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self._began)

    def _now(self) -> datetime:
        # The server's clock for this case, not this machine's: time may be skipped.
        return activity.info().started_time + self._elapsed()

    async def _call_not_heard_of(self) -> str | None:
        info = activity.info()
        if info.attempt == 1 or _nothing_under_way():
            return None
        age = self._now() - info.scheduled_time
        return await to_its_end(self._telephone.find(self._dial, age))

    async def _place(self, instead_of: str | None) -> str:
        try:
            self._line = self._line or await to_its_end(self._hold())
            if self._line is None:
                raise Engaged
            if await to_its_end(self._telephone.engaged(self._dial)):
                raise Engaged
            now = self._now()
            if now - activity.info().scheduled_time > LATE:
                self._dialled_late = now
            return await to_its_end(self._telephone.dial(self._dial, instead_of))
        except PerhapsDialled:
            raise
        except ProviderFailed:
            activity.heartbeat(activity.info().attempt)  # nothing is under way after this try
            await self._let_go()
            raise

    async def _hold(self) -> str | None:
        info = activity.info()
        assert info.schedule_to_close_timeout is not None
        lease = info.scheduled_time + info.schedule_to_close_timeout - self._now()
        return await self._lines.hold(self._order.phone, self._dial.key, max(lease, _SHORT_LEASE))

    async def _let_go(self) -> None:
        with suppress(ProviderFailed):  # then its lease ends it
            # An earlier try may have held it, had this one only to follow the call.
            if line := self._line or await self._hold():
                await self._lines.let_go(self._order.phone, line)

    async def _see_through(self, call: str) -> Result:
        """Follow the call to its end.

        Called off, or out of time, it is hung up; if it had just ended, that still counts.
        """
        try:
            async with heartbeats(call):
                if called_off():
                    return await self._hang_up(call)
                return await self._follow(call)
        except asyncio.CancelledError:
            if called_off() or time_is_up(self._began):
                async with heartbeats(call):
                    return await self._hang_up(call)
            raise  # this worker stops, or was given up on; another takes the call up

    async def _follow(self, call: str) -> Result:
        while True:
            pause = timedelta(seconds=self._telephone.look_every_seconds)
            try:
                if result := await self._telephone.result(call):
                    return result
            except NeverRang:
                raise
            except ProviderFailed as failure:
                # The call goes on whether or not the provider can tell us about it.
                pause = max(pause, failure.retry_after or pause)
            await asyncio.sleep(pause.total_seconds())

    async def _hang_up(self, call: str) -> Result:
        for _ in range(_TRIES_TO_HANG_UP):
            with suppress(ProviderFailed):
                return await self._telephone.hang_up(call) or Result.CANCELLED
            await asyncio.sleep(_HANG_UP_AGAIN_SECONDS)
        raise ProviderFailed("the call could not be hung up")


def _call_told() -> str | None:
    """The call that an earlier try was following."""
    match activity.info().heartbeat_details:
        case [str(call)]:
            return call
        case _:
            return None


def _nothing_under_way() -> bool:
    """Whether the try before this one ended knowing that no call had been placed."""
    info = activity.info()
    return list(info.heartbeat_details) == [info.attempt - 1]
