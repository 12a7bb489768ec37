"""What an enrollment keeps of what happened (docs/rules.md, section 2)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from domain.enrollment import updates
from domain.enrollment.advance import advance
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.timeline import EnrollmentEventKind
from domain.shared.account import SellingPlan
from tests.domain.enrollment.build import (
    DAY,
    FIRST_DAY,
    NUMBER_COMES,
    NUMBER_REMOVED,
    a_change,
    an_expulsion,
    midnight,
    rated,
)
from tests.domain.enrollment.sellers_by_status import (
    ONE_BELOW_LESS,
    STARTS,
    enrolled,
    expelled,
)
from tests.domain.enrollment.world import Programme


def test_a_change_to_what_it_was_before_changes_nothing() -> None:
    world = enrolled()
    before = world.enrollment.model_copy()
    world.take(a_change(selling_plan="professional", name=world.enrollment.account.name))
    assert world.enrollment == before


def test_the_timeline_says_what_was_changed_and_by_whom_but_not_to_what() -> None:
    world = enrolled().take(a_change(name="Red Kettle", email="new@kettle.example", language="fr"))
    entry = next(
        e
        for e in world.enrollment.timeline.entries
        if e.what is EnrollmentEventKind.ACCOUNT_CHANGED
    )
    assert (entry.by, entry.note, entry.at) == ("seller", None, world.now)
    assert entry.changed == ("name", "language", "email")
    assert world.enrollment.account.selling_plan is SellingPlan.PROFESSIONAL


def test_a_cancelled_enrollment_goes_on_and_says_so() -> None:
    world = expelled()
    updates.ignore_cancellation(world.enrollment, world.now)
    assert world.enrollment.timeline.entries[-1].what is EnrollmentEventKind.CANCELLATION_IGNORED
    assert world.play(1).status is EnrollmentStatus.EXPELLED


def test_the_timeline_keeps_the_newest_events_only() -> None:
    world = enrolled()
    for _ in range(80):
        for event in (NUMBER_REMOVED, NUMBER_COMES):
            world.take(event.model_copy(update={"by": "feed"}))  # who has no limit
    assert world.enrollment.timeline.count > 400
    assert len(world.enrollment.timeline.entries) == 100
    assert world.became[-1] == (EnrollmentStatus.ENROLLED, EnrollmentReason.REQUIREMENTS_MET)


def test_ratings_that_no_window_can_see_any_more_are_dropped() -> None:
    world = Programme(rated({FIRST_DAY + n * DAY: 800 for n in range(184)}))
    assert len(world.enrollment.ratings.entries) == 184
    world.play_until(midnight(date(2026, 12, 10))).take(NUMBER_REMOVED)
    kept = world.enrollment.ratings.entries
    assert (kept[0].date, len(kept)) == (date(2026, 6, 11), 83)


@pytest.mark.parametrize("start", STARTS)
def test_the_state_survives_being_stored_at_any_moment(start: Callable[[], Programme]) -> None:
    world = start()
    world.mail_takes = world.share_takes = timedelta(hours=30)
    for event in (NUMBER_REMOVED, ONE_BELOW_LESS, NUMBER_COMES, an_expulsion("other")):
        world.take(event).play(0.7)
        enrollment = world.enrollment
        stored = type(enrollment).model_validate(enrollment.model_dump(mode="json"))
        assert stored == enrollment
        assert advance(stored, world.now) == advance(world.enrollment, world.now)
