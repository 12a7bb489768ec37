"""How long calls of other cases keep a call back, by docs/rules.md section 4."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.case.attempt import Channel
from domain.shared.result import Result
from providers.failover_telephone import FailoverTelephone
from providers.protocols import Dial, ProviderFailed
from providers.simulated.telephone import SimulatedTelephone
from providers.spacing import DEFAULT_SPACING, NO_SPACING, WHILE_A_CALL_GOES_ON, Spacing
from providers.temporal.phone_lock import TemporalPhoneLock
from runtime.providers import telephone_of
from runtime.settings import Settings
from tests.engine import engine_in
from tests.providers.test_twilio_telephone import ANSWERED, CALL, MINUTE
from tests.providers.twilio_calls import SELLER, Story
from tests.providers.twilio_stand_in import Answer, TwilioStandIn, twilio_stand_in

NONE = timedelta(0)
HOUR = 60 * MINUTE
ROUNDED = timedelta(seconds=2)
"""What Twilio dates is in whole seconds."""
OURS_NOW = replace(CALL, at_once=True)
SPOKE = replace(ANSWERED, before=0, detected=0, desk="completed", lasts=60)


def about(wait: timedelta, expected: timedelta) -> bool:
    return expected - ROUNDED <= wait <= expected + ROUNDED


class Clock:
    """A clock that a test sets."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    def passes(self, time: timedelta) -> None:
        self.now += time.total_seconds()


def simulated(folder: Path, clock: Clock, spacing: Spacing = DEFAULT_SPACING) -> SimulatedTelephone:
    return SimulatedTelephone(folder, ring_seconds=30, clock=clock, spacing=spacing)


def call_of(case: str, phone: str = SELLER) -> Dial:
    return Dial(f"{case}/2", case, phone)


# --- simulated ------------------------------------------------------------------------------


async def test_simulated_calls_of_two_cases_are_placed_five_minutes_apart(tmp_path: Path) -> None:
    clock = Clock()
    telephone = simulated(tmp_path, clock)
    first, second = call_of("A"), call_of("B")
    assert await telephone.wait_before(first) == NONE
    await telephone.dial(first)
    assert await telephone.wait_before(second) == WHILE_A_CALL_GOES_ON
    assert await telephone.wait_before(replace(second, at_once=True)) == WHILE_A_CALL_GOES_ON
    clock.passes(MINUTE)
    assert await telephone.wait_before(second) == 4 * MINUTE
    assert await telephone.wait_before(replace(second, at_once=True)) == NONE
    assert await telephone.wait_before(replace(first, key="A/3")) == NONE
    assert await telephone.wait_before(call_of("B", "+12065550111")) == NONE
    clock.passes(4 * MINUTE)
    assert await telephone.wait_before(second) == NONE


async def test_a_call_that_says_a_code_keeps_no_case_from_calling_once_it_has_ended(
    tmp_path: Path,
) -> None:
    clock = Clock()
    telephone = simulated(tmp_path, clock)
    number = f"{SELLER[:-2]}01"  # which answers
    of_code = call_of("enrollment/US/A1/run-1", number)
    await telephone.dial(replace(of_code, says=("Your code is:", *"481927"), at_once=True))
    assert await telephone.wait_before(call_of("A", number)) == WHILE_A_CALL_GOES_ON
    clock.passes(MINUTE)
    assert await telephone.result(of_code.key) is Result.CONNECTED
    assert await telephone.wait_before(call_of("A", number)) == NONE


async def test_a_simulated_call_that_was_hung_up_keeps_its_distance_too(tmp_path: Path) -> None:
    clock = Clock()
    telephone = simulated(tmp_path, clock)
    await telephone.dial(call_of("A"))
    await telephone.hang_up(call_of("A").key)
    assert await telephone.wait_before(call_of("B")) == 5 * MINUTE


