"""An account that is deactivated is no member, whatever its rating (docs/rules.md, section 2)."""

from datetime import timedelta

import pytest

from domain.enrollment.events import ChangeAccount
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.timeline import EnrollmentEventKind
from domain.enrollment.view import why_not_enrolled
from domain.shared.errors import Refusal, Refused
from domain.shared.events import Event
from domain.shared.result import Result
from domain.shared.steps import TellDeactivation
from tests.domain.enrollment.build import (
    ADDRESS_COMES,
    BECOMES_INDIVIDUAL,
    DEACTIVATED,
    DEACTIVATED_BY_OTHERS,
    GOOD_FOR_LONG,
    NUMBER_COMES,
    NUMBER_REMOVED,
    READMITTED,
    REINSTATED,
    TODAY,
    an_expulsion,
    rated,
)
from tests.domain.enrollment.world import Programme


def deactivated() -> Programme:
    return Programme(GOOD_FOR_LONG, DEACTIVATED)


def test_the_enrollment_ends_with_the_account_and_writes_nothing_of_it() -> None:
    world = deactivated().play(30)
    assert (world.status, world.reason) == (
        EnrollmentStatus.NOT_ELIGIBLE,
        EnrollmentReason.DEACTIVATED,
    )
    assert world.view.deactivated
    assert world.letters == [LetterPurpose.ENROLLED]
    entry = next(e for e in world.view.timeline if e.what is EnrollmentEventKind.DEACTIVATED)
    assert (entry.by, entry.case_id) == ("case", "case/US/A2EXAMPLE/run-1")


def test_a_case_of_it_is_told_that_it_was_deactivated() -> None:
    assert "it was deactivated, and nobody has reinstated it" in (
        why_not_enrolled(deactivated().view) or ""
    )


def test_an_open_case_hears_of_it_unless_a_case_did_it() -> None:
    assert deactivated().told_of_deactivation == []
    world = Programme(GOOD_FOR_LONG, DEACTIVATED_BY_OTHERS, DEACTIVATED_BY_OTHERS)
    assert world.told_of_deactivation == ["marketplace"]
    assert world.take(REINSTATED, DEACTIVATED_BY_OTHERS).told_of_deactivation == ["marketplace"] * 2


def test_an_open_case_is_not_told_of_what_a_person_has_taken_back() -> None:
    world = Programme(GOOD_FOR_LONG)
    world.share_takes = timedelta(hours=1)
    world.take(DEACTIVATED_BY_OTHERS, REINSTATED).play(1)
    assert world.told_of_deactivation == []
    assert world.status is EnrollmentStatus.ENROLLED


def test_that_no_case_could_be_told_is_in_the_timeline() -> None:
    world = Programme(GOOD_FOR_LONG)
    world.case_can_be_told = False
    world.take(DEACTIVATED_BY_OTHERS)
    assert world.enrollment.timeline.entries[-1].what is EnrollmentEventKind.CASE_NOT_TOLD
    assert TellDeactivation not in world.steps


@pytest.mark.parametrize(
    "event",
    [GOOD_FOR_LONG, NUMBER_REMOVED, NUMBER_COMES, BECOMES_INDIVIDUAL, rated({TODAY: 0})],
)
def test_only_a_person_brings_it_back(event: Event) -> None:
    world = deactivated().take(event).play(400)
    assert (world.status, world.reason) == (
        EnrollmentStatus.NOT_ELIGIBLE,
        EnrollmentReason.DEACTIVATED,
    )
    assert world.letters == [LetterPurpose.ENROLLED]


def test_nobody_who_is_deactivated_is_invited_reminded_or_congratulated() -> None:
    invited = Programme(GOOD_FOR_LONG, number=None).play(1).take(DEACTIVATED).play(30)
    assert invited.letters == [LetterPurpose.INVITED]
    waiting = Programme(GOOD_FOR_LONG, number=None, email=None).take(DEACTIVATED, ADDRESS_COMES)
    assert waiting.play(30).letters == []
    enrolled = Programme(GOOD_FOR_LONG, email=None).take(DEACTIVATED, ADDRESS_COMES)
    assert enrolled.play(30).letters == []


def test_a_letter_that_mail_could_not_take_yet_is_called_off() -> None:
    world = Programme()
    world.mail_takes, world.mail_result = timedelta(days=2), Result.ACCEPTED
    world.take(GOOD_FOR_LONG).play(1).take(DEACTIVATED).play(30)
    assert world.letters == []


def test_a_deactivated_seller_costs_no_timer() -> None:
    world = Programme(rated({TODAY: 800}), DEACTIVATED)
    assert world.sleeps_until is None
    assert world.take(REINSTATED).sleeps_until is not None


