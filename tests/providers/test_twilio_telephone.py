"""What comes of a call at Twilio, by docs/rules.md section 4 and docs/real-telephone.md."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.shared.result import Result
from providers.protocols import Dial, GoesOn, NeverRang, ProviderFailed
from providers.twilio.followed_call import FollowedCall
from providers.twilio.telephone import TwilioTelephone
from tests.patience import PATIENCE
from tests.providers.twilio_calls import DESK, OURS, SELLER, Story
from tests.providers.twilio_stand_in import Answer, TwilioStandIn

CALL = Dial("case/US/A1/r/2", "case/US/A1/r", SELLER)
MINUTE = timedelta(minutes=1)
ANSWERED = Story(ends="completed")


async def dialled(telephone: TwilioTelephone, dial: Dial = CALL) -> str:
    """Dial, and say what a look is to be given."""
    return (await telephone.dial(dial)).call


async def goes_on(telephone: TwilioTelephone, call: str) -> str:
    """Look at a call that goes on, and say what the next look is to be given."""
    seen = await telephone.look(call)
    assert isinstance(seen, GoesOn)
    return seen.call


async def followed(telephone: TwilioTelephone, call: str) -> Result:
    async with asyncio.timeout(PATIENCE):
        while isinstance(seen := await telephone.look(call), GoesOn):
            call = seen.call
            await asyncio.sleep(0.05)
        return seen


RESULTS = [
    (Story(ends="no-answer"), Result.NO_ANSWER),
    (Story(ends="busy"), Result.BUSY),
    (replace(ANSWERED, desk="in-progress"), Result.CONNECTED),
    (replace(ANSWERED, desk="completed", lasts=0.1), Result.CONNECTED),
    (replace(ANSWERED, by="unknown", desk="in-progress"), Result.CONNECTED),
    (replace(ANSWERED, by=None, desk="in-progress"), Result.CONNECTED),
    (ANSWERED, Result.DECLINED),
    (replace(ANSWERED, by=None), Result.DECLINED),
    (replace(ANSWERED, desk="canceled"), Result.DECLINED),
    # Whoever stayed for longer than detection and sentence waited for a desk never dialled.
    (replace(ANSWERED, talked=30), Result.PROVIDER_FAILED),
    # Nothing is said to a fax, nor to a machine that hangs up before we have spoken.
    (replace(ANSWERED, by="fax", lasts=60), Result.VOICEMAIL_CUT),
    (replace(ANSWERED, by="machine_end_other", lasts=0.1), Result.VOICEMAIL_CUT),
    (replace(ANSWERED, desk="no-answer"), Result.PROVIDER_FAILED),
    (replace(ANSWERED, desk="busy"), Result.PROVIDER_FAILED),
    (replace(ANSWERED, desk="failed"), Result.PROVIDER_FAILED),
]


@pytest.mark.parametrize(("story", "result"), RESULTS)
async def test_what_a_call_ends_as(twilio: TwilioStandIn, story: Story, result: Result) -> None:
    twilio.stories[SELLER] = story
    telephone = twilio.telephone()
    call = await dialled(telephone)
    assert await followed(telephone, call) is result
    if story.by == "fax":
        assert not twilio.placed[0].alive


async def test_our_own_number_is_not_dialled_and_says_nothing_about_the_seller(
    twilio: TwilioStandIn,
) -> None:
    with pytest.raises(ProviderFailed):
        await twilio.telephone().dial(replace(CALL, phone=OURS))
    assert not twilio.placed


async def test_a_seller_who_is_joined_to_the_desk_is_not_waited_for(twilio: TwilioStandIn) -> None:
    twilio.stories[SELLER] = replace(ANSWERED, desk="in-progress", lasts=3600)
    telephone = twilio.telephone()
    call = await dialled(telephone)
    assert await followed(telephone, call) is Result.CONNECTED
    assert twilio.placed[0].alive


async def test_the_call_is_asked_for_as_documented(twilio: TwilioStandIn) -> None:
    await twilio.telephone().dial(CALL)
    form = twilio.placed[0].form
    assert (form["To"], form["From"]) == (SELLER, OURS)
    assert form["MachineDetection"] == "DetectMessageEnd"
    assert form["MachineDetectionTimeout"] == "59"
    assert f"<Number>{DESK}</Number>" in form["Twiml"]
    assert "http" not in form["Twiml"]  # nothing of ours has to be reachable


async def test_a_call_that_failed_without_ringing_says_nothing_about_the_seller(
    twilio: TwilioStandIn,
) -> None:
    twilio.stories[SELLER] = Story(before=0, ends="failed")
    telephone = twilio.telephone()
    call = await dialled(telephone)
    with pytest.raises(NeverRang):
        await telephone.look(call)
    assert await telephone.find(CALL, MINUTE) is None


async def test_a_call_that_failed_after_ringing_is_not_placed_anew(twilio: TwilioStandIn) -> None:
    twilio.stories[SELLER] = Story(before=0.3, ends="failed")
    telephone = twilio.telephone()
    call = await dialled(telephone)
    assert await followed(telephone, call) is Result.PROVIDER_FAILED


async def test_a_list_that_still_says_ringing_is_asked_again(twilio: TwilioStandIn) -> None:
    twilio.stories[SELLER] = replace(ANSWERED, desk="ringing", lasts=0.1)
    telephone = twilio.telephone()
    call = await dialled(telephone)
    await asyncio.sleep(0.6)
    call = await goes_on(telephone, call)
    twilio.placed[0].story = replace(ANSWERED, desk="completed", lasts=0.1)
    assert await followed(telephone, call) is Result.CONNECTED


async def test_hung_up_is_only_what_has_ended(twilio: TwilioStandIn) -> None:
    twilio.stories[SELLER] = Story(before=60, deaf=1)
    telephone = twilio.telephone()
    call = await dialled(telephone)
    with pytest.raises(ProviderFailed, match="was not hung up"):
        await telephone.hang_up(call)
    assert twilio.placed[0].alive
    assert await telephone.hang_up(call) is None
    assert not twilio.placed[0].alive


async def test_a_found_call_is_not_hung_up_on_as_it_may_be_anothers(
    twilio: TwilioStandIn,
) -> None:
    twilio.stories[SELLER] = replace(ANSWERED, by="machine_start", lasts=60)
    telephone = twilio.telephone()
    twilio.place(SELLER)
    found = await telephone.find(CALL, MINUTE)
    assert found
    assert await followed(telephone, found) is Result.PROVIDER_FAILED
    assert twilio.placed[0].alive


async def test_a_status_that_is_new_to_us_spoils_no_list(twilio: TwilioStandIn) -> None:
    twilio.place(SELLER).story = Story(before=0, ends="teleported")
    telephone = twilio.telephone()
    assert not await telephone.wait_before(CALL)
    assert await telephone.find(CALL, MINUTE)


@pytest.mark.parametrize("date", ["Mon, 23 Nov 2026", "x", 5])
async def test_a_call_whose_date_cannot_be_read_counts_as_recent(
    twilio: TwilioStandIn, date: object
) -> None:
    body = {"calls": [twilio.place(SELLER).as_json(date_created=date)]}
    twilio.asks.append(Answer(200, body))
    assert await twilio.telephone().find(CALL, MINUTE)


async def test_only_a_recent_call_of_ours_to_the_number_is_found(twilio: TwilioStandIn) -> None:
    telephone = twilio.telephone()
    twilio.place().at -= 120
    twilio.place("+12065550111")
    twilio.place(From="+12065550197")
    assert await telephone.find(CALL, MINUTE) is None
    newer = twilio.place()
    assert (
        await telephone.find(CALL, MINUTE) == FollowedCall(sid=newer.sid, is_found=True).encoded()
    )
    assert (
        await telephone.find(CALL, timedelta(minutes=3))
        == FollowedCall(sid=newer.sid, is_found=True).encoded()
    )


@pytest.mark.parametrize(
    ("story", "result"),
    [
        (Story(ends="no-answer"), Result.PROVIDER_FAILED),
        (Story(ends="busy"), Result.PROVIDER_FAILED),
        (ANSWERED, Result.PROVIDER_FAILED),
        (replace(ANSWERED, by="machine_start"), Result.PROVIDER_FAILED),
        (replace(ANSWERED, desk="in-progress"), Result.CONNECTED),
    ],
)
async def test_a_call_that_is_not_provably_ours_is_never_held_against_the_seller(
    twilio: TwilioStandIn, story: Story, result: Result
) -> None:
    twilio.stories[SELLER] = story
    twilio.place()
    telephone = twilio.telephone()
    call = await telephone.find(CALL, MINUTE)
    assert call
    assert await followed(telephone, call) is result


async def test_a_call_that_is_not_provably_ours_is_not_hung_up(twilio: TwilioStandIn) -> None:
    twilio.stories[SELLER] = Story(before=60)
    theirs = twilio.place()
    telephone = twilio.telephone()
    call = await telephone.find(CALL, MINUTE)
    assert call
    assert await telephone.hang_up(call) is Result.PROVIDER_FAILED
    assert theirs.alive


async def test_hanging_up_ends_what_rings_and_nothing_else(twilio: TwilioStandIn) -> None:
    telephone = twilio.telephone()
    twilio.stories[SELLER] = Story(before=60)
    ringing = await dialled(telephone)
    assert await telephone.hang_up(ringing) is None
    assert not twilio.placed[0].alive
    assert await telephone.hang_up(ringing) is None

    twilio.stories[SELLER] = Story(before=0, ends="busy")
    assert await telephone.hang_up(await dialled(telephone)) is Result.BUSY

    twilio.stories[SELLER] = replace(ANSWERED, before=0, detected=0, desk="in-progress", lasts=3600)
    assert await telephone.hang_up(await dialled(telephone)) is Result.CONNECTED
    assert twilio.placed[2].alive
