"""Who goes first when attempts queue up (docs/rules.md, section 4)."""

import pytest

from domain.case.attempt import Purpose
from domain.case.urgency import urgency
from tests.domain.case.build import HOUR, MINUTE, MONDAY_9, a_contact, a_request
from tests.domain.case.world import World


@pytest.mark.parametrize(
    ("hours_left", "key"),
    [(72, 4), (48.1, 4), (48, 3), (24.1, 3), (24, 2), (6.1, 2), (6, 1), (0, 1)],
)
def test_the_closer_the_deadline_the_sooner(hours_left: float, key: int) -> None:
    case = World().play(0.1).case
    assert case.deadline
    assert urgency(case, case.attempts.made[0], case.deadline - hours_left * HOUR) == key


def test_a_shorter_window_has_its_own_last_hours() -> None:
    rules = {"window": "PT12H", "email_hours": [0, 6], "call_hours": [0, 1, 5, 10]}
    case = World(policy=rules).play(0.1).case
    assert case.deadline
    assert urgency(case, case.attempts.made[0], case.deadline - 7 * HOUR) == 3
    assert urgency(case, case.attempts.made[0], case.deadline - HOUR) == 1


def test_who_asked_to_be_called_is_called_first() -> None:
    world = World().play(0.5).take(a_request()).play(1)
    requested = next(a for a in world.case.attempts.made if a.about is Purpose.REQUESTED)
    assert urgency(world.case, requested, requested.due) == 1


def test_before_calling_hours_end_a_call_goes_first() -> None:
    evening = {"quiet_from": "10:00"}
    world = World(policy=evening).play(0.9)
    last = world.case.attempts.made[-1]
    assert last.latest == MONDAY_9 + HOUR
    assert urgency(world.case, last, MONDAY_9 + 44 * MINUTE) == 4
    assert urgency(world.case, last, MONDAY_9 + 45 * MINUTE) == 1


def test_what_follows_contact_goes_before_fresh_cases_and_after_pressing_ones() -> None:
    world = World().play(0.1).take(a_contact())
    assert urgency(world.case, world.case.attempts.made[0], MONDAY_9 + 10 * MINUTE) == 3
