"""Workers that are killed, or stand still, while they call at Twilio's stand-in."""

import asyncio
import signal
from pathlib import Path

from domain.shared.result import Result
from tests.killable_server import kill
from tests.patience import PATIENCE
from tests.providers.test_twilio_in_a_case import call_of, called
from tests.providers.twilio_calls import DESK, OURS, SELLER, SID, TOKEN, Story
from tests.providers.twilio_stand_in import Answer, TwilioStandIn
from tests.test_crashes import opened, something, stage


def settings(twilio: TwilioStandIn) -> dict[str, str]:
    return {
        "CASE72_TELEPHONE": "twilio",
        "CASE72_TWILIO_ACCOUNT_SID": SID,
        "CASE72_TWILIO_AUTH_TOKEN": TOKEN,
        "CASE72_TWILIO_BASE_URL": twilio.url,
        "CASE72_TWILIO_FROM": OURS,
        "CASE72_DESK_PHONE": DESK,
    }


async def test_a_worker_killed_while_it_rings_is_succeeded_by_one_that_takes_the_call_up(
    tmp_path: Path, twilio: TwilioStandIn
) -> None:
    twilio.stories[SELLER] = Story(before=8)
    async with stage(tmp_path, **settings(twilio)) as (host, client):
        worker = await host.start()
        case = await opened(client)
        await something(lambda: len(twilio.requests) > 3)
        await asyncio.sleep(0.5)
        await kill(worker)
        await host.start()
        assert call_of(await called(case)).result is Result.NO_ANSWER
        assert len(twilio.placed) == 1
        # Its id was recorded: it was looked up only when it was dialled, before and after.
        assert twilio.requests.count("GET .json") == 2


async def test_a_worker_that_stood_still_while_it_asked_does_not_dial_beside_another_try(
    tmp_path: Path, twilio: TwilioStandIn
) -> None:
    twilio.stories[SELLER] = Story(before=60)
    twilio.asks.append(Answer(200, {"calls": []}, takes=1))
    async with stage(tmp_path, **settings(twilio)) as (host, client):
        worker = await host.start()
        await opened(client)
        await something(lambda: twilio.requests)
        worker.send_signal(signal.SIGSTOP)
        await asyncio.sleep(12)  # in which the try is given up on, and others are handed out
        worker.send_signal(signal.SIGCONT)
        await something(lambda: twilio.placed)
        await asyncio.sleep(3)
        assert [call.alive for call in twilio.placed] == [True]


async def test_a_worker_killed_between_twilios_acceptance_and_our_hearing_of_it(
    tmp_path: Path, twilio: TwilioStandIn
) -> None:
    async with stage(tmp_path, **settings(twilio)) as (host, client):
        dying = await host.start("-m", "tests.dying_worker", "telephone")
        case = await opened(client)
        await asyncio.wait_for(dying.wait(), PATIENCE)
        await host.start()
        # That it is ours cannot be proved, so that nobody answered is not held against the seller.
        assert call_of(await called(case)).result is Result.PROVIDER_FAILED
        assert len(twilio.placed) == 1
