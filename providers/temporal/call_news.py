"""What a provider tells of a call while no worker looks at it."""

import asyncio

import structlog
from temporalio.client import Client

from domain.shared.result import Result
from providers.protocols import NeverRang, Telephone
from providers.temporal.calls_under_way import CallsUnderWay, CallUnderWay, PlacedCall, ended

_LOOKS, _PAUSE_SECONDS = 10, 0.2

log = structlog.get_logger("telephone")


class CallNews:
    """Takes news of calls, and tells the case.

    News is only a reason to look at the call: the provider is asked, and what it answers counts. So
    news that is repeated, late or out of order changes nothing.
    """

    def __init__(self, client: Client, telephone: Telephone) -> None:
        self._client, self._telephone = client, telephone

    async def hear(self, case_id: str, run_id: str, number: int, call: str) -> None:
        """Take news of a call: end its activity if it has a result, or else have it looked at.

        Args:
            case_id: the case's own id.
            run_id: the run of the workflow that placed the call.
            number: the attempt.
            call: as `Telephone.look` takes it. It counts where no worker has told of the call yet.

        Raises:
            ProviderFailed: the provider or Temporal does not answer. A look will find out.
        """
        under_way = CallsUnderWay(self._client, case_id.rpartition("/")[0], run_id)
        pending = await self._at_rest(under_way, number)
        if pending is None:
            return
        placed = pending.known if isinstance(pending.known, PlacedCall) else PlacedCall(call)
        if not self._telephone.is_same(placed.call, call):
            return  # news of a call that another one was placed instead of
        result = await self._result(placed)
        if result is not None:
            result = await under_way.why_ended(number, result)
            await under_way.end(number, ended(placed, result, self._telephone))
            log.info("heard of the end", call=f"{case_id}/{number}", result=result)
        elif isinstance(pending.known, PlacedCall) and not pending.is_running:
            await under_way.look_now(number)

    async def _at_rest(self, under_way: CallsUnderWay, number: int) -> CallUnderWay | None:
        """Return the call once no worker is at it, or after two seconds.

        A worker that has just dialled, or begun our message to a machine, tells of it in a moment.
        """
        for _ in range(_LOOKS):
            pending = await under_way.find(number)
            if pending is None or not pending.is_running:
                break
            await asyncio.sleep(_PAUSE_SECONDS)
        return pending

    async def _result(self, placed: PlacedCall) -> Result | None:
        try:
            return await self._telephone.result(placed.call)
        except NeverRang:
            return None  # a worker places another call
