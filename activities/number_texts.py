"""Send text messages: codes, and that a number was changed (docs/rules.md, section 2)."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from temporalio import activity

from domain.enrollment.activity_inputs import PlaceNumberCallInput
from domain.enrollment.verification import CallKind
from domain.shared.names import number_call_id
from domain.shared.result import Result
from providers.call_wording import language_of_country
from providers.protocols import NotNow, ProviderFailed
from providers.temporal.failures import provider_failures
from providers.temporal.try_clock import TryClock
from providers.text_protocols import TakesNoTexts, Text, Texts
from providers.text_wording import CHANGED, CODES
from reference.contact_check import number_problem
from reference.languages import choose_language
from reference.number_codes import NumberCodes

log = structlog.get_logger("telephone")

_LOOK_AFTER = timedelta(seconds=2)
_SEEMS_ARRIVED_AFTER = timedelta(seconds=30)
"""A carrier that cannot deliver a text says so sooner. Not every carrier says that it has."""


class TextOnItsWay(NotNow):
    """Nobody knows yet whether the text has arrived. Ask again."""

    def __init__(self) -> None:
        super().__init__("the text is on its way", _LOOK_AFTER)


@dataclass(frozen=True)
class NumberTextActivities:
    """The activity of the queue `calls` that sends texts."""

    texts: Texts | None
    """None: texts are not set up."""
    codes: NumberCodes | None = None

    @activity.defn
    async def send_number_text(self, input: PlaceNumberCallInput) -> Result:
        """Send a text, and return what became of it. Fail as long as it is on its way.

        The text of an earlier try is looked at rather than sent again: its id is in the heartbeat
        details, or else the provider is asked. No try sends it once the hours for it are over.
        """
        info, clock = activity.info(), TryClock()
        if problem := number_problem(input.phone):
            log.warning("not sent", text=f"{input.case_id}/{input.number}", why=problem)
            return Result.PROVIDER_FAILED
        with provider_failures():
            if self.texts is None:  # another worker has them
                raise ProviderFailed("CASE72_TEXTS is not set for this worker")
            sent = await self._sent_before(self.texts, input)
            if sent is None:
                now = clock.now()
                if now >= input.latest:
                    return Result.SKIPPED if info.attempt == 1 else Result.PROVIDER_FAILED
                try:
                    sent = await self.texts.send(self._text(input), input.latest - now)
                except TakesNoTexts:
                    return Result.BOUNCED
            activity.heartbeat(sent)
            if result := await self.texts.result(sent):
                return result
            if info.started_time - info.scheduled_time >= _SEEMS_ARRIVED_AFTER:
                return Result.ACCEPTED
            raise TextOnItsWay

    async def _sent_before(self, texts: Texts, input: PlaceNumberCallInput) -> str | None:
        """Return the id of the text that an earlier try has sent."""
        info = activity.info()
        if info.heartbeat_details:
            return str(info.heartbeat_details[0])
        if info.attempt == 1:
            return None
        return await texts.find(self._text(input), info.started_time - info.scheduled_time)

    def _text(self, input: PlaceNumberCallInput) -> Text:
        return Text(input.phone, self._words(input))

    def _words(self, input: PlaceNumberCallInput) -> str:
        tag = input.language or language_of_country(input.phone)
        language = choose_language(tag, CODES).language
        if input.kind is CallKind.CHANGED:
            return CHANGED[language]
        if self.codes is None:
            raise ProviderFailed("CASE72_PAGE_SECRETS is not set for this worker")
        code = self.codes.code(number_call_id(input.case_id, input.number))
        return CODES[language].format(code=code)
