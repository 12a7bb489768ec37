"""Calls: one activity, one call, however often it is tried (docs/rules.md, section 4)."""

import asyncio
from dataclasses import dataclass

from temporalio import activity

from activities.failures import provider_failures
from activities.heartbeats import called_off, heartbeats
from domain.attempt import Result
from domain.orders import CallOrder
from providers.protocols import Telephone

_LOOK_EVERY_SECONDS = 0.2


@dataclass(frozen=True)
class TelephonyActivities:
    """Activities of the queue `telephony`."""

    telephone: Telephone

    @activity.defn
    async def place_call(self, order: CallOrder) -> Result:
        """Call the seller and answer what came of it.

        A call dialled before, by a worker that died, is taken up rather than dialled again.
        Called off, it hangs up; a call that had just ended then still counts.
        """
        key = f"{order.case_id}/{order.number}"
        with provider_failures():
            if not await self.telephone.find(key):
                info = activity.info()
                # The server's clock for this case, not this machine's: time may be skipped.
                if info.started_time >= order.latest:
                    return Result.SKIPPED if info.attempt == 1 else Result.PROVIDER_FAILED
                await self.telephone.dial(key, order.case_id, order.phone)
            try:
                return await self._follow(key)
            except asyncio.CancelledError:
                if not called_off():
                    raise  # this worker stops; another takes the call up
                ended = await self.telephone.hang_up(key)
                if ended is None:
                    raise
                return ended

    async def _follow(self, key: str) -> Result:
        async with heartbeats():
            while (result := await self.telephone.result(key)) is None:  # noqa: ASYNC110  # a poll
                await asyncio.sleep(_LOOK_EVERY_SECONDS)
            return result
