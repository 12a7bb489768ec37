"""What is shown of an enrollment, and to whom it may be said (docs/rules.md, section 2)."""

import json
from collections.abc import Callable
from datetime import date

import pytest

from domain.enrollment import updates
from domain.enrollment.status import EnrollmentStatus
from domain.enrollment.view import (
    EnrollmentView,
    Requirement,
    standing_of,
    view_of,
    why_not_enrolled,
)
from tests.domain.case.build import ADDRESS, NUMBER
from tests.domain.enrollment.build import (
    BECOMES_INDIVIDUAL,
    DAY,
    FIRST_DAY,
    GOOD_FOR_LONG,
    NAME,
    NOON,
    NUMBER_REMOVED,
    TODAY,
    an_enrollment,
    an_expulsion,
    rated,
)
from tests.domain.enrollment.world import Programme

ON_RECORD = "184 of 184 days on record, 0 of at most 10 days below 250"
UNTIL = "no longer met on 2026-09-11 if the rating stays as it is"


def detail(view: EnrollmentView, name: Requirement) -> tuple[bool, str]:
    return next((r.met, r.detail) for r in view.requirements if r.name is name)


# --- progress -------------------------------------------------------------------------------------


def test_each_requirement_is_there_met_or_not_and_in_the_order_of_the_rules() -> None:
    view = Programme(GOOD_FOR_LONG, NUMBER_REMOVED).view
    assert [(r.name.value, r.met) for r in view.requirements] == [
        ("store", True),
        ("selling_plan", True),
        ("rating", True),
        ("emergency_contact", False),
    ]
    assert (view.rating, view.days_below, view.days_on_record) == (800, 0, 184)
    assert view.qualifies_on == TODAY


@pytest.mark.parametrize(
    ("recorded", "met", "says"),
    [
        ({FIRST_DAY: 800}, True, ON_RECORD),
        ({FIRST_DAY: 800, TODAY: 249}, True, f"{ON_RECORD.replace('0 of', '1 of')}; {UNTIL}"),
        (
            {TODAY: 800},
            False,
            "1 of 184 days on record, 0 of at most 10 days below 250; "
            "met on 2027-03-01 if the rating stays as it is",
        ),
        (
            {FIRST_DAY: 800, TODAY - 10 * DAY: 0},
            False,
            "184 of 184 days on record, 11 of at most 10 days below 250; "
            "not met as long as the rating stays as it is",
        ),
        (
            {FIRST_DAY + DAY: 249, FIRST_DAY + 12 * DAY: 250},
            False,
            "183 of 184 days on record, 11 of at most 10 days below 250; "
            "met on 2026-09-03 if the rating stays as it is",
        ),
    ],
)
def test_the_rating_says_how_far_it_is_and_on_which_day_it_turns(
    recorded: dict[date, int], met: bool, says: str
) -> None:
    assert detail(Programme(rated(recorded)).view, Requirement.RATING) == (met, says)


def test_a_requirement_that_is_met_says_by_what() -> None:
    assert detail(Programme().view, Requirement.SELLING_PLAN) == (True, "professional")


def test_of_a_seller_of_whom_nothing_is_known_nothing_is_met_but_the_store() -> None:
    view = Programme(number=None, email=None, plan=None).view
    assert (view.rating, view.days_below, view.days_on_record) == (None, 0, 0)
    assert view.qualifies_on is None
    assert [(r.met, r.detail) for r in view.requirements] == [
        (True, "US"),
        (False, "not known, and it must be professional"),
        (
            False,
            "0 of 184 days on record, 0 of at most 10 days below 250; "
            "not met as long as the rating stays as it is",
        ),
        (False, "no number is known"),
    ]


@pytest.mark.parametrize(
    ("valid", "met", "says"),
    [
        (None, False, "the number is being looked up"),
        (False, False, "the number cannot be called"),
        (True, True, "the number can be called"),
    ],
)
def test_the_emergency_contact_says_what_is_known_of_the_number(
    valid: bool | None, met: bool, says: str
) -> None:
    enrollment = an_enrollment()
    enrollment.number_valid = valid
    assert detail(view_of(enrollment, NOON), Requirement.EMERGENCY_CONTACT) == (met, says)


