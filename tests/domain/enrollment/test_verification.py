"""A number that is proven by a code, and calls to try it (docs/rules.md, section 2)."""

from datetime import timedelta

import pytest

from domain.enrollment.activity_inputs import prepare_call_input
from domain.enrollment.enrollment import Enrollment
from domain.enrollment.events import EnterCode, Expel, TryCall, VerifyNumber
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.steps import PlaceCall, PrepareCall
from domain.enrollment.timeline import EnrollmentEventKind
from domain.enrollment.verification import CallKind, Preparation, Verification
from domain.enrollment.view import NumberCallView
from domain.shared.errors import Refusal, Refused
from domain.shared.events import Event, HarmCategory, RecordDeactivation
from domain.shared.result import Result
from tests.domain.case.build import NUMBER, OTHER_NUMBER
from tests.domain.enrollment.build import (
    DAY,
    GOOD_FOR_LONG,
    NOON,
    NUMBER_COMES,
    NUMBER_REMOVED,
    a_change,
)
from tests.domain.enrollment.sellers_by_status import enrolled, invited
from tests.domain.enrollment.world import Programme, proof_of

ASK, TRY = VerifyNumber(by="seller"), TryCall(by="seller")
EXPEL = Expel(by="lead", category=HarmCategory.FRAUD, evidence="Forged invoices")
DEACTIVATED = RecordDeactivation(by="risk")
TEXT = VerifyNumber(by="seller", by_text=True)
MINUTE = timedelta(minutes=1)
WRONG = EnterCode(by="seller", proofs=("f" * 64,))


def right(call: int = 1) -> EnterCode:
    return EnterCode(by="seller", proofs=("e" * 64, proof_of(call)))


def later(world: Programme, time: timedelta) -> Programme:
    return world.play(time / DAY)


def refusal(world: Programme, event: Event) -> Refusal:
    before = world.enrollment.model_copy()
    with pytest.raises(Refused) as refused:
        world.take(event)
    assert world.enrollment == before
    return refused.value.code


def call_of(world: Programme) -> NumberCallView:
    assert world.view.number_call is not None
    return world.view.number_call


def proven() -> Programme:
    return enrolled().take(ASK, right())


def events(world: Programme) -> list[EnrollmentEventKind]:
    return [entry.what for entry in world.enrollment.timeline.entries]


def test_the_right_code_proves_the_number() -> None:
    world = enrolled().take(ASK)
    assert call_of(world).tries_left == 5
    assert call_of(world).code_until == world.now + 10 * MINUTE
    world = later(world, MINUTE).take(right())
    assert world.view.verified_at == world.now
    assert events(world)[-3:] == [
        EnrollmentEventKind.CALL_REQUESTED,
        EnrollmentEventKind.CALL,
        EnrollmentEventKind.NUMBER_VERIFIED,
    ]


def test_a_code_may_be_typed_while_the_call_still_goes_on() -> None:
    world = enrolled()
    world.call_takes = MINUTE
    world.take(ASK)
    assert call_of(world).result is None
    assert world.take(right()).view.verified_at is not None
    assert PlaceCall in world.steps, "the call is not broken off"
    assert call_of(later(world, MINUTE)).result is Result.CONNECTED


def test_the_fifth_wrong_code_ends_it() -> None:
    world = enrolled().take(ASK, WRONG, WRONG, WRONG, WRONG)
    assert call_of(world).tries_left == 1
    assert EnrollmentEventKind.CODE_MISSED not in events(world)
    world.take(WRONG)
    assert (call_of(world).tries_left, call_of(world).code_until) == (0, None)
    assert events(world)[-1] is EnrollmentEventKind.CODE_MISSED
    assert refusal(world, right()) is Refusal.NO_CODE
    assert world.view.verified_at is None


