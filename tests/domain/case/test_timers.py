"""A case starts no timer for a moment before which something else wakes it (architecture.md)."""

import pytest

from domain.case.advance import advance
from domain.shared.steps import WaitUntil
from tests.domain.case.build import (
    HOUR,
    MINUTE,
    MONDAY_9,
    MONDAY_22,
    OTHER_ADDRESS,
    a_change,
    a_contact,
    a_harm_report,
)
from tests.domain.case.world import World


def timer(world: World) -> float | None:
    """The hour for which there is a timer."""
    waits = [s.moment for s in advance(world.case, world.now) if isinstance(s, WaitUntil)]
    return world.hour(waits[0]) if waits else None


def test_while_a_call_or_a_notice_is_under_way_its_end_wakes_the_case() -> None:
    assert World(MONDAY_9).case.attempts.ringing
    assert timer(World(MONDAY_9)) is None
    assert timer(World(MONDAY_22, email_takes=MINUTE)) is None
    assert timer(World(MONDAY_22)) == 10


@pytest.mark.parametrize(
    ("timeouts", "expected"),
    [
        ({"call_timeout": "PT15M"}, None),
        ({"call_timeout": "PT16M"}, 0.25),
    ],
)
def test_a_call_that_may_last_longer_wakes_it_too_late(
    timeouts: dict[str, str], expected: float | None
) -> None:
    """The next call is due a quarter of an hour after the first."""
    world = World(MONDAY_9, policy=timeouts)
    assert timer(world) == expected


@pytest.mark.parametrize(("timeout", "expected"), [("PT10H", None), ("PT11H", 10)])
def test_a_notice_that_may_be_tried_for_longer_wakes_it_too_late(
    timeout: str, expected: float | None
) -> None:
    """The first call is due when calling hours open, ten hours later."""
    world = World(MONDAY_22, email_takes=HOUR, policy={"email_timeout": timeout})
    assert timer(world) == expected


def test_what_is_called_off_or_is_no_notice_is_not_waited_for() -> None:
    world = World(MONDAY_9, call_takes=HOUR)
    world.hang_up_takes = HOUR
    assert timer(world.take(a_contact())) is not None
    news = World(MONDAY_22, email_takes=MINUTE).play(0.5).take(a_change(email=OTHER_ADDRESS))
    assert news.emails()[-1].result is None
    assert timer(news) == 10


def test_a_call_that_waits_for_the_one_before_hides_nothing_that_is_planned() -> None:
    """The call that is due at a quarter past waits: the first one rings for an hour."""
    world = World(MONDAY_9, call_takes=HOUR, policy={"call_timeout": "PT2H"}).play(0.25)
    assert world.case.attempts.agenda[0].due == world.now
    assert timer(world) == 1


def test_a_case_that_has_ended_waits_for_no_timer() -> None:
    assert timer(World(MONDAY_9, account_service=False).take(a_harm_report())) is None
