"""Enrollments in every status, for every reason, to begin a test with."""

from tests.domain.enrollment.build import (
    BECOMES_INDIVIDUAL,
    DAY,
    FIRST_DAY,
    GOOD_FOR_LONG,
    INDIVIDUAL,
    NUMBER_REMOVED,
    TODAY,
    an_expulsion,
    rated,
)
from tests.domain.enrollment.world import Programme

ELEVEN_BELOW = rated({TODAY - 10 * DAY: 249})
ONE_BELOW_LESS = rated({TODAY: 250})
FIRST_DAY_MISSING = rated({FIRST_DAY + DAY: 800})


def enrolled() -> Programme:
    return Programme(GOOD_FOR_LONG)


def invited() -> Programme:
    return Programme(GOOD_FOR_LONG, number=None)


def too_many_days_below() -> Programme:
    return Programme(GOOD_FOR_LONG, ELEVEN_BELOW)


def individual() -> Programme:
    return Programme(GOOD_FOR_LONG, plan=INDIVIDUAL)


def nothing_but_a_number() -> Programme:
    return Programme(GOOD_FOR_LONG, BECOMES_INDIVIDUAL, NUMBER_REMOVED)


def expelled() -> Programme:
    return Programme(GOOD_FOR_LONG, an_expulsion())


def expelled_without_a_number() -> Programme:
    return Programme(GOOD_FOR_LONG, an_expulsion(), NUMBER_REMOVED)


def expelled_and_individual() -> Programme:
    return Programme(an_expulsion(), plan=INDIVIDUAL)


STARTS = [
    enrolled,
    invited,
    too_many_days_below,
    individual,
    nothing_but_a_number,
    expelled,
    expelled_without_a_number,
    expelled_and_individual,
    Programme,
]