@pytest.mark.parametrize(
    ("result", "counts"),
    [
        (Result.CONNECTED, True),
        (Result.PROVIDER_FAILED, True),
        (Result.NO_ANSWER, False),
        (Result.BUSY, False),
        (Result.INVALID_NUMBER, False),
        (Result.SKIPPED, False),
        (Result.BOUNCED, False),
    ],
)
def test_a_code_that_nobody_can_have_heard_does_not_count(result: Result, counts: bool) -> None:
    world = enrolled()
    world.call_result = result
    world.take(ASK)
    assert (call_of(world).code_until is not None) is counts
    if not counts:
        assert refusal(world, right()) is Refusal.NO_CODE


def test_a_code_by_text_proves_the_number_and_counts_as_a_call() -> None:
    world = enrolled()
    world.call_result = Result.ACCEPTED
    world.take(TEXT, right())
    assert world.view.verified_at == world.now
    world.take(ASK, TEXT)
    assert refusal(world, TEXT) is Refusal.TOO_MANY_CALLS


def test_no_text_is_sent_to_an_extension() -> None:
    world = enrolled().take(a_change(emergency_phone=NUMBER, extension="12"))
    assert refusal(world, TEXT) is Refusal.NO_TEXTS
    world.take(ASK)


def test_a_right_code_is_used_up() -> None:
    assert refusal(proven(), right()) is Refusal.NO_CODE


@pytest.mark.parametrize(("minutes", "counts"), [(9.99, True), (10, False)])
def test_a_code_holds_for_ten_minutes(minutes: float, counts: bool) -> None:
    world = later(enrolled().take(ASK), minutes * MINUTE)
    assert (call_of(world).code_until is not None) is counts
    if counts:
        world.take(right())
    else:
        assert refusal(world, right()) is Refusal.NO_CODE


def test_only_the_code_of_the_newest_call_counts() -> None:
    world = enrolled().take(ASK, ASK, right(1))
    assert world.view.verified_at is None
    assert world.take(right(2)).view.verified_at is not None


def test_a_test_call_says_no_code() -> None:
    world = enrolled().take(TRY)
    assert call_of(world).kind is CallKind.TEST
    assert call_of(world).result is Result.CONNECTED


@pytest.mark.parametrize("event", [ASK, TRY])
def test_nothing_is_typed_before_a_call_is_asked_for(event: Event) -> None:
    assert refusal(enrolled(), right()) is Refusal.NO_CODE
    world = Programme(GOOD_FOR_LONG, number_valid=False)
    assert refusal(world, event) is Refusal.NO_NUMBER
    assert refusal(invited(), event) is Refusal.NO_NUMBER


def test_a_call_under_way_is_not_asked_for_again() -> None:
    world = enrolled()
    world.call_takes = MINUTE
    assert refusal(world.take(ASK), TRY) is Refusal.CALL_UNDER_WAY
    later(world, MINUTE).take(TRY)


def test_three_calls_an_hour_and_ten_a_day_of_both_kinds() -> None:
    world = enrolled()
    began = world.now
    world.take(ASK, TRY, ASK)
    assert world.view.call_again_from == began + timedelta(hours=1)
    assert refusal(world, TRY) is Refusal.TOO_MANY_CALLS
    for _ in range(2):
        later(world, timedelta(hours=1)).take(ASK, TRY, ASK)
    later(world, timedelta(hours=1)).take(ASK)
    assert world.view.call_again_from == began + DAY
    assert refusal(later(world, timedelta(hours=2)), ASK) is Refusal.TOO_MANY_CALLS
    world.play_until(began + DAY).take(ASK)


def test_no_count_of_changed_numbers_makes_the_calls_forgotten() -> None:
    """The timeline forgets its oldest events."""
    world = enrolled().take(ASK, TRY, ASK)
    for number in [OTHER_NUMBER, NUMBER] * 60:
        change = a_change(emergency_phone=number)
        world.take(change.model_copy(update={"by": "feed"}))  # a seller has a limit
    assert EnrollmentEventKind.CALL_REQUESTED not in events(world)
    assert refusal(world, ASK) is Refusal.TOO_MANY_CALLS


