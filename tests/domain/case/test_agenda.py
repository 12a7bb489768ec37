"""Every call and e-mail has its planned time from the first moment (docs/rules.md, section 3)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.case.attempt import Channel, Purpose
from tests.domain.case.build import HOUR, MINUTE, PACIFIC, a_contact, local
from tests.domain.case.world import World


def opening_at(hour: int, minute: int = 0, **script: Any) -> World:
    """A case that opens on Monday at that local time."""
    return World(datetime(2026, 3, 2, hour, minute, tzinfo=PACIFIC).astimezone(UTC), **script)


def planned(world: World, channel: Channel) -> list[str]:
    """The whole agenda of a case just opened, what has begun included."""
    begun = [a.due for a in world.made(channel)]
    return [
        local(due)
        for due in begun + [p.due for p in world.case.attempts.agenda if p.channel == channel]
    ]


def test_the_whole_agenda_exists_from_the_first_moment() -> None:
    world = opening_at(9)
    assert planned(world, Channel.EMAIL) == [
        "Mon 09:00",
        "Tue 09:00",
        "Tue 21:00",
        "Wed 09:00",
        "Thu 03:00",
    ]
    assert planned(world, Channel.CALL) == [
        "Mon 09:00",
        "Mon 09:15",
        "Mon 10:00",
        "Mon 13:00",
        "Mon 17:00",
        "Tue 09:00",
        "Tue 17:00",
        "Wed 09:00",
        "Wed 17:00",
        "Thu 08:00",
    ]


def test_the_agenda_is_kept() -> None:
    world = opening_at(9)
    calls, emails = planned(world, Channel.CALL), planned(world, Channel.EMAIL)
    world.play(71.9)
    assert [local(a.at) for a in world.calls()] == calls
    assert [local(a.at) for a in world.emails()] == emails


def test_the_last_email_is_the_final_notice() -> None:
    world = opening_at(9).play(71)
    assert [a.about for a in world.emails()] == [*[Purpose.NOTICE] * 4, Purpose.FINAL_NOTICE]


def test_of_two_attempts_due_together_the_email_goes_first() -> None:
    first, second = opening_at(9).made(Channel.EMAIL) + opening_at(9).made(Channel.CALL)
    assert (first.number, second.number) == (1, 2)
    assert first.at == second.at


def test_a_call_planned_in_quiet_hours_moves_to_the_next_opening() -> None:
    world = opening_at(22)
    assert planned(world, Channel.CALL)[0] == "Tue 08:00"
    world.play(9.9)
    assert world.calls() == []
    world.play(0.2)
    assert [local(a.at) for a in world.calls()] == ["Tue 08:00"]


def test_an_email_goes_at_any_hour() -> None:
    assert [local(a.at) for a in opening_at(3).emails()] == ["Mon 03:00"]


def test_a_call_that_would_move_past_the_deadline_moves_back_to_the_last_minute_before_it() -> None:
    world = opening_at(5, policy={"call_hours": [0, 4, 48, 70]})
    assert planned(world, Channel.CALL) == ["Mon 08:00", "Mon 09:00", "Wed 08:00", "Wed 20:59"]
    world.play(71.9)
    last = world.calls()[-1]
    assert local(last.at) == "Wed 20:59"
    assert last.latest == last.at + MINUTE


def test_a_call_is_dropped_where_there_is_no_minute_for_it_before_the_deadline() -> None:
    policy = {"window": "PT6H", "call_hours": [0, 2, 5], "email_hours": [0, 4]}
    world = opening_at(22, policy=policy)
    assert planned(world, Channel.CALL) == []
    assert len(planned(world, Channel.EMAIL)) == 2


def test_a_call_planned_for_the_last_minute_of_the_hours_stays() -> None:
    world = opening_at(16, 59, policy={"call_hours": [0, 4, 60]})
    assert planned(world, Channel.CALL)[1] == "Mon 20:59"


def test_a_call_planned_for_the_moment_quiet_hours_begin_moves() -> None:
    world = opening_at(17, policy={"call_hours": [0, 4, 60]})
    assert planned(world, Channel.CALL)[1] == "Tue 08:00"


def test_calls_closer_than_15_minutes_to_one_before_are_dropped() -> None:
    world = opening_at(7, 50, policy={"call_hours": [0, 0.25, 0.4, 0.5, 60]})
    # 8:00 (moved), 8:05 and 8:14 dropped, 8:20 is far enough from 8:00
    assert planned(world, Channel.CALL)[:2] == ["Mon 08:00", "Mon 08:20"]


def test_quiet_hours_are_the_policys() -> None:
    world = opening_at(9, policy={"quiet_from": "12:00", "quiet_until": "10:00"})
    assert planned(world, Channel.CALL)[:3] == ["Mon 10:00", "Tue 10:00", "Wed 10:00"]


def test_a_contact_clears_the_agenda() -> None:
    world = opening_at(9).take(a_contact())
    assert [p.about for p in world.case.attempts.agenda] == [Purpose.COOPERATION_REMINDER]


@pytest.mark.parametrize("known_days", [1, 2, 3])
def test_calls_are_planned_on_as_more_calling_hours_become_known(known_days: int) -> None:
    everything = opening_at(9)
    little = opening_at(9, known_days=known_days)
    assert planned(little, Channel.CALL) == planned(everything, Channel.CALL)
    assert [p.due for p in little.case.attempts.agenda] == [
        p.due for p in everything.case.attempts.agenda
    ]


def test_no_call_is_planned_at_or_after_the_deadline_whatever_the_hour_of_opening() -> None:
    for quarter in range(96):
        world = World(datetime(2026, 3, 2, tzinfo=UTC) + quarter * timedelta(minutes=15))
        calls = [p.due for p in world.case.attempts.agenda if p.channel is Channel.CALL]
        assert world.case.deadline is not None
        assert max(calls) < world.case.deadline
        assert max(calls) >= world.case.deadline - 24 * HOUR