async def test_after_a_simulated_contact_other_cases_wait_for_an_hour(tmp_path: Path) -> None:
    clock = Clock()
    telephone = simulated(tmp_path, clock)
    first, second = call_of("A", "+12065550101"), call_of("B", "+12065550101")
    await telephone.dial(first)
    clock.passes(MINUTE)
    assert await telephone.look(first.key) is Result.CONNECTED
    assert await telephone.wait_before(second) == HOUR - MINUTE / 2
    assert await telephone.wait_before(replace(second, at_once=True)) == NONE
    assert await telephone.wait_before(replace(first, key="A/3")) == NONE
    clock.passes(HOUR)
    assert await telephone.wait_before(second) == NONE


async def test_a_simulated_call_ahead_by_the_clock_of_its_case_keeps_its_distance_only(
    tmp_path: Path,
) -> None:
    """Each case has a clock of its own, which can be played forward."""
    clock = Clock()
    telephone = simulated(tmp_path, clock)
    clock.passes(2 * MINUTE)
    await telephone.dial(call_of("A", "+12065550101"))
    await telephone.hang_up(call_of("A").key)
    clock.passes(-2 * MINUTE)
    ahead = SimulatedTelephone(tmp_path, 0, clock=clock)
    ahead._clock = lambda: clock.now + 600  # the wall's: the call does not ring any more
    assert await ahead.wait_before(call_of("B", "+12065550101")) == 7 * MINUTE
    clock.passes(-4 * MINUTE)
    assert await ahead.wait_before(call_of("B", "+12065550101")) == NONE


@pytest.mark.parametrize(
    ("spacing", "waits"),
    [
        (NO_SPACING, NONE),
        (Spacing(distance=10 * MINUTE, after_contact=NONE), 9 * MINUTE),
        (Spacing(distance=NONE, after_contact=10 * MINUTE), 9.5 * MINUTE),
    ],
)
async def test_the_two_times_are_settings(
    tmp_path: Path, spacing: Spacing, waits: timedelta
) -> None:
    clock = Clock()
    telephone = simulated(tmp_path, clock, spacing)
    await telephone.dial(call_of("A", "+12065550101"))
    clock.passes(MINUTE)
    assert await telephone.wait_before(call_of("B", "+12065550101")) == waits


async def test_the_telephone_of_the_settings_keeps_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASE72_CALL_DISTANCE_SECONDS", "600")
    telephone = telephone_of(Settings(state=tmp_path, ring_seconds=0))
    await telephone.dial(call_of("A"))
    assert about(await telephone.wait_before(call_of("B")), 10 * MINUTE)


# --- Twilio ---------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def spaced(twilio: TwilioStandIn) -> None:
    twilio.spacing = DEFAULT_SPACING


def placed(twilio: TwilioStandIn, story: Story, ago: timedelta) -> None:
    """A call to the seller that was placed some time ago."""
    call = twilio.place()
    call.story = story
    call.at -= ago.total_seconds()


@pytest.mark.parametrize(
    ("story", "ago", "waits"),
    [
        (Story(), MINUTE, 4 * MINUTE),
        (Story(ends="busy"), 4 * MINUTE, MINUTE),
        (Story(), 6 * MINUTE, NONE),
        (Story(before=0, ends="failed"), MINUTE, NONE),  # it did not ring
        (SPOKE, 20 * MINUTE, 41 * MINUTE),  # counted from its end
        (SPOKE, 62 * MINUTE, NONE),
        (replace(SPOKE, desk=None), 20 * MINUTE, NONE),  # hung up before the desk
        (replace(SPOKE, desk="no-answer"), 20 * MINUTE, NONE),
        (replace(SPOKE, by="machine_end_beep"), 20 * MINUTE, NONE),
    ],
)
async def test_a_call_waits_for_earlier_ones_at_twilio(
    twilio: TwilioStandIn, story: Story, ago: timedelta, waits: timedelta
) -> None:
    placed(twilio, story, ago)
    telephone = twilio.telephone()
    assert about(await telephone.wait_before(CALL), waits)
    assert await telephone.wait_before(OURS_NOW) == NONE


