"""Place calls and hang them up (docs/rules.md, section 4).

A call is one activity, `place_call`. Its first try dials. While the call goes on, each try looks at
it and fails, and the next one is seconds later; so a ringing call holds no worker.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio import activity

from domain.case.attempt import CallEnded
from domain.enrollment.activity_inputs import PlaceNumberCallInput
from domain.enrollment.verification import CallKind
from domain.shared.activity_inputs import PlaceCallInput
from domain.shared.names import number_call_id
from domain.shared.result import Result
from providers.call_wording import SPOKEN, language_of_country
from providers.protocols import NotNow, PhoneLock, ProviderFailed, Telephone
from providers.temporal.calls_under_way import (
    CallsUnderWay,
    NothingPlaced,
    PerhapsPlaced,
    PlacedCall,
)
from providers.temporal.failures import provider_failures
from providers.temporal.one_call import OneCall
from reference.languages import choose_language
from reference.number_codes import NumberCodes


class StillDialling(NotNow):
    """A worker may be dialling the call. Retry."""

    def __init__(self) -> None:
        super().__init__("the call is being placed")


@dataclass(frozen=True)
class CallActivities:
    """Activities of the queues `telephony` and `calls`."""

    telephone: Telephone
    phone_lock: PhoneLock
    codes: NumberCodes | None = None
    restored_until: datetime | None = None
    """Until this moment a call may have been placed of which Temporal, being restored, knows
    nothing. So the provider is asked before any try dials."""

    @activity.defn
    async def place_call(self, input: PlaceCallInput) -> Result | CallEnded:
        """Call the seller and return the result. Fail as long as the call goes on.

        A call that an earlier try placed is looked at rather than dialled again: its id is in the
        heartbeat details, or else the provider is asked. A call that never rang is placed anew, by
        another provider if there is one. None is placed while another call to the number is going
        on, nor too soon after a call of another case. If that would take too long, it is skipped.
        """
        with provider_failures():
            return await self._one_call(_under_way(), input).result()

    @activity.defn
    async def place_number_call(self, input: PlaceNumberCallInput) -> Result | CallEnded:
        """Call a seller outside any case: to say a code, that the number works, or was changed.

        It is placed and looked at as `place_call` does.
        """
        with provider_failures():
            language = input.language or language_of_country(input.phone)
            input = input.model_copy(update={"language": language})
            words = SPOKEN[choose_language(language, SPOKEN).language]
            says = (words.changed if input.kind is CallKind.CHANGED else words.test_call,)
            if input.kind is CallKind.CODE:
                if self.codes is None:  # another worker has them, which prepared the call
                    raise ProviderFailed("CASE72_PAGE_SECRETS is not set for this worker")
                code = self.codes.code(number_call_id(input.case_id, input.number))
                says = (words.your_code, *code)
            return await self._one_call(_under_way(), input, says).result()

    @activity.defn
    async def hang_up(self, input: PlaceCallInput) -> None:
        """Hang up a call that the case does not want any more, and end its `place_call`.

        That ends `cancelled`. A call that has just ended keeps its result.
        """
        with provider_failures():
            under_way = _under_way()
            call = await under_way.find(input.number)
            if call is None:
                return
            one = self._one_call(under_way, input)
            match call.known:
                case PlacedCall():
                    result = await one.hang_up(call.known)
                case _ if call.is_running:
                    raise StillDialling
                case NothingPlaced():
                    result = Result.CANCELLED
                case PerhapsPlaced():
                    result = await one.find_and_hang_up()
            await under_way.end(input.number, result)

    def _one_call(
        self, under_way: CallsUnderWay, input: PlaceCallInput, says: tuple[str, ...] = ()
    ) -> OneCall:
        until = self.restored_until
        asks_first = until is not None and datetime.now(UTC) < until
        return OneCall(
            self.telephone, self.phone_lock, under_way, input, says, asks_first=asks_first
        )


def _under_way() -> CallsUnderWay:
    info = activity.info()
    assert info.workflow_id
    assert info.workflow_run_id
    return CallsUnderWay(activity.client(), info.workflow_id, info.workflow_run_id)
