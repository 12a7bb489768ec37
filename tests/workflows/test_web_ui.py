"""What the Web UI says of an enrollment that sleeps, and of the desk's work in a case, is so."""

import pytest

from domain.case.events import Assign, Decision
from tests.domain.case.build import a_decision
from tests.domain.case.cases_by_status import escalated
from tests.domain.case.world import World
from tests.domain.enrollment.build import DAY, GOOD_FOR_LONG, TODAY, midnight, rated
from tests.domain.enrollment.world import Programme
from workflows.case.web_ui import details
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


def summary_of(world: World) -> str:
    return details(world.case, world.now).partition("###")[0]


def test_it_says_who_works_a_case_and_what_is_proposed() -> None:
    world = escalated(policy={"second_person": True})
    assert "Worked by" not in summary_of(world)
    assert "Proposed" not in summary_of(world)
    world.take(Assign(by="ana", to="ana*"), a_decision(Decision.DEACTIVATE))
    shown = summary_of(world)
    assert r"**Worked by**: ana\*, until 2026-03-05 21:00 UTC" in shown
    assert "**Proposed** by lead, for another person to confirm: to deactivate" in shown
    world.take(a_decision(Decision.RESOLVE))
    assert "Worked by" not in summary_of(world)
    assert "Proposed" not in summary_of(world)
