"""What a machine that answers is told at Twilio, and what counts of it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.shared.result import Result
from providers.call_wording import SPOKEN, message_for, seconds_to_say
from providers.twilio.telephone import TwilioTelephone
from tests.patience import PATIENCE
from tests.providers.test_twilio_telephone import ANSWERED, CALL, dialled, followed, goes_on
from tests.providers.twilio_calls import DESK, SELLER, Story
from tests.providers.twilio_stand_in import Answer, TwilioStandIn


async def something(happens: Callable[[], object], telephone: TwilioTelephone, call: str) -> str:
    """Follow the call until something happens."""
    async with asyncio.timeout(PATIENCE):
        while not happens():
            call = await goes_on(telephone, call)
            await asyncio.sleep(0.05)
    return call


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that is said in no time, twice in `Story.says`; dates are rounded to seconds."""
    monkeypatch.setattr("providers.twilio.telephone.seconds_for_a_machine", lambda *_: 0)


MACHINE = replace(ANSWERED, by="machine_end_beep", lasts=60)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("story", "result"),
    [
        (MACHINE, Result.VOICEMAIL),
        (replace(MACHINE, by="machine_end_silence"), Result.VOICEMAIL),
        (replace(MACHINE, by="machine_start"), Result.VOICEMAIL),
        (replace(MACHINE, desk="in-progress"), Result.VOICEMAIL),  # noticed once it rang there
        (replace(MACHINE, listens=0.5), Result.VOICEMAIL_CUT),
        (replace(MACHINE, listens=0.5, desk="in-progress"), Result.VOICEMAIL_CUT),
    ],
)
async def test_a_machine_is_told_who_calls_and_only_what_it_heard_whole_counts(
    twilio: TwilioStandIn, story: Story, result: Result
) -> None:
    twilio.stories[SELLER] = story
    twilio.pace = 4
    telephone = twilio.telephone()
    call = await dialled(telephone)
    assert await followed(telephone, call) is result
    (placed,) = twilio.placed
    assert "account health team" in placed.form["Twiml"]
    assert "plus 1, 2 0 6, 5 5 5, 0 1 9 8" in placed.form["Twiml"]
    assert "<Dial" not in placed.form["Twiml"]
    assert not placed.alive


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("joined", "result"),
    [("in-progress", Result.CONNECTED), ("busy", Result.PROVIDER_FAILED)],
)
async def test_who_picks_up_while_a_machine_screens_the_call_presses_a_key_and_is_joined(
    twilio: TwilioStandIn, joined: str, result: Result
) -> None:
    twilio.join_url = "https://handler.twilio.com/twiml/EH1?a=1&b=2"
    twilio.stories[SELLER] = replace(MACHINE, presses=0.5, joined=joined, desk="in-progress")
    telephone = twilio.telephone()
    call = await dialled(telephone)
    if joined == "busy":  # the desk's TwiML says so, and the call ends
        call = await something(lambda: [p for p in twilio.placed if p.pressed], telephone, call)
        twilio.placed[0].ended_by_us = twilio.now()
    assert await followed(telephone, call) is result
    assert "press 1" in twilio.placed[0].form["Twiml"]
    assert (
        'action="https://handler.twilio.com/twiml/EH1?a=1&amp;b=2"'
        in (twilio.placed[0].form["Twiml"])
    )


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "call us back"),
        ("fr", "nous rappeler"),
        ("es", "que nos llame"),
        ("zh-Hans", "请回电"),
    ],
)
async def test_a_call_speaks_the_sellers_language_to_people_and_machines(
    twilio: TwilioStandIn, language: str, says: str
) -> None:
    twilio.stories[SELLER] = replace(MACHINE, before=0, detected=0)
    telephone = twilio.telephone()
    call = await dialled(telephone, replace(CALL, language=language))
    placed, words = twilio.placed[0], SPOKEN[language]
    assert words.stay_on_the_line in placed.form["Twiml"]
    await goes_on(twilio.telephone(), call)  # another worker's
    assert says in placed.form["Twiml"]
    assert f'voice="{words.voice}"' in placed.form["Twiml"]


@pytest.mark.usefixtures("quick")
async def test_a_message_goes_on_and_counts_whichever_worker_looks_next(
    twilio: TwilioStandIn,
) -> None:
    twilio.stories[SELLER] = replace(MACHINE, before=0, detected=0)
    twilio.pace = 4
    call = await goes_on(twilio.telephone(), await dialled(twilio.telephone()))
    began = twilio.placed[0].told
    assert began is not None
    call = await goes_on(twilio.telephone(), call)
    assert twilio.placed[0].told == began
    assert await followed(twilio.telephone(), call) is Result.VOICEMAIL


async def test_the_seller_turned_up_while_a_machine_is_spoken_to(twilio: TwilioStandIn) -> None:
    twilio.stories[SELLER] = replace(MACHINE, before=0, detected=0)
    telephone = twilio.telephone()
    call = await dialled(telephone)
    assert await telephone.hang_up(call) is None
    assert twilio.placed[0].told is None
    assert not twilio.placed[0].alive


@pytest.mark.parametrize("language", list(SPOKEN))
def test_a_message_is_short_and_its_length_is_not_taken_for_too_little(language: str) -> None:
    """A slow voice says 14 letters or 4 ideographs a second, and 2 digits."""
    message = message_for(SPOKEN[language], DESK)
    assert 15 < seconds_to_say(message) < 30
    assert DESK[1:] == "".join(filter(str.isdecimal, message))


async def test_a_machine_detected_since_the_call_was_read_is_not_taken_for_the_seller(
    twilio: TwilioStandIn,
) -> None:
    twilio.stories[SELLER] = Story(
        before=0, detected=0, ends="completed", by="machine_start", desk="in-progress", lasts=60
    )
    telephone = twilio.telephone()
    call = await dialled(telephone)
    placed = twilio.placed[0]
    twilio.asks.append(Answer(200, placed.as_json(status="in-progress", answered_by=None)))
    call = await goes_on(telephone, await goes_on(telephone, call))
    assert placed.told is not None
    placed.ended_by_us = twilio.now()
    assert await telephone.look(call) is Result.VOICEMAIL_CUT
