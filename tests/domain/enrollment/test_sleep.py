"""One timer, at the very day, and none where nothing can change (docs/rules.md, section 2)."""

import pytest

from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentStatus
from domain.enrollment.view import standing_of
from domain.shared.errors import Refused
from tests.domain.case.build import HOUR
from tests.domain.enrollment.build import (
    BECOMES_INDIVIDUAL,
    BECOMES_PROFESSIONAL,
    DAY,
    FIRST_DAY,
    GOOD_FOR_LONG,
    NOON,
    NUMBER_REMOVED,
    READMITTED,
    TODAY,
    an_expulsion,
    midnight,
    rated,
)
from tests.domain.enrollment.world import Programme

FIRST_RATED_TODAY = rated({TODAY: 800})
QUALIFIES = TODAY.replace(year=2027, month=3, day=1)


def test_a_seller_is_enrolled_on_the_very_day_and_woken_on_no_other() -> None:
    world = Programme(FIRST_RATED_TODAY)
    assert world.view.qualifies_on == QUALIFIES
    assert world.sleeps_until == midnight(QUALIFIES)
    world.play(1000)
    assert world.woken == [midnight(QUALIFIES)]
    assert world.status is EnrollmentStatus.ENROLLED
    assert [(mail.at, mail.about) for mail in world.mailed] == [
        (midnight(QUALIFIES), LetterPurpose.ENROLLED)
    ]


@pytest.mark.usefixtures("machine_in_tokyo")
def test_a_day_is_one_of_utc_wherever_our_machine_is() -> None:
    """At 20:00 UTC it is the next day in Tokyo already."""
    world = Programme(GOOD_FOR_LONG, now=midnight(TODAY) - 4 * HOUR)
    assert world.status is EnrollmentStatus.NOT_ELIGIBLE
    assert standing_of(world.enrollment, world.now).today == TODAY - DAY
    assert (world.view.days_on_record, world.view.qualifies_on) == (183, TODAY)
    assert world.sleeps_until == midnight(TODAY)
    with pytest.raises(Refused, match="in the future"):
        world.take(FIRST_RATED_TODAY)
    assert world.play(1).status is EnrollmentStatus.ENROLLED


def test_a_seller_without_a_number_is_invited_on_the_very_day() -> None:
    world = Programme(FIRST_RATED_TODAY, number=None).play_until(midnight(QUALIFIES))
    assert world.status is EnrollmentStatus.INVITED
    assert world.sleeps_until == midnight(QUALIFIES) + 7 * DAY


def test_a_new_rating_moves_the_timer() -> None:
    world = Programme(FIRST_RATED_TODAY).take(rated({FIRST_DAY + 3 * DAY: 700}))
    assert world.sleeps_until == midnight(TODAY + 3 * DAY)
    world.take(rated({TODAY: 249}))
    assert world.sleeps_until == midnight(TODAY + 3 * DAY)
    world.play(3)
    assert world.status is EnrollmentStatus.ENROLLED
    assert world.sleeps_until == midnight(TODAY + 6 * DAY)  # the 7th day below is told


def test_of_the_reminder_and_the_11th_day_below_the_earlier_is_waited_for() -> None:
    world = Programme(GOOD_FOR_LONG, rated({TODAY: 249}), number=None)
    assert world.sleeps_until == NOON + 7 * DAY
    world.play_until(NOON + 7 * DAY)
    assert world.sleeps_until == midnight(TODAY + 10 * DAY)
    world = Programme(GOOD_FOR_LONG, rated({TODAY - 5 * DAY: 249}), number=None)
    assert world.sleeps_until == midnight(TODAY + 5 * DAY)
    world.play(30)
    assert (world.status, world.letters) == (EnrollmentStatus.NOT_ELIGIBLE, [LetterPurpose.INVITED])


@pytest.mark.parametrize(
    "world",
    [
        pytest.param(Programme(), id="never rated"),
        pytest.param(Programme(GOOD_FOR_LONG), id="enrolled with a good rating"),
        pytest.param(Programme(FIRST_RATED_TODAY, BECOMES_INDIVIDUAL), id="not professional"),
        pytest.param(Programme(FIRST_RATED_TODAY, plan=None), id="plan not known"),
        pytest.param(Programme(FIRST_RATED_TODAY, an_expulsion()), id="expelled"),
        pytest.param(Programme(rated({TODAY: 249})), id="below for good"),
        pytest.param(Programme(GOOD_FOR_LONG, number=None, email=None), id="nobody to ask"),
    ],
)
def test_where_nothing_can_change_by_itself_nothing_is_waited_for(world: Programme) -> None:
    assert world.steps == []
    status = world.status
    assert world.play(1000).status is status
    assert world.woken == []


def test_a_timer_comes_back_with_the_plan_and_with_the_readmission() -> None:
    world = Programme(FIRST_RATED_TODAY, BECOMES_INDIVIDUAL, an_expulsion()).play(5)
    world.take(BECOMES_PROFESSIONAL)
    assert world.sleeps_until is None
    world.take(READMITTED)
    assert world.sleeps_until == midnight(QUALIFIES)


def test_the_reminders_timer_goes_with_the_invitation() -> None:
    world = Programme(GOOD_FOR_LONG, NUMBER_REMOVED)
    assert world.sleeps_until == NOON + 7 * DAY
    assert world.take(BECOMES_INDIVIDUAL).sleeps_until is None


def test_a_day_that_comes_while_we_are_down_is_made_up_for() -> None:
    world = Programme(FIRST_RATED_TODAY).be_down(300)
    assert world.view.status is EnrollmentStatus.ENROLLED
    assert world.play(0).status is EnrollmentStatus.ENROLLED
    assert world.letters == [LetterPurpose.ENROLLED]
