"""What the Web UI says of an enrollment that sleeps is so."""

import pytest

from tests.domain.enrollment.build import DAY, GOOD_FOR_LONG, TODAY, midnight, rated
from tests.domain.enrollment.world import Programme
from workflows.enrollment.web_ui import wait_summary

SEVENTH_DAY, ELEVENTH_DAY = TODAY + 6 * DAY, TODAY + 10 * DAY


@pytest.mark.parametrize(
    ("days", "says"),
    [
        pytest.param(2, f"days below are looked at on {SEVENTH_DAY}", id="a-warning-is-next"),
        pytest.param(9, f"the rating requirement ends on {ELEVENTH_DAY}", id="the-end-is-next"),
    ],
)
def test_a_timer_says_what_is_next(days: int, says: str) -> None:
    world = Programme(GOOD_FOR_LONG, rated({TODAY: 249}))
    world.play_until(midnight(TODAY + days * DAY))
    moment = world.sleeps_until
    assert moment is not None
    assert wait_summary(world.enrollment, moment, world.now) == f"Next: {says}"
