"""An old number is told that it was changed (docs/rules.md, section 2)."""

from datetime import timedelta

import pytest

from domain.enrollment.activity_inputs import look_up_way_input
from domain.enrollment.enrollment import Enrollment
from domain.enrollment.events import RecordAnswer, TryCall, VerifyNumber
from domain.enrollment.old_numbers import OldNumbers, Way
from domain.enrollment.steps import LookUpWay
from domain.enrollment.timeline import EnrollmentEventKind
from domain.shared.events import Event
from domain.shared.result import Result
from tests.domain.case.build import NUMBER, OTHER_NUMBER
from tests.domain.enrollment.build import NOON, NUMBER_REMOVED, a_change
from tests.domain.enrollment.sellers_by_status import enrolled
from tests.domain.enrollment.test_verification import right
from tests.domain.enrollment.world import Programme

HOUR = timedelta(hours=1)
ASK, TRY = VerifyNumber(by="seller"), TryCall(by="seller")
CHANGE = a_change(emergency_phone=OTHER_NUMBER)


def numbers(world: Programme) -> list[str]:
    return [phone for _, phone, _ in world.told_numbers]


@pytest.mark.parametrize(
    "known", [(ASK, right()), (TRY,), (RecordAnswer(by="case", phone=NUMBER),)]
)
@pytest.mark.parametrize("change", [CHANGE, NUMBER_REMOVED])
def test_a_number_that_was_proven_or_has_answered_is_told_once(
    known: tuple[Event, ...], change: Event
) -> None:
    world = enrolled().take(*known, change).play(30)
    assert numbers(world) == [NUMBER]
    told = [e for e in world.enrollment.timeline.entries if e.what == "old_number_told"]
    assert [(e.code, e.result) for e in told] == [("call", Result.CONNECTED)]


@pytest.mark.parametrize("result", [Result.NO_ANSWER, Result.BUSY, Result.PROVIDER_FAILED])
def test_a_number_that_never_answered_may_be_a_stranger_s_and_is_not_told(result: Result) -> None:
    world = enrolled()
    world.call_result = result
    assert numbers(world.take(ASK, CHANGE).play(30)) == []
    assert numbers(enrolled().take(CHANGE).play(30)) == []


def test_what_was_known_of_the_old_number_is_not_known_of_the_new_one() -> None:
    world = enrolled().take(TRY, CHANGE, a_change(emergency_phone="+12065550112")).play(30)
    assert numbers(world) == [NUMBER]


OTHER_PERSON = [CHANGE, a_change(extension="12")]


@pytest.mark.parametrize("change", OTHER_PERSON)
def test_who_answers_at_the_old_number_has_not_answered_at_the_new_one(change: Event) -> None:
    world = enrolled()
    world.call_takes = HOUR / 60
    world.take(TRY, change).play(1)
    assert numbers(world.take(NUMBER_REMOVED).play(30)) == []


def test_a_case_s_call_to_another_extension_says_nothing_of_the_number() -> None:
    answer = RecordAnswer(by="case", phone=NUMBER, extension="12")
    assert numbers(enrolled().take(answer, NUMBER_REMOVED).play(30)) == []
    world = enrolled().take(a_change(extension="12"), answer, NUMBER_REMOVED)
    assert numbers(world.play(30)) == [NUMBER]


def test_a_changed_extension_tells_nobody() -> None:
    assert numbers(enrolled().take(TRY, a_change(extension="12")).play(30)) == []


def test_it_waits_for_the_day_where_the_number_is() -> None:
    world = enrolled()
    world.old_number_waits = 9 * HOUR
    began = world.take(TRY, CHANGE).now
    assert world.sleeps_until == began + 9 * HOUR
    assert [at for at, _, _ in world.play(3).told_numbers] == [began + 9 * HOUR]


def test_a_number_that_is_the_seller_s_again_is_not_told() -> None:
    world = enrolled()
    world.old_number_waits = 9 * HOUR
    world.take(TRY, CHANGE, a_change(emergency_phone=NUMBER)).play(3)
    assert numbers(world) == []


def test_a_number_that_was_told_lately_is_not_told_again() -> None:
    world = enrolled()
    world.old_number_waits = None
    assert numbers(world.take(TRY, CHANGE).play(30)) == []
    told = EnrollmentEventKind.OLD_NUMBER_TOLD
    entries = [entry for entry in world.enrollment.timeline.entries if entry.what is told]
    assert [entry.result for entry in entries] == [Result.SKIPPED]


def test_where_texts_are_set_up_it_is_a_text() -> None:
    world = enrolled()
    world.sends_texts = True
    assert [by_text for _, _, by_text in world.take(TRY, CHANGE).play(3).told_numbers] == [True]
    told = [e for e in world.enrollment.timeline.entries if e.what == "old_number_told"]
    assert [e.code for e in told] == ["text"]


def test_a_number_that_takes_no_texts_is_called() -> None:
    world = enrolled().take(TRY)
    world.sends_texts, world.call_result = True, Result.BOUNCED
    world.old_number_waits = HOUR
    world.take(CHANGE).play(1.2 / 24)
    world.call_result = Result.CONNECTED
    assert [by_text for _, _, by_text in world.play(3).told_numbers] == [True, False]


@pytest.mark.parametrize(("known", "proven"), [((TRY,), False), ((ASK, right()), True)])
def test_it_is_known_whether_the_old_number_was_proven(
    known: tuple[Event, ...], proven: bool
) -> None:
    world = enrolled()
    world.old_number_waits = HOUR
    enrollment = world.take(*known, CHANGE).enrollment
    (old,) = enrollment.old_numbers.waiting
    assert look_up_way_input(enrollment, old, world.now).proven is proven


@pytest.mark.parametrize("result", [Result.SKIPPED, Result.PROVIDER_FAILED])
def test_where_it_could_not_be_told_it_is_planned_again_at_most_twice(result: Result) -> None:
    world = enrolled().take(TRY)
    world.old_number_waits, world.call_result = 9 * HOUR, result
    world.take(CHANGE).play(10)
    assert len(world.told_numbers) == 3
    assert LookUpWay not in world.steps


def test_five_old_numbers_wait_with_their_extensions_and_each_learns_its_own_way() -> None:
    old_numbers = OldNumbers()
    for number in range(6):
        old_numbers.add(number, OTHER_NUMBER, str(number), proven=False)
    assert [(old.number, old.extension) for old in old_numbers.waiting] == [
        (number, str(number)) for number in range(5)
    ]
    old_numbers.learn(3, Way(due=NOON, until=NOON + HOUR, by_text=True))
    assert [old.number for old in old_numbers.waiting if old.by_text] == [3]
    assert old_numbers.told(3, Result.CONNECTED)
    assert not old_numbers.told(3, Result.CONNECTED), "it is not waiting any more"
    assert [old.number for old in old_numbers.waiting] == [0, 1, 2, 4]


def test_it_is_no_call_that_the_seller_has_asked_for() -> None:
    world = enrolled().take(TRY, CHANGE).play(1)
    call = world.view.number_call
    assert call is not None
    assert call.kind == "test"
    world.take(TRY, TRY, TRY)


def test_it_survives_being_stored() -> None:
    world = enrolled()
    world.old_number_waits = 9 * HOUR
    enrollment = world.take(TRY, CHANGE).enrollment
    assert Enrollment.model_validate(enrollment.model_dump(mode="json")) == enrollment