def test_a_reinstated_seller_stands_where_the_requirements_say() -> None:
    world = deactivated().play(1).take(REINSTATED)
    assert (world.status, world.view.deactivated) == (EnrollmentStatus.ENROLLED, False)
    assert world.letters == [LetterPurpose.ENROLLED, LetterPurpose.ENROLLED]
    entry = next(e for e in world.view.timeline if e.what is EnrollmentEventKind.REINSTATED)
    assert (entry.by, entry.note) == ("lead", "the appeal holds")
    world = deactivated().take(NUMBER_REMOVED, REINSTATED)
    assert (world.status, world.letters[-1]) == (EnrollmentStatus.INVITED, LetterPurpose.INVITED)


def test_who_is_not_deactivated_cannot_be_reinstated() -> None:
    with pytest.raises(Refused, match="the account is not deactivated: the seller is enrolled"):
        Programme(GOOD_FOR_LONG).take(REINSTATED)
    with pytest.raises(Refused):
        deactivated().take(REINSTATED, REINSTATED)


def test_deactivating_again_changes_nothing() -> None:
    world = deactivated().play(1)
    before = world.view
    assert world.take(DEACTIVATED).view == before


def test_expelled_and_deactivated_takes_both_to_come_back() -> None:
    world = Programme(GOOD_FOR_LONG, an_expulsion(), DEACTIVATED).play(1)
    assert (world.status, world.view.deactivated) == (EnrollmentStatus.EXPELLED, True)
    assert world.letters == [LetterPurpose.ENROLLED, LetterPurpose.ENDED]
    world.take(READMITTED).play(1)
    assert (world.status, world.reason) == (
        EnrollmentStatus.NOT_ELIGIBLE,
        EnrollmentReason.DEACTIVATED,
    )
    assert world.letters == [LetterPurpose.ENROLLED, LetterPurpose.ENDED]
    assert world.take(REINSTATED).status is EnrollmentStatus.ENROLLED


def test_a_seller_not_known_before_can_be_deactivated() -> None:
    world = Programme(DEACTIVATED, number=None, email=None, plan=None)
    assert (world.status, world.reason) == (
        EnrollmentStatus.NOT_ELIGIBLE,
        EnrollmentReason.DEACTIVATED,
    )


# --- what can be appealed -----------------------------------------------------------------------

CASE = DEACTIVATED.case_id
LATER = DEACTIVATED.model_copy(update={"case_id": "case/US/A2EXAMPLE/run-2"})
FOUND_DONE = LATER.model_copy(update={"by": "account service"})


BOTH = [CASE, LATER.case_id]


@pytest.mark.parametrize(
    ("told", "by"),
    [
        pytest.param([DEACTIVATED_BY_OTHERS], [], id="by-others"),
        pytest.param([DEACTIVATED_BY_OTHERS, DEACTIVATED], [CASE], id="then-by-a-case"),
        pytest.param([DEACTIVATED, DEACTIVATED_BY_OTHERS], [CASE], id="others-say-so-too"),
        pytest.param([DEACTIVATED, FOUND_DONE], [CASE], id="a-later-case-found-it-done"),
        pytest.param([DEACTIVATED, LATER], BOTH, id="a-later-case-did-it"),
        pytest.param([DEACTIVATED, LATER, DEACTIVATED], BOTH, id="the-first-says-so-again"),
        pytest.param([DEACTIVATED, REINSTATED, LATER], [LATER.case_id], id="active-in-between"),
    ],
)
def test_every_case_whose_deactivation_stands_is_known_and_the_newest_can_be_appealed(
    told: list[Event], by: list[str]
) -> None:
    view = Programme(GOOD_FOR_LONG, *told).view
    assert view.deactivated_in == tuple(by)
    assert view.deactivated_by == (by[-1] if by else None)


@pytest.mark.parametrize(("reinstated", "is_deactivated"), [(True, False), (False, True)])
def test_what_was_found_before_a_reinstatement_is_over(
    reinstated: bool, is_deactivated: bool
) -> None:
    """A case has read the account before an appeal reinstated it, and tells of it too late."""
    world = deactivated()
    seen = world.view.events
    world.take(REINSTATED)
    late = FOUND_DONE.model_copy(update={"seen": seen if reinstated else world.view.events})
    assert world.take(late).view.deactivated == is_deactivated


def test_the_case_is_known_after_a_hundred_other_events() -> None:
    world = Programme(GOOD_FOR_LONG, DEACTIVATED)
    for number in range(110):
        world.take(ChangeAccount(by="feed", name=f"Kettle {number}"))
    assert DEACTIVATED.case_id not in {e.case_id for e in world.view.timeline}
    assert world.view.deactivated_by == CASE


def test_what_is_taken_back_late_does_not_overtake_the_deactivation_by_a_later_case() -> None:
    world = Programme(GOOD_FOR_LONG, DEACTIVATED, LATER)
    late = REINSTATED.model_copy(update={"case_id": CASE})
    with pytest.raises(Refused) as refused:
        world.take(late)
    assert refused.value.code is Refusal.NOT_DEACTIVATED
    assert world.view.deactivated
    world.take(late.model_copy(update={"case_id": LATER.case_id}))
    assert (world.view.deactivated, world.view.deactivated_in) == (False, ())