def test_until_the_number_is_looked_up_the_view_decides_nothing() -> None:
    enrollment = an_enrollment()
    updates.record_ratings(enrollment, GOOD_FOR_LONG, NOON)
    before = enrollment.model_copy()
    view = view_of(enrollment, NOON)
    assert (view.status, view.timeline) == (EnrollmentStatus.NOT_ELIGIBLE, ())
    assert enrollment == before


def test_the_view_is_as_of_the_moment_it_is_asked_for_and_changes_nothing() -> None:
    enrollment = Programme(rated({FIRST_DAY + 3 * DAY: 800})).enrollment
    before = enrollment.model_copy()
    view = view_of(enrollment, NOON + 3 * DAY)
    assert (view.status, view.days_on_record) == (EnrollmentStatus.ENROLLED, 184)
    assert enrollment == before
    assert view_of(enrollment, NOON + 2 * DAY).status is EnrollmentStatus.NOT_ELIGIBLE


def test_absent_values_are_null_and_never_missing() -> None:
    view = json.loads(Programme(number=None, email=None, plan=None).view.model_dump_json())
    assert view["qualifies_on"] is None
    assert view["rating"] is None
    assert view["account"]["emergency_phone"] is None
    assert set(view) == {
        *("status", "reason", "requirements", "rating", "days_below", "days_on_record"),
        *("qualifies_on", "account", "deactivated", "timeline", "events"),
        *("number", "verified_at", "prove_by", "number_call", "call_again_from"),
        *("deactivated_by", "deactivated_in", "deactivated_at"),
    }


# --- why not --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "why"),
    [
        (lambda: Programme(GOOD_FOR_LONG), None),
        (lambda: Programme(an_expulsion()), "the account was expelled from the programme"),
        (
            lambda: Programme(GOOD_FOR_LONG, NUMBER_REMOVED),
            "the account is not enrolled: emergency contact: no number is known",
        ),
        (
            lambda: Programme(GOOD_FOR_LONG, number_valid=False),
            "the account is not enrolled: emergency contact: the number cannot be called",
        ),
        (
            lambda: Programme(GOOD_FOR_LONG, BECOMES_INDIVIDUAL, NUMBER_REMOVED),
            "the account is not enrolled: selling plan: individual, and it must be professional; "
            "emergency contact: no number is known",
        ),
        (
            lambda: Programme(rated({TODAY: 249})),
            "the account is not enrolled: rating: 1 of 184 days on record, "
            "1 of at most 10 days below 250; not met as long as the rating stays as it is",
        ),
    ],
)
def test_why_somebody_is_not_enrolled_is_everything_that_is_missing_and_no_personal_data(
    start: Callable[[], Programme], why: str | None
) -> None:
    view = start().view
    assert why_not_enrolled(view) == why
    said = json.dumps([why, *(r.detail for r in view.requirements)])
    assert not any(private in said for private in (NAME, ADDRESS, NUMBER, "A2EXAMPLE"))


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [
        ({}, []),
        ({TODAY: 300}, [(TODAY, 300)]),
        # What held before the window holds on its first day; a day that repeats is no change.
        (
            {FIRST_DAY - 9 * DAY: 100, FIRST_DAY - DAY: 200, TODAY - DAY: 200, TODAY: 300},
            [(FIRST_DAY, 200), (TODAY, 300)],
        ),
        ({FIRST_DAY - DAY: 200, FIRST_DAY: 300}, [(FIRST_DAY, 300)]),
    ],
)
def test_the_standing_has_each_change_of_the_rating_in_the_window(
    recorded: dict[date, int], shown: list[tuple[date, int]]
) -> None:
    enrollment = an_enrollment()
    if recorded:
        updates.record_ratings(enrollment, rated(recorded), NOON)
    standing = standing_of(enrollment, NOON)
    assert [(r.date, r.rating) for r in standing.ratings] == shown
    view = view_of(enrollment, NOON)
    assert standing.model_dump(exclude={"today", "ratings"}) == view.model_dump()


def test_of_the_changes_that_have_left_the_window_meanwhile_only_the_last_is_shown() -> None:
    enrollment = an_enrollment()
    ratings = {FIRST_DAY: 200, FIRST_DAY + DAY: 300, FIRST_DAY + 2 * DAY: 400, TODAY: 500}
    updates.record_ratings(enrollment, rated(ratings), NOON)
    standing = standing_of(enrollment, NOON + 10 * DAY)
    shown = [(r.date, r.rating) for r in standing.ratings]
    assert shown == [(FIRST_DAY + 10 * DAY, 400), (TODAY, 500)]
