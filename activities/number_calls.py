"""Prepare the calls that sellers ask for outside any case (docs/rules.md, section 2)."""

from dataclasses import dataclass

import structlog
from temporalio import activity

from domain.enrollment.activity_inputs import PrepareCallInput
from domain.enrollment.verification import (
    CALLS_PER_DAY,
    CALLS_PER_HOUR,
    DAY,
    HOUR,
    CallKind,
    Preparation,
    kept,
)
from domain.shared.result import Result
from providers.protocols import CallPlaces
from providers.temporal.failures import provider_failures
from providers.workflow_protocols import OpenCases
from reference.number_codes import NumberCodes

log = structlog.get_logger("telephone")


@dataclass(frozen=True)
class NumberCallActivities:
    """Activities of the queue `cases`."""

    places: CallPlaces
    cases: OpenCases
    codes: NumberCodes | None = None
    """None if the page's secrets are not set. Then no call says a code."""
    sends_texts: bool = False

    @activity.defn
    async def prepare_number_call(self, input: PrepareCallInput) -> Preparation:
        """Return whether a call may be dialled, and the proof of the code that it will say."""
        with provider_failures():
            if refused_as := await self._refused_as(input):
                return Preparation(refused_as=refused_as)
        says = self.codes if input.kind.says_code else None
        return Preparation(proof=kept(says.proof(input.call_id)) if says else None)

    async def _refused_as(self, input: PrepareCallInput) -> Result | None:
        if why := self._what_is_missing(input.kind):
            log.warning("not dialled", call=input.call_id, why=f"{why} is not set")
            return Result.PROVIDER_FAILED
        if input.kind is CallKind.TEST and await self.cases.is_open(input.store, input.seller_id):
            return Result.CANCELLED
        for places, span in ((CALLS_PER_HOUR, HOUR), (CALLS_PER_DAY, DAY)):
            if not await self.places.take_place(input.phone, input.call_id, places, span):
                log.info("not dialled", call=input.call_id, why="too many calls to the number")
                return Result.SKIPPED
        return None

    def _what_is_missing(self, kind: CallKind) -> str | None:
        if kind.says_code and self.codes is None:
            return "CASE72_PAGE_SECRETS"
        return "CASE72_TEXTS" if kind is CallKind.TEXT and not self.sends_texts else None
