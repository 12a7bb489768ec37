"""A call at Twilio that says a code, and extensions (docs/rules.md, section 2)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.shared.result import Result
from providers.call_wording import SPOKEN
from providers.protocols import Dial, GoesOn
from providers.twilio.telephone import TwilioTelephone
from tests.patience import PATIENCE
from tests.providers.twilio_calls import DESK, SELLER, Story
from tests.providers.twilio_stand_in import TwilioStandIn
from tests.providers.twiml import read

SAYS = Dial("enrollment/US/A1/r/2", "enrollment/US/A1/r", SELLER, says=("Your code is:", *"481927"))
MINUTE = timedelta(minutes=1)


async def followed(telephone: TwilioTelephone, call: str) -> Result:
    async with asyncio.timeout(PATIENCE):
        while isinstance(seen := await telephone.look(call), GoesOn):
            call = seen.call
            await asyncio.sleep(0.05)
        return seen


@pytest.mark.parametrize("language", SPOKEN)
async def test_the_code_is_said_twice_and_slowly_and_nobody_is_joined(
    twilio: TwilioStandIn, language: str
) -> None:
    await twilio.telephone().dial(replace(SAYS, language=language))
    form = twilio.placed[0].form
    verbs = read(form["Twiml"])
    said = [verb.text for verb in verbs if verb.name == "Say"]
    assert said == ["Your code is:", *"481927"] * 2
    voices = {(v.attributes["voice"], v.attributes["language"]) for v in verbs if v.name == "Say"}
    assert voices == {(SPOKEN[language].voice, SPOKEN[language].language)}
    kinds = [verb.name for verb in verbs]
    assert kinds == ["Say", "Pause"] * 14 + ["Hangup"]
    assert DESK not in form["Twiml"]
    assert not any(name.startswith("MachineDetection") for name in form)


@pytest.mark.parametrize(
    ("story", "result"),
    [
        (Story(ends="completed", by=None), Result.CONNECTED),
        (Story(ends="no-answer"), Result.NO_ANSWER),
        (Story(ends="busy"), Result.BUSY),
    ],
)
async def test_who_answers_has_heard_it(
    twilio: TwilioStandIn, story: Story, result: Result
) -> None:
    twilio.stories[SELLER] = story
    telephone = twilio.telephone()
    call = (await telephone.dial(SAYS)).call
    assert await followed(telephone, call) is result
    assert "481927" not in call, "what a look is given stands in Temporal"


async def test_a_call_that_may_be_anothers_has_said_no_code(twilio: TwilioStandIn) -> None:
    twilio.stories[SELLER] = Story(ends="completed", by=None)
    telephone = twilio.telephone()
    twilio.place()
    found = await telephone.find(SAYS, MINUTE)
    assert found is not None
    assert await followed(telephone, found) is Result.PROVIDER_FAILED


@pytest.mark.parametrize("dial", [SAYS, replace(SAYS, says=())])
async def test_an_extension_is_dialled_after_the_answer(twilio: TwilioStandIn, dial: Dial) -> None:
    telephone = twilio.telephone()
    await telephone.dial(replace(dial, extension="ww12#"))
    await telephone.dial(dial)
    first, second = (call.form for call in twilio.placed)
    assert first["SendDigits"] == "ww12#"
    assert "MachineDetection" not in first, "it would judge the switchboard"
    assert ("MachineDetection" in second) is not bool(dial.says)
    assert "SendDigits" not in second


def test_neither_code_nor_extension_is_in_what_is_logged_of_a_call() -> None:
    shown = repr(replace(SAYS, extension="3344"))
    assert not any(secret in shown for secret in ("4', '8", "3344", SELLER))
