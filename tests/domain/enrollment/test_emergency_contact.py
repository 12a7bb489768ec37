"""The emergency contact: looked up, asked for, shared (docs/rules.md, section 2)."""

from datetime import timedelta

import pytest

from domain.enrollment import step_results, updates
from domain.enrollment.advance import advance
from domain.enrollment.events import AccountNews, ChangeAccount
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.steps import CheckNumber, NumberFacts
from domain.enrollment.timeline import EnrollmentEventKind
from domain.shared.steps import ShareContact
from tests.domain.case.build import ADDRESS, NUMBER, OTHER_ADDRESS
from tests.domain.enrollment.build import (
    BECOMES_INDIVIDUAL,
    DAY,
    GOOD_FOR_LONG,
    NUMBER_REMOVED,
    TODAY,
    a_change,
    rated,
)
from tests.domain.enrollment.world import Programme


def found(*, valid: bool) -> NumberFacts:
    return NumberFacts(must_be_verified=False, valid=valid, announces=False)


def enrolled() -> Programme:
    return Programme(GOOD_FOR_LONG)


def test_a_number_found_not_to_be_valid_is_asked_for() -> None:
    world = Programme(GOOD_FOR_LONG, number_valid=False)
    assert (world.status, world.reason) == (
        EnrollmentStatus.INVITED,
        EnrollmentReason.INVALID_NUMBER,
    )
    assert world.letters == [LetterPurpose.INVITED]
    world.take(a_change(emergency_phone="+12065550111"))
    assert world.status is EnrollmentStatus.ENROLLED
    assert world.letters == [LetterPurpose.INVITED, LetterPurpose.ENROLLED]


def test_an_invalid_number_removed_is_a_missing_one_and_no_news() -> None:
    world = Programme(GOOD_FOR_LONG, NUMBER_REMOVED, number_valid=False)
    assert (world.status, world.reason) == (EnrollmentStatus.INVITED, EnrollmentReason.NO_NUMBER)
    assert world.letters == [LetterPurpose.INVITED]
    assert len(world.became) == 1


def test_until_the_number_is_looked_up_nothing_else_is_done() -> None:
    world = Programme()
    world.enrollment.number_valid = None
    updates.record_ratings(world.enrollment, GOOD_FOR_LONG, world.now)
    assert advance(world.enrollment, world.now) == (CheckNumber(NUMBER),)
    assert (world.status, world.letters) == (EnrollmentStatus.NOT_ELIGIBLE, [])
    step_results.number_checked(world.enrollment, found(valid=True), world.now)
    assert world.status is EnrollmentStatus.ENROLLED


@pytest.mark.parametrize("valid", [True, False])
def test_a_look_up_that_comes_too_late_says_nothing_of_the_number_there_is_now(
    valid: bool,
) -> None:
    world = Programme(GOOD_FOR_LONG)
    step_results.number_checked(world.enrollment, found(valid=valid), world.now)
    assert world.status is EnrollmentStatus.ENROLLED
    world.take(NUMBER_REMOVED)
    step_results.number_checked(world.enrollment, found(valid=valid), world.now)
    assert world.play(1).status is EnrollmentStatus.INVITED


def test_another_valid_number_keeps_the_enrollment_and_is_no_news() -> None:
    world = enrolled().take(a_change(emergency_phone="+12065550111"))
    assert world.status is EnrollmentStatus.ENROLLED
    assert world.letters == [LetterPurpose.ENROLLED]


def test_an_open_case_is_told_of_each_new_number_and_address_and_of_nothing_else() -> None:
    world = enrolled()
    assert world.shared == []
    world.take(a_change(emergency_phone="+12065550111"), a_change(email="new@kettle.example"))
    assert world.shared == [("emergency_phone",), ("email",)]
    world.take(ChangeAccount(by="feed", email="new@kettle.example"), a_change(name="Red Kettle"))
    world.take(NUMBER_REMOVED, a_change(email=None), BECOMES_INDIVIDUAL)
    assert len(world.shared) == 2


def test_what_changes_while_an_open_case_is_told_is_told_next_and_then_no_more() -> None:
    world = enrolled()
    world.share_takes = timedelta(hours=1)
    world.take(a_change(emergency_phone="+12065550111"))
    world.take(a_change(email="new@kettle.example"))
    assert world.steps.count(ShareContact) == 1
    world.play(1 / 24)
    assert "email" not in world.shared[0]
    world.play(30)
    assert "email" in world.shared[1]
    assert len(world.shared) == 2


def test_an_open_case_is_told_which_addresses_were_confirmed_each_once() -> None:
    world = enrolled()
    world.share_takes = timedelta(hours=1)
    world.take(a_change(emergency_phone="+12065550111"), a_change(email=OTHER_ADDRESS))
    assert world.enrollment.contact_news.confirmed == (ADDRESS, OTHER_ADDRESS)


def test_an_open_case_that_could_not_be_told_is_in_the_timeline_and_not_told_again() -> None:
    world = enrolled().take(a_change(emergency_phone="+12065550111"))
    assert EnrollmentEventKind.CONTACT_NOT_SHARED not in {
        e.what for e in world.enrollment.timeline.entries
    }
    world.case_can_be_told = False
    world.take(a_change(email="new@kettle.example")).play(30)
    assert len(world.shared) == 2
    assert [e.what for e in world.enrollment.timeline.entries].count(
        EnrollmentEventKind.CONTACT_NOT_SHARED
    ) == 1


def test_an_invalid_number_stays_what_is_known_when_something_else_changes() -> None:
    world = Programme(GOOD_FOR_LONG, number_valid=False).take(a_change(name="Red Kettle Goods"))
    assert world.enrollment.account.emergency_phone is not None
    assert world.reason is EnrollmentReason.INVALID_NUMBER


def test_what_a_feed_knows_of_the_account_is_taken_with_the_ratings() -> None:
    """Section 7: both are decided together, and one e-mail says it."""
    news = AccountNews(emergency_phone="+12065550111")
    world = Programme(number=None).take(GOOD_FOR_LONG.model_copy(update={"account": news}))
    assert world.status is EnrollmentStatus.ENROLLED
    assert world.letters == [LetterPurpose.ENROLLED]
    changed = [
        e
        for e in world.enrollment.timeline.entries
        if e.what is EnrollmentEventKind.ACCOUNT_CHANGED
    ]
    assert [(e.at, e.by, e.changed) for e in changed] == [(world.now, "feed", ("emergency_phone",))]


def test_how_many_days_were_corrected_is_written_down() -> None:
    world = Programme(rated({TODAY: 800, TODAY - DAY: 800}))
    world.take(rated({TODAY: 700, TODAY - DAY: 700})).take(rated({TODAY: 600}))
    notes = [
        e.note
        for e in world.enrollment.timeline.entries
        if e.what is EnrollmentEventKind.RATINGS_CORRECTED
    ]
    assert notes == [f"2 days, the earliest {TODAY - DAY}", f"of {TODAY}"]
