"""Calls at Twilio's stand-in, placed by the real activity on a real server."""

import asyncio
import logging
import time
from pathlib import Path

import pytest

from domain.case.attempt import Channel
from domain.case.events import EventKind
from domain.case.status import Status
from domain.case.view import AttemptView, CaseView
from domain.shared.result import Result
from providers.failover_telephone import FailoverTelephone
from providers.protocols import Telephone
from providers.simulated.telephone import SimulatedTelephone
from tests.engine import OpenCase, engine_in
from tests.providers.twilio_calls import DESK, OURS, SELLER, SID, TOKEN, Story
from tests.providers.twilio_stand_in import Answer, TwilioStandIn, refused
from tests.test_crashes import something
from tests.workflows.events import CONTACT
from tests.workflows.test_shell import ledger
from workflows.case.issue_case import IssueCase


def call_of(view: CaseView) -> AttemptView:
    return next(a for a in view.attempts if a.channel is Channel.CALL)


async def called(case: OpenCase) -> CaseView:
    """The view once the first call has a result."""
    return await case.when(
        lambda v: any(a.channel is Channel.CALL and a.result for a in v.attempts)
    )


@pytest.mark.parametrize(
    ("story", "result", "status"),
    [
        (Story(ends="completed", desk="in-progress", lasts=60), Result.CONNECTED, Status.WORKING),
        (
            Story(ends="completed", by="machine_end_beep", lasts=60, says=26),
            Result.VOICEMAIL,
            Status.CONTACTING,
        ),
        (
            Story(ends="completed", by="machine_end_beep", lasts=60, listens=3),
            Result.VOICEMAIL_CUT,
            Status.CONTACTING,
        ),
        (Story(ends="busy"), Result.BUSY, Status.CONTACTING),
    ],
)
async def test_a_call_ends_in_the_case_as_at_twilio(
    tmp_path: Path, server: str, twilio: TwilioStandIn, story: Story, result: Result, status: Status
) -> None:
    twilio.stories[SELLER] = story
    twilio.pace = 10  # a message to a machine takes half a minute
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        view = await called(await engine.open(wait=False, emergency_phone=SELLER))
        assert (call_of(view).result, view.status) == (result, status)
        assert len(twilio.placed) == 1


