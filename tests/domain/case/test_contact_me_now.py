"""The button "contact me now" (docs/rules.md, section 5)."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.case.activity_inputs import send_email_input
from domain.case.attempt import Purpose
from domain.case.call_requests import CallRequests
from domain.case.policy import Policy
from domain.case.status import Status
from domain.case.view import view_of
from domain.shared.errors import Refused
from domain.shared.events import Event
from domain.shared.result import Result
from tests.domain.case.build import (
    ASK_MORE,
    HOUR,
    MINUTE,
    MONDAY_22,
    OTHER_NUMBER,
    REJECT,
    a_change,
    a_contact,
    a_plan,
    a_request,
    local,
)
from tests.domain.case.cases_by_status import OPEN_STATUSES, working
from tests.domain.case.world import World


def requested(world: World) -> list[float]:
    return world.hours_of(world.calls(Purpose.REQUESTED))


@pytest.mark.parametrize("start", OPEN_STATUSES)
def test_it_places_a_call_at_once_in_every_open_status(start: Callable[[], World]) -> None:
    world = start().play(1).take(a_request())
    assert requested(world) == [world.hour(world.now)]


def test_it_places_a_call_at_any_hour() -> None:
    world = World(MONDAY_22).take(a_request())
    assert [local(a.at) for a in world.calls()] == ["Mon 22:00"]


def test_nobody_has_to_wait_before_the_first_request() -> None:
    assert CallRequests().again_from(Policy()) is None


def test_an_email_sent_just_after_one_shows_no_button() -> None:
    world = World().take(a_request(), a_plan(), REJECT)
    (email,) = world.emails(Purpose.PLAN_REJECTED)
    assert not send_email_input(world.case, email).button


def test_it_calls_the_stored_number_only() -> None:
    world = working(call_takes=10 * MINUTE).take(a_request()).play(0.1)
    world.take(a_change(phone=OTHER_NUMBER), a_request())
    old, new = world.calls(Purpose.REQUESTED)
    assert old.result is Result.CANCELLED
    assert new.to == OTHER_NUMBER


def test_it_is_not_redialled() -> None:
    world = working(calls=Result.BUSY).take(a_request()).play(1)
    assert requested(world) == [0]


def test_it_is_a_contact_whatever_comes_of_the_call() -> None:
    world = World(calls=Result.PROVIDER_FAILED).play(2).take(a_request()).play(1)
    assert world.case.reached
    assert world.status is Status.WORKING


def test_it_is_refused_within_5_minutes_and_says_when_to_ask_again() -> None:
    world = World().take(a_request()).play(4.9 / 60)
    with pytest.raises(Refused, match="ask again from 17:05:00 UTC"):
        world.take(a_request())
    world.play(0.1 / 60).take(a_request())
    assert len(requested(world)) == 2


def test_it_is_refused_more_than_6_times_in_24_hours_and_says_when_to_ask_again() -> None:
    world = World()
    for _ in range(6):
        world.take(a_request()).play(1)
    with pytest.raises(Refused, match="ask again from 2026-03-03 17:00 UTC"):
        world.take(a_request())
    world.play(17.9)
    with pytest.raises(Refused):
        world.take(a_request())
    world.play(0.1).take(a_request())
    assert len(requested(world)) == 7


def test_a_refused_request_does_not_count() -> None:
    world = World().take(a_request())
    for _ in range(10):
        with pytest.raises(Refused):
            world.take(a_request())
    assert len(world.play(1).take(a_request()).case.call_requests.times) == 2


def test_its_limits_are_the_policys() -> None:
    policy = {"request_spacing": "PT1M", "requests_per_day": 2}
    world = World(policy=policy).take(a_request()).play(1.1 / 60).take(a_request()).play(1)
    with pytest.raises(Refused, match="2 calls were requested"):
        world.take(a_request())


def test_while_the_number_is_known_to_be_invalid_it_asks_for_one_and_places_no_call() -> None:
    world = World(not_called="is a satellite number").play(1).take(a_request()).play(1)
    assert world.status is Status.WORKING
    assert requested(world) == []
    assert len(world.emails(Purpose.NUMBER_NEEDED)) == 1


def test_asking_again_does_not_hang_up_on_the_call_asked_for() -> None:
    world = working(call_takes=12 * MINUTE).take(a_request()).play(0.1).take(a_request()).play(1)
    assert [a.result for a in world.calls(Purpose.REQUESTED)] == [Result.NO_ANSWER]


@pytest.mark.parametrize("event", [a_contact(), a_plan()])
def test_another_contact_stops_the_call_asked_for(event: Event) -> None:
    world = working(call_takes=10 * MINUTE).take(a_request()).play(0.1)
    world.take(event)
    assert [a.result for a in world.calls(Purpose.REQUESTED)] == [Result.CANCELLED]


def test_it_keeps_the_daily_call_for_a_conversation_at_15_minutes_distance() -> None:
    world = World().take(a_plan()).play(1).take(ASK_MORE).play(23.9).take(a_request()).play(1)
    assert world.hours_of(world.calls())[-2:] == [24.9, 25.15]


def test_it_goes_before_the_daily_call_though_a_call_is_still_being_hung_up_on() -> None:
    world = World(call_takes=5 * MINUTE).take(a_plan()).play(1).take(ASK_MORE)
    world.hang_up_takes = MINUTE
    world.take(a_request()).play(0.5)
    made = [(a.about, world.hour(a.at)) for a in world.calls()[1:]]
    assert made == [
        (Purpose.CONVERSATION, 1),
        (Purpose.REQUESTED, round(1 + 1 / 60, 3)),
    ]


def test_a_call_that_waits_for_a_hang_up_is_not_made_once_the_seller_has_turned_up() -> None:
    world = World(call_takes=5 * MINUTE)
    world.hang_up_takes = MINUTE
    world.take(a_request()).play(1 / 120)
    world.take(a_contact()).play(0.5)
    assert requested(world) == []


@pytest.mark.parametrize("times", range(1, 8))
def test_the_view_says_from_when_on_it_is_taken_again(times: int) -> None:
    world = World()
    assert view_of(world.case).call_again_from is None
    for _ in range(times):
        world.take(a_request())
        again = view_of(world.case).call_again_from
        assert again is not None
        world.play((again - world.now) / HOUR - 1 / 60)
        assert not world.case.takes_requests(world.now)
        with pytest.raises(Refused):
            world.take(a_request())
        world.play(1 / 60)
        assert world.case.takes_requests(world.now)


@pytest.mark.parametrize("script", [{"not_called": "is a satellite number"}, {}])
def test_an_e_mail_names_the_button_and_our_calls_only_where_there_are_any(
    script: dict[str, Any],
) -> None:
    world = World(emails=Result.PROVIDER_FAILED, **script).take(a_contact(), a_plan(), ASK_MORE)
    (email,) = (a for a in world.case.attempts.under_way if a.about is Purpose.MORE_INFORMATION)
    input = send_email_input(world.case, email)
    assert world.case.conversation_wanted
    assert (input.calls, input.button) == ((False, False) if script else (True, True))
