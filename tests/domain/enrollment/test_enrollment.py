"""Every change of status, why, and the e-mail it writes (docs/rules.md, section 2)."""

from collections.abc import Callable

import pytest

from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.timeline import EnrollmentEventKind
from domain.shared.errors import Refused
from domain.shared.events import Event
from tests.domain.enrollment.build import (
    BECOMES_INDIVIDUAL,
    BECOMES_PROFESSIONAL,
    DAY,
    FIRST_DAY,
    GOOD_FOR_LONG,
    NUMBER_COMES,
    NUMBER_REMOVED,
    READMITTED,
    TODAY,
    a_change,
    an_expulsion,
    rated,
)
from tests.domain.enrollment.sellers_by_status import (
    ELEVEN_BELOW,
    FIRST_DAY_MISSING,
    ONE_BELOW_LESS,
    enrolled,
    expelled,
    expelled_and_individual,
    expelled_without_a_number,
    individual,
    invited,
    nothing_but_a_number,
    too_many_days_below,
)
from tests.domain.enrollment.world import Programme


@pytest.mark.parametrize(
    ("start", "event", "status", "reason", "letter"),
    [
        (
            Programme,
            GOOD_FOR_LONG,
            EnrollmentStatus.ENROLLED,
            EnrollmentReason.REQUIREMENTS_MET,
            LetterPurpose.ENROLLED,
        ),
        (
            invited,
            NUMBER_COMES,
            EnrollmentStatus.ENROLLED,
            EnrollmentReason.REQUIREMENTS_MET,
            LetterPurpose.ENROLLED,
        ),
        (
            expelled,
            READMITTED,
            EnrollmentStatus.ENROLLED,
            EnrollmentReason.REQUIREMENTS_MET,
            LetterPurpose.ENROLLED,
        ),
        (
            individual,
            BECOMES_PROFESSIONAL,
            EnrollmentStatus.ENROLLED,
            EnrollmentReason.REQUIREMENTS_MET,
            LetterPurpose.ENROLLED,
        ),
        (
            too_many_days_below,
            ONE_BELOW_LESS,
            EnrollmentStatus.ENROLLED,
            EnrollmentReason.REQUIREMENTS_MET,
            LetterPurpose.ENROLLED,
        ),
        (
            nothing_but_a_number,
            BECOMES_PROFESSIONAL,
            EnrollmentStatus.INVITED,
            EnrollmentReason.NO_NUMBER,
            LetterPurpose.INVITED,
        ),
        (
            expelled_without_a_number,
            READMITTED,
            EnrollmentStatus.INVITED,
            EnrollmentReason.NO_NUMBER,
            LetterPurpose.INVITED,
        ),
        (
            enrolled,
            NUMBER_REMOVED,
            EnrollmentStatus.INVITED,
            EnrollmentReason.NO_NUMBER,
            LetterPurpose.ENDED_NUMBER_NEEDED,
        ),
        (
            enrolled,
            ELEVEN_BELOW,
            EnrollmentStatus.NOT_ELIGIBLE,
            EnrollmentReason.TOO_MANY_DAYS_BELOW,
            LetterPurpose.ENDED,
        ),
        (
            enrolled,
            BECOMES_INDIVIDUAL,
            EnrollmentStatus.NOT_ELIGIBLE,
            EnrollmentReason.SELLING_PLAN,
            LetterPurpose.ENDED,
        ),
        (
            enrolled,
            a_change(selling_plan=None),
            EnrollmentStatus.NOT_ELIGIBLE,
            EnrollmentReason.SELLING_PLAN,
            LetterPurpose.ENDED,
        ),
        (
            enrolled,
            an_expulsion(),
            EnrollmentStatus.EXPELLED,
            EnrollmentReason.HARM,
            LetterPurpose.ENDED,
        ),
        (
            invited,
            ELEVEN_BELOW,
            EnrollmentStatus.NOT_ELIGIBLE,
            EnrollmentReason.TOO_MANY_DAYS_BELOW,
            None,
        ),
        (
            invited,
            BECOMES_INDIVIDUAL,
            EnrollmentStatus.NOT_ELIGIBLE,
            EnrollmentReason.SELLING_PLAN,
            None,
        ),
        (invited, an_expulsion(), EnrollmentStatus.EXPELLED, EnrollmentReason.HARM, None),
        (Programme, an_expulsion(), EnrollmentStatus.EXPELLED, EnrollmentReason.HARM, None),
        (
            expelled_and_individual,
            READMITTED,
            EnrollmentStatus.NOT_ELIGIBLE,
            EnrollmentReason.SELLING_PLAN,
            None,
        ),
    ],
)
def test_every_change_of_status_has_its_reason_and_its_one_e_mail(
    start: Callable[[], Programme],
    event: Event,
    status: EnrollmentStatus,
    reason: EnrollmentReason,
    letter: LetterPurpose | None,
) -> None:
    world = start()
    before, changes = len(world.letters), len(world.became)
    world.take(event)
    assert (world.status, world.reason) == (status, reason)
    assert world.became[changes:] == [(status, reason)]
    written = [] if letter is None else [letter]
    if event is ONE_BELOW_LESS:
        written.append(LetterPurpose.DAYS_BELOW)  # 10 of 10 are used up: said beside it
    assert world.letters[before:] == written
    assert all(mail.reason is reason for mail in world.mailed[before:])
    world.play(6)
    assert world.letters[before:] == written


