"""Prepare the calls that sellers ask for outside any case (docs/rules.md, section 2)."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from temporalio import activity

from domain.case.status import Status
from domain.enrollment.activity_inputs import LookUpWayInput, PrepareCallInput
from domain.enrollment.old_numbers import Way
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
from providers.protocols import CallLimit, CallPlaces
from providers.temporal.failures import provider_failures
from providers.workflow_protocols import OpenCases
from reference.contact_check import number_problem
from reference.number_codes import NumberCodes
from reference.number_hours import day_time

WEEK = timedelta(days=7)
SHARE_PER_HOUR, SHARE_PER_DAY = 2, 5
"""How many of a number's calls one seller gets, if it is not proven to be that seller's."""

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

    @activity.defn
    async def look_up_way(self, input: LookUpWayInput) -> Way | None:
        """Return when and how an old number is told of the change. None: it is not told.

        A number is told once in a week at most, however many sellers have had it, or else once for
        each who had proven it.
        """
        if number_problem(input.phone):
            return None
        with provider_failures():
            once = CallLimit(input.phone, 1, WEEK)
            told_lately = not await self._takes_places(input.call_id, once)
            if told_lately and not input.proven:
                log.info("not told of the change", call=input.call_id, why="told lately")
                return None
        hours = day_time(input.phone, input.time_zone, input.now)
        by_text = self.sends_texts and input.extension is None and input.takes_texts
        return Way(due=max(hours.opens, input.now), until=hours.closes, by_text=by_text)

    async def _refused_as(self, input: PrepareCallInput) -> Result | None:
        if why := self._what_is_missing(input.kind):
            log.warning("not dialled", call=input.call_id, why=f"{why} is not set")
            return Result.PROVIDER_FAILED
        case = await self.cases.status(input.store, input.seller_id)
        # While the clock runs, a code would be taken for an answer to the case, and keep the case's
        # own calls waiting.
        if case == Status.CONTACTING or (input.kind is CallKind.TEST and case is not None):
            return Result.CANCELLED
        if input.proven:  # whoever else asked for calls to the number keeps nobody from its own
            return None
        # Last of all a place of the number itself, so that nobody uses it up alone.
        share = f"{input.phone} for {input.store}/{input.seller_id}"
        limits = (
            CallLimit(share, SHARE_PER_HOUR, HOUR),
            CallLimit(share, SHARE_PER_DAY, DAY),
            CallLimit(input.phone, CALLS_PER_HOUR, HOUR),
            CallLimit(input.phone, CALLS_PER_DAY, DAY),
        )
        if not await self._takes_places(input.call_id, *limits):
            log.info("not dialled", call=input.call_id, why="too many calls to the number")
            return Result.SKIPPED
        return None

    async def _takes_places(self, call_id: str, *limits: CallLimit) -> bool:
        again = activity.info().attempt > 1
        return await self.places.take_places(call_id, limits, perhaps_taken=again)

    def _what_is_missing(self, kind: CallKind) -> str | None:
        if kind.says_code and self.codes is None:
            return "CASE72_PAGE_SECRETS"
        return "CASE72_TEXTS" if kind is CallKind.TEXT and not self.sends_texts else None