async def test_who_picks_up_while_a_machine_screens_the_call_is_contacted_in_their_language(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.join_url = "https://handler.twilio.com/twiml/EH1"
    twilio.stories[SELLER] = Story(
        ends="completed", by="machine_end_silence", lasts=60, says=40, presses=2
    )
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        view = await called(await engine.open(wait=False, emergency_phone=SELLER, language="fr-CA"))
        assert (call_of(view).result, view.status) == (Result.CONNECTED, Status.WORKING)
        assert "appuyez sur le 1" in twilio.placed[0].form["Twiml"]


@pytest.mark.parametrize("code", [21211, 21217])
async def test_a_number_that_twilio_does_not_know_goes_on_being_called(
    tmp_path: Path, server: str, twilio: TwilioStandIn, code: int
) -> None:
    """Twilio's copy of the numbering plans is no carrier: the seller's number may be newer."""
    twilio.creates.append(refused(400, code))
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        view = await called(await engine.open(wait=False, emergency_phone=SELLER))
        assert call_of(view).result is Result.NO_ANSWER
        assert {a.channel for a in view.agenda} == {Channel.CALL, Channel.EMAIL}


async def test_a_call_that_rings_is_hung_up_when_the_seller_turns_up(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.stories[SELLER] = Story(before=60)
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        case = await engine.open(wait=False, emergency_phone=SELLER)
        await something(lambda: twilio.placed)
        await something(lambda: f"GET /{twilio.placed[0].sid}.json" in twilio.requests)
        began = twilio.now()
        await case.tell(IssueCase.report_contact, CONTACT)
        view = await called(case)
        assert call_of(view).result is Result.CANCELLED
        ended = twilio.placed[0].ended_by_us
        assert ended is not None
        assert ended - began < 3


async def test_a_call_called_off_while_twilio_is_slow_to_take_it_is_hung_up(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.stories[SELLER] = Story(before=60)
    twilio.slow = 4
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        case = await engine.open(wait=False, emergency_phone=SELLER)
        await something(lambda: twilio.placed)
        await case.tell(IssueCase.report_contact, CONTACT)
        await asyncio.sleep(2)
        twilio.slow = 0.2
        assert call_of(await called(case)).result is Result.CANCELLED
        assert [c.alive for c in twilio.placed] == [False]


async def test_a_call_called_off_while_it_is_looked_up_is_not_dialled(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.creates.append(Answer(lost=True))
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        case = await engine.open(wait=False, emergency_phone=SELLER)
        await something(lambda: twilio.requests)
        await something(lambda: len(twilio.requests) == 2)
        twilio.slow = 3
        await something(lambda: len(twilio.requests) == 3)
        await case.tell(IssueCase.report_contact, CONTACT)
        assert call_of(await called(case)).result is Result.CANCELLED
        assert not twilio.placed


async def test_while_twilio_is_down_the_call_is_tried_again_and_dialled_once(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.down = Answer(503, "")
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        case = await engine.open(wait=False, emergency_phone=SELLER)
        await something(lambda: len(twilio.requests) >= 2)
        twilio.down = None
        view = await called(case)
        assert call_of(view).result is Result.NO_ANSWER
        assert len(twilio.placed) == 1
        # Asked first whether the number is engaged: without an answer nothing is dialled.
        assert twilio.requests[:2] == ["GET .json", "GET .json"]


async def test_an_answer_that_was_lost_is_not_dialled_again(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.creates.append(Answer(lost=True, done=True))
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        view = await called(await engine.open(wait=False, emergency_phone=SELLER))
        assert call_of(view).result is Result.PROVIDER_FAILED
        assert len(twilio.placed) == 1


async def test_too_many_requests_are_repeated_when_twilio_says(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.creates.append(refused(429, 20429, ("Retry-After", "3")))
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        case = await engine.open(wait=False, emergency_phone=SELLER)
        await something(lambda: "POST .json" in twilio.requests)
        began = time.monotonic()
        await something(lambda: twilio.placed)
        assert 2.5 < time.monotonic() - began < 5
        assert call_of(await called(case)).result is Result.NO_ANSWER
        # The first try knew that nothing was placed, and said so: nothing is looked up but
        # whether the number is engaged.
        assert twilio.requests[:4] == ["GET .json", "POST .json"] * 2


async def test_a_call_that_never_rang_is_dialled_anew(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.stories[SELLER] = Story(before=0, ends="failed")
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        case = await engine.open(wait=False, emergency_phone=SELLER)
        await something(lambda: twilio.placed)
        twilio.stories[SELLER] = Story()
        assert call_of(await called(case)).result is Result.NO_ANSWER
        assert [c.status for c in twilio.placed] == ["failed", "no-answer"]


async def test_who_is_speaking_with_the_desk_is_not_called(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.stories[SELLER] = Story(before=0, ends="completed", desk="in-progress", lasts=3)
    conversation = twilio.place(SELLER)  # of another case, whose call has long been `connected`
    twilio.stories[SELLER] = Story()
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        view = await called(await engine.open(wait=False, emergency_phone=SELLER))
        assert call_of(view).result is Result.NO_ANSWER
        _, ours = twilio.placed
        assert ours.at > conversation.at + 3


def two_providers(folder: Path, twilio: TwilioStandIn) -> Telephone:
    simulated = SimulatedTelephone(folder, ring_seconds=0.1)
    return FailoverTelephone({"twilio": twilio.impatient(), "simulated": simulated})


@pytest.mark.parametrize("story", [None, Story(before=0, ends="failed")])
async def test_a_failing_provider_is_stood_in_for_within_the_attempt(
    tmp_path: Path, server: str, twilio: TwilioStandIn, story: Story | None
) -> None:
    twilio.down = None if story else Answer(503, "")
    twilio.stories = {SELLER: story} if story else {}
    async with engine_in(
        tmp_path, server=server, telephone=two_providers(tmp_path, twilio)
    ) as engine:
        view = await called(await engine.open(wait=False, emergency_phone=SELLER))
        assert call_of(view).result is Result.NO_ANSWER
        assert len(twilio.placed) == (1 if story else 0)
        (entry,) = [e for e in view.timeline if e.what is EventKind.CALL]
        assert (entry.about, entry.served_by) == ("notice", "simulated")


async def test_nobody_else_dials_while_the_first_providers_call_may_be_alive(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.stories[SELLER] = Story(before=4)
    twilio.creates.append(Answer(lost=True, done=True))
    async with engine_in(
        tmp_path, server=server, telephone=two_providers(tmp_path, twilio)
    ) as engine:
        case = await engine.open(wait=False, emergency_phone=SELLER)
        await something(lambda: twilio.placed)
        twilio.down = Answer(503, "")
        await something(lambda: len(twilio.requests) >= 4)  # looked up and not told, twice
        twilio.down = None
        view = await called(case)
        assert call_of(view).result is Result.PROVIDER_FAILED
        assert len(twilio.placed) == 1
        assert not ledger(tmp_path, view.id)


async def test_nothing_secret_is_in_the_history_or_the_log(
    tmp_path: Path, server: str, twilio: TwilioStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    twilio.creates += [refused(401, 20003), refused(400, 21212)]
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        case = await engine.open(wait=False, emergency_phone=SELLER)
        await called(case)
        history = (await case.handle.fetch_history()).to_json()
    for secret in (TOKEN, SID, OURS[1:], DESK[1:], "is no good"):
        assert secret not in history
        assert secret not in caplog.text
    assert SELLER not in caplog.text


async def test_a_call_costs_few_requests(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.stories[SELLER] = Story(before=3, ends="completed", detected=1, desk="in-progress")
    async with engine_in(tmp_path, server=server, telephone=twilio.telephone()) as engine:
        await called(await engine.open(wait=False, emergency_phone=SELLER))
        kinds = [r.split(" ")[1] for r in twilio.requests]
        assert twilio.requests[:2] == ["GET .json", "POST .json"]
        assert len(kinds) <= 9


async def test_a_seller_who_turned_up_while_we_asked_is_not_dialled(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    twilio.asks.append(Answer(200, {"calls": []}, takes=2))
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        case = await engine.open(wait=False, emergency_phone=SELLER)
        await something(lambda: twilio.requests)
        await case.tell(IssueCase.report_contact, CONTACT)
        assert call_of(await called(case)).result is Result.CANCELLED
        assert not twilio.placed


async def test_a_call_that_still_waits_at_twilio_at_its_latest_moment_is_taken_back(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    """A window of 10 s: the deadline is the latest moment of each call."""
    twilio.stories[SELLER] = Story(before=60, queued=60)
    soon = {
        "window": "PT10S",
        "email_hours": [0, 0.001],
        "call_hours": [0, 0.002],
        "call_spacing": "PT1S",
    }
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        case = await engine.open(
            wait=False, emergency_phone=SELLER, rules={**soon, "minimum_rung_calls": 1}
        )
        view = await called(case)
        assert call_of(view).result is Result.PROVIDER_FAILED
        assert [call.status for call in twilio.placed] == ["canceled"]