@pytest.mark.parametrize(
    ("start", "event", "reason"),
    [
        (Programme, FIRST_DAY_MISSING, EnrollmentReason.RECORD_TOO_SHORT),
        (Programme, NUMBER_REMOVED, EnrollmentReason.RECORD_TOO_SHORT),
        (Programme, ELEVEN_BELOW, EnrollmentReason.RECORD_TOO_SHORT),
        (Programme, BECOMES_INDIVIDUAL, EnrollmentReason.SELLING_PLAN),
        (individual, ELEVEN_BELOW, EnrollmentReason.SELLING_PLAN),
        (individual, a_change(selling_plan=None), EnrollmentReason.SELLING_PLAN),
        (too_many_days_below, NUMBER_REMOVED, EnrollmentReason.TOO_MANY_DAYS_BELOW),
        (too_many_days_below, BECOMES_INDIVIDUAL, EnrollmentReason.SELLING_PLAN),
        (nothing_but_a_number, NUMBER_COMES, EnrollmentReason.SELLING_PLAN),
    ],
)
def test_not_eligible_has_the_first_reason_there_is_and_writes_nothing(
    start: Callable[[], Programme], event: Event, reason: EnrollmentReason
) -> None:
    world = start()
    before, changes = list(world.letters), list(world.became)
    world.take(event)
    assert (world.status, world.reason) == (EnrollmentStatus.NOT_ELIGIBLE, reason)
    assert (world.letters, world.became) == (before, changes)


def test_only_store_and_seller_id_are_needed_to_know_a_seller() -> None:
    world = Programme(number=None, email=None, plan=None)
    assert (world.status, world.reason) == (
        EnrollmentStatus.NOT_ELIGIBLE,
        EnrollmentReason.SELLING_PLAN,
    )
    assert world.steps == []
    world.take(an_expulsion())
    assert world.status is EnrollmentStatus.EXPELLED


def test_an_individual_is_not_enrolled_however_good_everything_else_is() -> None:
    assert individual().view.requirements[2].met
    assert individual().status is EnrollmentStatus.NOT_ELIGIBLE


# --- ratings ------------------------------------------------------------------------------------


def test_a_correction_that_changes_nothing_sends_nothing() -> None:
    world = enrolled()
    again = rated({TODAY - 5 * DAY: 100, TODAY - 4 * DAY: 900})
    world.take(GOOD_FOR_LONG, again, again, rated({TODAY - 5 * DAY: 240}))
    assert world.letters == [LetterPurpose.ENROLLED]
    assert len(world.became) == 1
    corrected = [
        e
        for e in world.enrollment.timeline.entries
        if e.what is EnrollmentEventKind.RATINGS_CORRECTED
    ]
    assert [(e.by, e.note) for e in corrected] == [("feed", f"of {TODAY - 5 * DAY}")]


def test_a_correction_in_the_past_ends_and_another_restores_the_enrollment() -> None:
    below = {FIRST_DAY + DAY: 249, FIRST_DAY + 12 * DAY: 800}
    world = enrolled().take(rated(below))
    assert (world.status, world.reason) == (
        EnrollmentStatus.NOT_ELIGIBLE,
        EnrollmentReason.TOO_MANY_DAYS_BELOW,
    )
    world.take(rated({FIRST_DAY + DAY: 250}))
    assert world.status is EnrollmentStatus.ENROLLED
    assert world.letters == [LetterPurpose.ENROLLED, LetterPurpose.ENDED, LetterPurpose.ENROLLED]


def test_a_day_in_the_future_is_refused_by_the_fields_name_and_nothing_is_taken() -> None:
    world = enrolled()
    before = world.enrollment.model_copy()
    some = rated({TODAY: 100, TODAY - 20 * DAY: 100, TODAY + DAY: 800})
    with pytest.raises(Refused, match=r"^ratings\.2\.date: 2026-09-02 is in the future"):
        world.take(some)
    assert world.enrollment == before
    world.play_until(world.now + DAY).take(some)
    assert world.status is EnrollmentStatus.NOT_ELIGIBLE


def test_the_day_that_counts_is_the_utc_day() -> None:
    world = enrolled().play(11.9 / 24)
    with pytest.raises(Refused):
        world.take(rated({TODAY + DAY: 800}))
    assert world.play(0.1 / 24).take(rated({TODAY + DAY: 800})).view.rating == 800
