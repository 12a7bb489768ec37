"""What happens before an e-mail has left, or to what was said before (docs/rules.md, section 2)."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from domain.enrollment.events import RecordRatings
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.timeline import EnrollmentEventKind
from domain.enrollment.view import view_of
from domain.shared.errors import explain
from tests.domain.enrollment.build import (
    ADDRESS_COMES,
    ADDRESS_REMOVED,
    BECOMES_INDIVIDUAL,
    BECOMES_PROFESSIONAL,
    FIRST_DAY,
    GOOD_FOR_LONG,
    NOON,
    NUMBER_COMES,
    NUMBER_REMOVED,
    READMITTED,
    an_enrollment,
    an_expulsion,
)
from tests.domain.enrollment.world import Programme


def slow_mail() -> Programme:
    world = Programme(GOOD_FOR_LONG)
    world.mail_takes = timedelta(hours=1)
    return world


def test_that_it_ended_is_told_although_the_next_change_comes_before_the_mail_left() -> None:
    world = slow_mail().take(NUMBER_REMOVED, BECOMES_INDIVIDUAL).play(30)
    assert world.status is EnrollmentStatus.NOT_ELIGIBLE
    assert world.letters == [LetterPurpose.ENROLLED, LetterPurpose.ENDED]


def test_who_gave_a_number_before_the_mail_left_is_told_of_the_end_and_not_asked() -> None:
    queue = (an_expulsion(), READMITTED)  # an e-mail is on its way, another waits behind it
    world = slow_mail().take(*queue, NUMBER_REMOVED, NUMBER_COMES).play(30)
    told = [
        LetterPurpose.ENROLLED,
        LetterPurpose.ENDED,
        LetterPurpose.ENROLLED,
        LetterPurpose.ENDED,
        LetterPurpose.ENROLLED,
    ]
    assert world.letters == told


def test_that_it_ended_is_told_when_an_address_comes_whatever_happened_since() -> None:
    world = Programme(GOOD_FOR_LONG).take(ADDRESS_REMOVED)
    world.take(BECOMES_INDIVIDUAL, NUMBER_REMOVED, BECOMES_PROFESSIONAL)
    assert [x.about for x in world.enrollment.outbox.letters] == [LetterPurpose.ENDED_NUMBER_NEEDED]
    world.take(BECOMES_INDIVIDUAL, ADDRESS_COMES).play(1)
    assert world.letters == [LetterPurpose.ENROLLED, LetterPurpose.ENDED]


def test_a_repeat_of_a_second_case_changes_nothing_after_readmission_either() -> None:
    world = Programme(GOOD_FOR_LONG, an_expulsion("A"), an_expulsion("B"), READMITTED)
    assert world.take(an_expulsion("B")).status is EnrollmentStatus.ENROLLED


def test_the_same_number_found_valid_after_all_enrolls() -> None:
    world = Programme(GOOD_FOR_LONG, number_valid=False)
    assert world.take(NUMBER_COMES).status is EnrollmentStatus.ENROLLED


def test_a_day_named_twice_that_stays_as_it_was_is_no_correction() -> None:
    world = Programme(GOOD_FOR_LONG)
    days = [{"date": str(FIRST_DAY), "rating": rating} for rating in (1, 800)]
    world.take(RecordRatings.model_validate({"by": "feed", "ratings": days}))
    assert EnrollmentEventKind.RATINGS_CORRECTED not in [
        entry.what for entry in world.enrollment.timeline.entries
    ]


@pytest.mark.parametrize("rating", [True, "2_50", " 250 ", "250.0", "", "-1", 1001, None])
def test_a_rating_that_is_no_whole_number_is_refused_with_its_place(rating: object) -> None:
    message = {"by": "feed", "ratings": [{"date": "2026-03-01", "rating": rating}]}
    with pytest.raises(ValidationError) as refused:
        RecordRatings.model_validate(message)
    assert explain(refused.value).startswith("ratings.0.rating: ")


def test_while_a_number_is_looked_up_the_view_says_so_and_decides_nothing() -> None:
    enrollment = an_enrollment()
    assert enrollment.number_unchecked
    assert view_of(enrollment, NOON).reason is EnrollmentReason.NUMBER_BEING_CHECKED