async def test_a_call_that_goes_on_at_twilio_holds_up_a_requested_one(
    twilio: TwilioStandIn,
) -> None:
    placed(twilio, Story(before=60), NONE)
    for call in (CALL, OURS_NOW):
        assert await twilio.telephone().wait_before(call) == WHILE_A_CALL_GOES_ON


async def test_few_calls_are_looked_into(twilio: TwilioStandIn) -> None:
    for minutes in range(55, 5, -5):
        placed(twilio, replace(SPOKE, desk=None), minutes * MINUTE)
        placed(twilio, Story(), minutes * MINUTE)
    assert await twilio.telephone().wait_before(CALL) == NONE
    assert len(twilio.requests) == 4


async def test_a_contact_is_not_looked_for_where_none_could_be(twilio: TwilioStandIn) -> None:
    placed(twilio, SPOKE, 62 * MINUTE)
    placed(twilio, Story(), 30 * MINUTE)
    assert await twilio.telephone().wait_before(CALL) == NONE
    assert len(twilio.requests) == 1


async def test_without_an_answer_about_a_conversation_it_is_not_known(
    twilio: TwilioStandIn,
) -> None:
    placed(twilio, SPOKE, 20 * MINUTE)
    listed = {"calls": [call.as_json() for call in twilio.placed]}
    twilio.asks += [Answer(200, listed), Answer(503, "")]
    with pytest.raises(ProviderFailed):
        await twilio.telephone().wait_before(CALL)


async def test_another_case_that_was_first_to_the_number_is_waited_for(
    tmp_path: Path, server: str, twilio: TwilioStandIn
) -> None:
    """Its call, which a look-up would find, is not taken for ours."""
    twilio.spacing = NO_SPACING
    async with engine_in(tmp_path, server=server, telephone=twilio.impatient()) as engine:
        lock = TemporalPhoneLock(engine.client)
        assert await lock.acquire(SELLER, "case/US/OTHER/run/2", timedelta(seconds=2))
        case = await engine.open(wait=False, emergency_phone=SELLER)
        await case.failing()
        placed(twilio, Story(before=0), NONE)
        view = await case.settled()
        assert [a.result for a in view.attempts if a.channel is Channel.CALL] == [Result.NO_ANSWER]
        assert len(twilio.placed) == 2


# --- several providers ----------------------------------------------------------------------


async def test_the_longest_wait_of_the_providers_that_answer_counts(
    twilio: TwilioStandIn,
) -> None:
    async with twilio_stand_in(spacing=DEFAULT_SPACING) as second:
        telephone = FailoverTelephone({"a": twilio.telephone(), "b": second.telephone()})
        assert await telephone.wait_before(CALL) == NONE
        placed(twilio, Story(), 3 * MINUTE)
        placed(second, Story(), MINUTE)
        assert about(await telephone.wait_before(CALL), 4 * MINUTE)
        assert await telephone.wait_before(OURS_NOW) == NONE
        second.down = Answer(503, "")
        assert about(await telephone.wait_before(CALL), 2 * MINUTE)
        twilio.down = Answer(503, "")
        with pytest.raises(ProviderFailed):
            await telephone.wait_before(CALL)


async def test_a_code_that_was_heard_at_twilio_keeps_no_case_from_calling() -> None:
    async with twilio_stand_in(spacing=DEFAULT_SPACING) as twilio:
        telephone = twilio.telephone()
        twilio.stories[SELLER] = Story(before=0, ends="completed", by=None, lasts=0.1)
        twilio.place()
        await asyncio.sleep(0.3)
        assert await telephone.wait_before(CALL) == NONE
        # A person who hung up before the desk's line was dialled was detected, and a case's call.
        twilio.stories[SELLER] = Story(before=0, ends="completed", detected=0, lasts=0.1)
        twilio.place()
        await asyncio.sleep(0.3)
        assert about(await telephone.wait_before(CALL), 5 * MINUTE)
