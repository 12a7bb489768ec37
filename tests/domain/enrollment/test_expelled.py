"""Harmful conduct: out until a person readmits (docs/rules.md, section 2)."""

import pytest

from domain.enrollment.events import Expel
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.timeline import EnrollmentEventKind
from domain.shared.errors import Refused
from domain.shared.events import Event, HarmCategory
from tests.domain.enrollment.build import (
    BECOMES_INDIVIDUAL,
    GOOD_FOR_LONG,
    NUMBER_COMES,
    NUMBER_REMOVED,
    READMITTED,
    TODAY,
    an_expulsion,
    rated,
)
from tests.domain.enrollment.world import Programme

BY_HAND = an_expulsion(case_id=None)


def expelled() -> Programme:
    return Programme(GOOD_FOR_LONG, an_expulsion())


def test_a_seller_not_known_before_can_be_expelled() -> None:
    world = Programme(an_expulsion(), number=None, email=None, plan=None)
    assert (world.status, world.reason) == (EnrollmentStatus.EXPELLED, EnrollmentReason.HARM)
    assert world.letters == []


def test_why_somebody_was_expelled_is_kept_and_shown() -> None:
    world = expelled()
    expulsion = world.enrollment.expulsion
    assert expulsion is not None
    assert (expulsion.by, expulsion.category) == ("lead", HarmCategory.FRAUD)
    assert (expulsion.evidence, expulsion.case_id) == ("CASE-FILE-7", "case/US/A2EXAMPLE/run-1")
    entry = next(e for e in world.view.timeline if e.what is EnrollmentEventKind.EXPELLED)
    assert (entry.by, entry.code, entry.note) == ("lead", "fraud", "CASE-FILE-7")


@pytest.mark.parametrize("again", [an_expulsion(), an_expulsion("case/US/A2EXAMPLE/2"), BY_HAND])
def test_expelling_again_changes_nothing_that_can_be_seen(again: Expel) -> None:
    world = expelled().play(1)
    before, letters = world.view, list(world.letters)
    assert world.take(again).view == before
    assert world.play(30).letters == letters


@pytest.mark.parametrize(
    "event",
    [GOOD_FOR_LONG, NUMBER_REMOVED, NUMBER_COMES, BECOMES_INDIVIDUAL, rated({TODAY: 1000})],
)
def test_only_a_person_readmits(event: Event) -> None:
    world = expelled().take(event).play(400)
    assert world.status is EnrollmentStatus.EXPELLED
    assert len(world.became) == 2
    assert world.letters == [LetterPurpose.ENROLLED, LetterPurpose.ENDED]


def test_readmitted_a_seller_stands_where_the_requirements_say() -> None:
    world = expelled().play(1).take(READMITTED)
    assert world.status is EnrollmentStatus.ENROLLED
    assert world.letters == [LetterPurpose.ENROLLED, LetterPurpose.ENDED, LetterPurpose.ENROLLED]
    entry = next(e for e in world.view.timeline if e.what is EnrollmentEventKind.READMITTED)
    assert (entry.by, entry.note) == ("lead", "a mistake of ours")
    world = expelled().take(NUMBER_REMOVED, rated({TODAY: 0})).play(20).take(READMITTED)
    assert (world.status, world.reason) == (
        EnrollmentStatus.NOT_ELIGIBLE,
        EnrollmentReason.TOO_MANY_DAYS_BELOW,
    )


def test_who_is_not_expelled_cannot_be_readmitted() -> None:
    world = Programme(GOOD_FOR_LONG)
    before = world.enrollment.model_copy()
    with pytest.raises(Refused, match="the seller is not expelled: enrolled"):
        world.take(READMITTED)
    assert world.enrollment == before
    with pytest.raises(Refused):
        expelled().take(READMITTED, READMITTED)


def test_the_same_case_does_not_expel_again_after_a_readmission() -> None:
    world = expelled().take(READMITTED)
    before = world.enrollment.model_copy()
    world.take(an_expulsion())
    assert world.enrollment == before


@pytest.mark.parametrize("other", [an_expulsion("case/US/A2EXAMPLE/run-2"), BY_HAND])
def test_another_case_or_a_person_expels_again_after_a_readmission(other: Expel) -> None:
    world = expelled().take(READMITTED).take(other)
    assert world.status is EnrollmentStatus.EXPELLED
    assert world.letters[-1] is LetterPurpose.ENDED
    assert world.take(READMITTED).letters[-1] is LetterPurpose.ENROLLED


def test_the_cases_remembered_are_bounded() -> None:
    world = Programme(GOOD_FOR_LONG)
    for number in range(100):
        world.take(an_expulsion(f"case-{number}"), READMITTED)
    assert len(world.enrollment.expelled_in) == 20
    assert world.take(an_expulsion("case-99")).status is EnrollmentStatus.ENROLLED