@pytest.mark.parametrize("refused_as", [Result.SKIPPED, Result.PROVIDER_FAILED, Result.CANCELLED])
def test_a_call_that_must_not_be_dialled_says_no_code(refused_as: Result) -> None:
    world = enrolled()
    world.call_refused_as = refused_as
    world.take(ASK)
    assert call_of(world).result is refused_as
    assert world.enrollment.timeline.entries[-1].result is refused_as


@pytest.mark.parametrize("refused_as", [Result.SKIPPED, Result.CANCELLED])
def test_a_call_that_others_kept_from_being_dialled_uses_up_none(refused_as: Result) -> None:
    world = enrolled()
    world.call_refused_as = refused_as
    world.take(ASK, ASK, ASK, ASK)
    world.call_refused_as = None
    world.take(ASK, ASK, ASK)
    assert refusal(world, ASK) is Refusal.TOO_MANY_CALLS


def test_of_the_calls_asked_for_only_the_one_that_was_not_dialled_is_given_back() -> None:
    verification = Verification()
    for minutes, refused_as in enumerate((None, None, Result.SKIPPED), start=1):
        verification.ask(CallKind.TEST, NUMBER, None, NOON + minutes * MINUTE)
        verification.prepare(minutes, Preparation(refused_as=refused_as))
    assert verification.asked == (NOON + MINUTE, NOON + 2 * MINUTE)


def test_a_call_that_a_changed_number_called_off_uses_up_none() -> None:
    world = enrolled()
    world.check_takes = MINUTE
    world.take(ASK, a_change(emergency_phone=OTHER_NUMBER))
    later(world, 2 * MINUTE)
    world.check_takes = 0 * MINUTE
    world.take(ASK, ASK, ASK)
    assert refusal(world, ASK) is Refusal.TOO_MANY_CALLS


@pytest.mark.parametrize(("known", "proven"), [((TRY,), False), ((ASK, right()), True)])
def test_only_a_proof_makes_the_number_the_seller_s_own(
    known: tuple[Event, ...], proven: bool
) -> None:
    enrollment = enrolled().take(*known, TRY).enrollment
    assert enrollment.verification.call is not None
    assert prepare_call_input(enrollment, enrollment.verification.call).proven is proven


CHANGES = [
    a_change(emergency_phone=OTHER_NUMBER),
    a_change(extension="12"),
    NUMBER_REMOVED,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_number_or_extension_is_not_proven(change: Event) -> None:
    world = proven().take(change)
    assert world.view.verified_at is None
    assert LetterPurpose.VERIFY_AGAIN not in world.play(400).letters


@pytest.mark.parametrize("change", CHANGES)
def test_the_code_of_the_number_before_proves_nothing(change: Event) -> None:
    world = enrolled()
    world.take(ASK, change)
    assert refusal(world, right()) is Refusal.NO_CODE
    world = enrolled()
    world.check_takes = MINUTE
    world.take(ASK)
    assert PrepareCall in world.steps
    later(world.take(change), 2 * MINUTE)
    assert call_of(world).result is Result.CANCELLED
    assert refusal(world, right()) is Refusal.NO_CODE


def test_the_same_number_again_stays_proven() -> None:
    world = proven()
    proven_at = world.view.verified_at
    world.take(a_change(emergency_phone=NUMBER, name="Red Kettle Goods"))
    assert world.view.verified_at == proven_at


def test_another_number_has_no_extension_and_the_same_one_keeps_it() -> None:
    world = enrolled().take(a_change(emergency_phone=NUMBER, extension="12"))
    world.take(NUMBER_COMES)
    assert world.enrollment.account.extension == "12"
    world.take(a_change(emergency_phone=OTHER_NUMBER))
    assert world.enrollment.account.extension is None


def test_it_survives_being_stored() -> None:
    enrollment = proven().take(TRY).enrollment
    assert Enrollment.model_validate(enrollment.model_dump(mode="json")) == enrollment
