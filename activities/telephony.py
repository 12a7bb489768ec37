"""Calls: one activity, one call, however often it is tried (docs/rules.md, section 4)."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

from temporalio import activity

from activities.failures import provider_failures
from activities.heartbeats import called_off, heartbeats, time_is_up, to_its_end
from domain.attempt import Result
from domain.orders import CallOrder
from providers.protocols import ProviderFailed, Telephone

_LOOK_EVERY_SECONDS = 0.2
_TRIES_TO_HANG_UP = 5


@dataclass(frozen=True)
class TelephonyActivities:
    """Activities of the queue `telephony`."""

    telephone: Telephone

    @activity.defn
    async def place_call(self, order: CallOrder) -> Result:
        """Call the seller and answer what came of it.

        A call dialled before, by a worker that died, is taken up rather than dialled again.
        Called off, or out of time, it hangs up; a call that had just ended then still counts.
        """
        began = time.monotonic()
        key = f"{order.case_id}/{order.number}"
        with provider_failures():
            if too_late := await to_its_end(self._dial_once(key, order)):
                return too_late
            try:
                async with heartbeats():
                    if called_off():
                        return await self._hang_up(key)
                    return await self._follow(key)
            except asyncio.CancelledError:
                if called_off() or time_is_up(began):
                    return await self._hang_up(key)
                raise  # this worker stops, or was given up on; another takes the call up

    async def _dial_once(self, key: str, order: CallOrder) -> Result | None:
        if await self.telephone.find(key):
            return None
        info = activity.info()
        # The server's clock for this case, not this machine's: time may be skipped.
        if info.started_time >= order.latest:
            return Result.SKIPPED if info.attempt == 1 else Result.PROVIDER_FAILED
        await self.telephone.dial(key, order.case_id, order.phone)
        return None

    async def _follow(self, key: str) -> Result:
        while True:
            # The call goes on whether or not the provider can tell us about it.
            with suppress(ProviderFailed):
                if result := await self.telephone.result(key):
                    return result
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    async def _hang_up(self, key: str) -> Result:
        for _ in range(_TRIES_TO_HANG_UP):
            with suppress(ProviderFailed):
                return await self.telephone.hang_up(key) or Result.CANCELLED
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
        raise ProviderFailed("the call could not be hung up")
