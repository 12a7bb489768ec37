"""How attempts end, and what follows from each result (docs/rules.md, section 4)."""

from datetime import datetime

import pytest

from domain.case import seller_updates, step_results
from domain.case.advance import advance
from domain.case.attempt import Channel, Purpose
from domain.case.events import EventKind
from domain.case.status import Status
from domain.shared.events import Event
from domain.shared.result import Result
from tests.domain.case.build import (
    HOUR,
    MINUTE,
    MONDAY_9,
    MONDAY_22,
    NUMBER,
    OTHER_ADDRESS,
    OTHER_NUMBER,
    a_change,
    a_contact,
    a_conversation,
    a_plan,
    a_request,
    local,
)
from tests.domain.case.world import World

BUSY, INVALID, SKIPPED = Result.BUSY, Result.INVALID_NUMBER, Result.SKIPPED


@pytest.mark.parametrize("result", [r for r in Result if r not in (SKIPPED, Result.CANCELLED)])
def test_only_connected_is_contact(result: Result) -> None:
    world = World(calls={1: result}).play(0.1)
    connected = result is Result.CONNECTED
    assert world.case.reached is connected
    assert world.status is (Status.WORKING if connected else Status.CONTACTING)


# --- busy ---------------------------------------------------------------------------------------


def test_busy_is_redialled_after_5_minutes_at_most_twice_for_an_agenda_entry() -> None:
    world = World(calls=BUSY).play(0.9)
    assert world.hours_of(world.calls()) == [0, 0.1, 0.2]
    assert len({a.entry for a in world.calls()}) == 1
    world.play(1)
    assert world.hours_of(world.calls())[3:] == [1, 1.1, 1.2]


def test_a_call_closer_than_15_minutes_to_a_redial_is_dropped() -> None:
    """The redial at 6 minutes leaves no room for the call planned at 15."""
    world = World(calls={1: BUSY}).play(0.9)
    assert world.hours_of(world.calls()) == [0, 0.1]


def test_it_stays_dropped_when_more_calling_hours_become_known() -> None:
    world = World(calls={1: BUSY}, known_days=1, look_up_takes=2 * MINUTE).play(1.1)
    assert world.hours_of(world.calls()) == [0, 0.1, 1]


@pytest.mark.parametrize(("before", "redialled"), [(5, False), (6, False), (7, True)])
def test_busy_is_not_redialled_in_quiet_hours(before: int, redialled: bool) -> None:
    world = World(MONDAY_22 - HOUR - before * MINUTE, calls=BUSY).play(3)
    assert len(world.calls()) == (2 if redialled else 1)


def test_busy_is_not_redialled_past_the_deadline() -> None:
    policy = {"call_hours": [0, 1, 48, 71.95]}
    world = World(policy=policy, calls={4: BUSY}).play(72)
    assert len(world.calls()) == 4
    assert world.status is Status.DEACTIVATED


def test_no_other_result_is_redialled() -> None:
    for result in set(Result) - {BUSY, Result.CONNECTED, SKIPPED, Result.CANCELLED}:
        world = World(calls={1: result}).play(0.2)
        assert len(world.calls()) == 1


def test_how_often_and_when_busy_is_redialled_is_the_policys() -> None:
    world = World(policy={"redials": 1, "redial_after": "PT10M"}, calls=BUSY).play(0.9)
    assert world.hours_of(world.calls()) == [0, round(11 / 60, 3)]


# --- an invalid number --------------------------------------------------------------------------


def test_invalid_number_ends_calling_until_the_number_changes_and_email_goes_on() -> None:
    world = World(calls=INVALID).play(71)
    assert [a.result for a in world.calls()] == [INVALID]
    assert world.hours_of(world.emails()) == [0, 24, 36, 48, 66]
    assert world.case.outreach.number.is_invalid


@pytest.mark.parametrize(
    ("opened_at", "not_called", "changed", "called"),
    [
        pytest.param(MONDAY_9, None, 2, "Mon 11:00", id="at-once-in-calling-hours"),
        pytest.param(MONDAY_9, None, 13, "Tue 08:00", id="at-the-next-opening-in-quiet-hours"),
        pytest.param(MONDAY_9, None, 0.1, "Mon 09:06", id="minutes-after-the-invalid-call"),
        pytest.param(MONDAY_9, None, 1.1, "Mon 10:06", id="minutes-after-a-call-not-made"),
        pytest.param(MONDAY_9, "is a pager", 0, "Mon 09:00", id="at-once-after-the-look-up"),
    ],
)
def test_a_number_that_replaces_an_invalid_one_is_called_at_the_next_hour_allowed(
    opened_at: datetime, not_called: str | None, changed: float, called: str
) -> None:
    world = World(opened_at, calls={} if not_called else {1: INVALID}, not_called=not_called)
    world.play(changed).take(a_change(phone=OTHER_NUMBER)).play(24)
    first = next(a for a in world.calls() if a.to == OTHER_NUMBER)
    assert local(first.at) == called


def test_after_that_the_new_number_is_called_from_the_remaining_agenda() -> None:
    world = World(calls={1: INVALID}).play(20).take(a_change(phone=OTHER_NUMBER)).play(51)
    assert [local(a.at) for a in world.calls()][1:] == [
        "Tue 08:00",
        "Tue 09:00",
        "Tue 17:00",
        "Wed 09:00",
        "Wed 17:00",
        "Thu 08:00",
    ]


def test_a_changed_number_is_called_from_the_remaining_agenda() -> None:
    world = World().play(5)
    due = [p.due for p in world.case.attempts.agenda]
    world.take(a_change(phone=OTHER_NUMBER))
    assert [p.due for p in world.case.attempts.agenda] == due
    world.play(4)
    assert world.calls()[-1].to == OTHER_NUMBER


def test_an_old_number_found_invalid_says_nothing_of_the_new_one() -> None:
    world = World(calls={1: INVALID}).take(a_change(phone=OTHER_NUMBER)).play(2)
    assert not world.case.outreach.number.is_invalid
    assert [a.to for a in world.calls()][-1] == OTHER_NUMBER


def test_naming_the_same_number_and_address_changes_nothing() -> None:
    world = World(calls={1: INVALID}).play(1)
    before = world.case.model_copy()
    world.take(a_change(phone=before.account.emergency_phone, email=before.account.email))
    assert world.case.outreach.number.is_invalid
    assert world.case.timeline.entries == before.timeline.entries
    assert world.case.attempts.agenda == before.attempts.agenda


def test_a_number_that_was_not_called_is_once_it_is_named_again() -> None:
    """Whoever hands it over looks first whether it is called: the settings may have changed."""
    world = World(not_called="is not called by our settings").play(2)
    world.take(a_change(email=OTHER_ADDRESS)).play(2)
    assert world.calls() == []
    world.take(a_change(phone=NUMBER)).play(2)
    assert world.hours_of(world.calls()) == [4]
    assert not world.case.outreach.number.cannot_be_called


def test_while_working_it_out_an_invalid_number_is_asked_for_by_email() -> None:
    world = World(calls=INVALID).take(a_request()).play(1)
    assert [a.result for a in world.calls(Purpose.REQUESTED)] == [INVALID]
    assert len(world.emails(Purpose.NUMBER_NEEDED)) == 1


# --- one at a time, each with its latest moment -------------------------------------------------


def test_one_call_of_a_case_at_a_time() -> None:
    """A call that is hung up on still rings: the one the seller asked for waits for it."""
    world = World()
    case, now = world.case, world.now
    (ringing,) = (a for a in case.attempts.under_way if a.channel is Channel.CALL)
    seller_updates.request_call(case, a_request(), now)
    advance(case, now)
    assert [a.number for a in case.attempts.under_way if a.channel is Channel.CALL] == [
        ringing.number
    ]
    step_results.reached_out(case, ringing.number, Result.CANCELLED, now + MINUTE)
    advance(case, now + MINUTE)
    assert [a.about for a in case.attempts.under_way if a.channel is Channel.CALL] == [
        Purpose.REQUESTED
    ]


def test_every_call_has_a_latest_moment_the_end_of_the_hours_or_the_deadline() -> None:
    world = World().play(71.9)
    latest = {local(a.at): local(a.latest) for a in world.calls() if a.latest}
    assert len(latest) == len(world.calls())
    assert latest["Mon 09:00"] == "Mon 21:00"
    assert latest["Thu 08:00"] == "Thu 09:00"


def test_the_call_the_seller_asked_for_has_15_minutes() -> None:
    world = World(MONDAY_22, call_takes=5 * MINUTE).take(a_request())
    (call,) = world.calls()
    assert call.latest == MONDAY_22 + 15 * MINUTE


# --- called off ---------------------------------------------------------------------------------


@pytest.mark.parametrize("event", [a_contact(), a_conversation(), a_plan(), a_request()])
def test_contact_stops_a_call_that_is_ringing_the_clock_and_the_agenda(event: Event) -> None:
    world = World(call_takes=10 * MINUTE).play(0.1)
    world.take(event)
    assert world.calls()[0].result is Result.CANCELLED
    assert world.status is not Status.CONTACTING
    assert world.play(72).calls(Purpose.NOTICE) == world.calls()[:1]
    assert world.deactivations == 0


@pytest.mark.parametrize("result", [Result.NO_ANSWER, Result.VOICEMAIL, BUSY])
def test_a_call_called_off_that_had_just_ended_keeps_its_result(result: Result) -> None:
    world = World(call_takes=10 * MINUTE, just_ended=result).take(a_contact()).play(1)
    assert [a.result for a in world.calls()] == [result]


def test_a_notice_under_way_is_called_off_by_contact() -> None:
    world = World(email_takes=30 * MINUTE).take(a_contact())
    assert world.emails()[0].result is Result.CANCELLED


def test_a_result_of_an_attempt_that_is_not_under_way_changes_nothing() -> None:
    world = World().play(1)
    before = world.case.model_copy()
    step_results.reached_out(world.case, 1, Result.CONNECTED, world.now)
    step_results.reached_out(world.case, 99, Result.CONNECTED, world.now)
    assert world.case == before


def test_every_attempt_is_in_the_timeline_with_its_result() -> None:
    world = World(calls={2: Result.DECLINED}).play(71)
    told = {
        e.attempt: e.result
        for e in world.case.timeline.entries
        if e.what in (EventKind.CALL, EventKind.EMAIL)
    }
    assert told == {a.number: a.result for a in world.case.attempts.made}


def test_an_overdue_redial_is_not_made_in_quiet_hours() -> None:
    world = World(MONDAY_22 - 70 * MINUTE, calls=BUSY).play(0.05).be_down(2)
    assert [a.result for a in world.calls()] == [BUSY, SKIPPED]
