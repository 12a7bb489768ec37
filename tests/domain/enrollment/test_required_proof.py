"""Where only a proven number enrolls (docs/rules.md, section 2)."""

from datetime import timedelta

import pytest

from domain.enrollment.advance import advance
from domain.enrollment.enrollment import Enrollment
from domain.enrollment.events import VerifyNumber
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.verification import CallKind, Preparation, Verification
from domain.shared.errors import Refusal
from domain.shared.events import Event
from domain.shared.result import Result
from domain.shared.steps import WaitUntil
from tests.domain.case.build import NUMBER, OTHER_NUMBER
from tests.domain.enrollment.build import (
    DAY,
    GOOD_FOR_LONG,
    NOON,
    NUMBER_COMES,
    NUMBER_REMOVED,
    READMITTED,
    REINSTATED,
    TODAY,
    a_change,
    rated,
)
from tests.domain.enrollment.sellers_by_status import enrolled
from tests.domain.enrollment.test_verification import (
    ASK,
    DEACTIVATED,
    EXPEL,
    MINUTE,
    TRY,
    later,
    refusal,
    right,
)
from tests.domain.enrollment.world import Programme


def must_be_verified(number: str | None = NUMBER) -> Programme:
    return Programme(GOOD_FOR_LONG, number=number, must_be_verified=True)


@pytest.mark.parametrize("begins_with", [NUMBER, None])
def test_where_a_proof_is_required_only_a_proven_number_enrolls(begins_with: str | None) -> None:
    world = must_be_verified(begins_with).take(NUMBER_COMES)
    assert world.status is EnrollmentStatus.INVITED
    assert world.reason is EnrollmentReason.NUMBER_NOT_VERIFIED
    assert not world.view.requirements[3].met
    world.take(ASK, right(1))
    assert (world.status, world.letters[-1]) == (EnrollmentStatus.ENROLLED, LetterPurpose.ENROLLED)


def test_the_invitation_says_that_the_proof_is_missing() -> None:
    world = must_be_verified().play(8)
    assert world.letters == [LetterPurpose.INVITED, LetterPurpose.INVITED_AGAIN]
    assert {mail.reason for mail in world.mailed} == {EnrollmentReason.NUMBER_NOT_VERIFIED}


def qualifies_later(*, must_be_verified: bool) -> Programme:
    """A seller who has given the number, and whose record is too short until a day to come."""
    return Programme(rated({TODAY - 20 * DAY: 800}), must_be_verified=must_be_verified)


def test_who_qualifies_by_time_is_asked_for_the_proof() -> None:
    world = qualifies_later(must_be_verified=True).play(300)
    assert world.reason is EnrollmentReason.NUMBER_NOT_VERIFIED
    assert world.letters[0] is LetterPurpose.INVITED
    assert world.take(ASK, right(1)).status is EnrollmentStatus.ENROLLED


def test_nobody_is_asked_for_a_proof_that_is_not_required_any_more() -> None:
    world = qualifies_later(must_be_verified=True)
    world.must_be_verified = False
    assert world.play(300).letters == [LetterPurpose.ENROLLED]


def test_a_rating_that_comes_asks_for_no_proof_that_is_not_required_any_more() -> None:
    world = Programme(must_be_verified=True).play(3)
    world.must_be_verified = False
    assert world.take(GOOD_FOR_LONG).letters == [LetterPurpose.ENROLLED]


def test_no_timer_is_set_for_the_past(monkeypatch: pytest.MonkeyPatch) -> None:
    world = enrolled()
    past = world.now - timedelta(seconds=1)
    monkeypatch.setattr(Enrollment, "next_look_at", past)
    monkeypatch.setattr(Enrollment, "_must_look_again", lambda *_: False)
    waits = [s.moment for s in advance(world.enrollment, world.now) if isinstance(s, WaitUntil)]
    assert all(moment > world.now for moment in waits)


PROOF = LetterPurpose.PROVE_NUMBER
AFTER_THE_CHANGE = 3
"""The first call proved the old number. The second one is for telling it of the change."""


def changed_when_enrolled() -> Programme:
    """An enrolled seller with a proven number who gives another one, where a proof is required."""
    return must_be_verified().take(ASK, right(1), a_change(emergency_phone=OTHER_NUMBER))


def test_a_changed_number_is_to_be_proven_within_14_days_and_coverage_goes_on() -> None:
    world = changed_when_enrolled()
    assert (world.status, world.letters[-1]) == (EnrollmentStatus.ENROLLED, PROOF)
    assert world.view.prove_by == world.now + 14 * DAY
    assert world.view.verified_at is None
    later(world, 14 * DAY - MINUTE)
    assert world.status is EnrollmentStatus.ENROLLED
    later(world, MINUTE)
    assert world.reason is EnrollmentReason.NUMBER_NOT_VERIFIED
    assert world.letters[-1] is LetterPurpose.ENDED_NUMBER_NEEDED


def on_the_last_day() -> Programme:
    """A quarter of an hour before the time to prove the changed number is over."""
    return later(changed_when_enrolled(), 14 * DAY - 15 * MINUTE)


def test_the_time_to_prove_does_not_end_while_a_case_keeps_the_seller_from_it() -> None:
    world = later(changed_when_enrolled(), 13 * DAY)
    world.contacting, letters = True, list(world.letters)
    world.play(4)  # of which a case takes three days, and lets the seller one
    assert (world.status, world.letters) == (EnrollmentStatus.ENROLLED, letters)
    assert world.view.prove_by == world.now + DAY
    world.contacting = False
    later(world, DAY - MINUTE)
    assert world.status is EnrollmentStatus.ENROLLED
    later(world, MINUTE)
    assert world.reason is EnrollmentReason.NUMBER_NOT_VERIFIED


@pytest.mark.parametrize("by_text", [False, True])
@pytest.mark.parametrize("dialled", [False, True])
@pytest.mark.parametrize("failed", [Result.CANCELLED, Result.PROVIDER_FAILED, Result.SKIPPED])
def test_who_asks_for_the_code_on_the_last_day_and_gets_none_has_a_day_more(
    failed: Result, dialled: bool, by_text: bool
) -> None:
    world = on_the_last_day()
    if dialled:
        world.call_result = failed
    else:
        world.call_refused_as = failed
    world.take(VerifyNumber(by="seller", by_text=by_text)).play(0.5)
    assert world.status is EnrollmentStatus.ENROLLED
    world.call_result, world.call_refused_as = Result.CONNECTED, None
    world.take(ASK, right(AFTER_THE_CHANGE + 1))
    assert world.view.verified_at == world.now
    assert world.play(20).status is EnrollmentStatus.ENROLLED


def fails_on_our_side() -> Programme:
    world = on_the_last_day()
    world.call_result = Result.PROVIDER_FAILED
    return world.take(ASK)


def test_a_failure_of_ours_does_not_put_the_proof_off_for_two_days() -> None:
    world = fails_on_our_side().play(1)
    assert world.status is EnrollmentStatus.ENROLLED
    assert world.play(1).reason is EnrollmentReason.NUMBER_NOT_VERIFIED


def test_a_number_that_always_fails_on_our_side_is_not_put_off_for_ever() -> None:
    world = fails_on_our_side()
    for _ in range(13):
        assert world.play(1).take(ASK).status is EnrollmentStatus.ENROLLED
    assert world.play(1).take(ASK).status is EnrollmentStatus.ENROLLED
    assert world.play(1).reason is EnrollmentReason.NUMBER_NOT_VERIFIED


@pytest.mark.parametrize(("ago", "put_off"), [(DAY - MINUTE, True), (DAY, False)])
def test_a_failure_counts_for_a_day(ago: timedelta, put_off: bool) -> None:
    proof = Verification(prove_by=NOON)
    proof.ask(CallKind.CODE, NUMBER, None, NOON - ago)
    proof.prepare(1, Preparation())
    proof.end(1, Result.PROVIDER_FAILED)
    assert proof.put_off_proof(NOON, contacting=False) is put_off
    assert proof.prove_by == (NOON + DAY if put_off else None)


def test_a_test_call_or_a_call_that_the_seller_called_off_does_not_put_the_proof_off() -> None:
    world = on_the_last_day()
    world.call_result = Result.PROVIDER_FAILED
    assert world.take(TRY).play(1).status is EnrollmentStatus.INVITED
    world = on_the_last_day()
    world.check_takes = DAY / 24 / 60
    world.take(ASK, a_change(emergency_phone=NUMBER))
    assert world.enrollment.verification.call is not None
    assert world.enrollment.verification.call.result is Result.CANCELLED
    assert world.play(1).status is EnrollmentStatus.INVITED


def test_an_e_mail_that_has_not_left_says_the_day_to_which_the_proof_was_put_off() -> None:
    world = must_be_verified().take(ASK, right(1))
    world.mail_takes = 30 * DAY
    world.take(a_change(emergency_phone=OTHER_NUMBER))
    world.contacting = True
    world.play(14.5)
    (letter,) = (x for x in world.enrollment.outbox.letters if x.about is PROOF)
    assert letter.prove_by == world.view.prove_by


def test_who_proves_the_changed_number_in_time_stays() -> None:
    world = later(changed_when_enrolled(), 13 * DAY).take(ASK, right(AFTER_THE_CHANGE))
    assert world.view.prove_by is None
    assert world.play(30).status is EnrollmentStatus.ENROLLED


def test_another_change_does_not_put_the_proof_off() -> None:
    world = changed_when_enrolled()
    until = world.view.prove_by
    later(world, 10 * DAY).take(a_change(emergency_phone=NUMBER))
    assert world.view.prove_by == until
    assert world.letters.count(PROOF) == 2
    later(world, 4 * DAY)
    assert world.status is EnrollmentStatus.INVITED


OUT_AND_IN = [(DEACTIVATED, REINSTATED), (EXPEL, READMITTED)]


@pytest.mark.parametrize(("out", "back"), OUT_AND_IN)
def test_a_day_out_of_the_programme_does_not_end_the_time_to_prove(out: Event, back: Event) -> None:
    world = changed_when_enrolled()
    until = world.view.prove_by
    world.take(out).play(1).mail_takes = MINUTE
    (letter,) = [x for x in world.take(back).enrollment.outbox.letters if x.about is PROOF]
    assert letter.prove_by == until
    world.play(1)
    assert (world.status, world.view.prove_by) == (EnrollmentStatus.ENROLLED, until)
    assert world.letters[-1] is PROOF
    world.play(12)
    assert world.reason is EnrollmentReason.NUMBER_NOT_VERIFIED


def test_the_time_to_prove_passes_also_out_of_the_programme() -> None:
    world = changed_when_enrolled().take(EXPEL).play(20)
    assert world.view.prove_by is None
    assert world.take(READMITTED).reason is EnrollmentReason.NUMBER_NOT_VERIFIED
    assert world.letters.count(PROOF) == 1


def test_who_is_not_enrolled_has_no_time_to_prove_a_changed_number() -> None:
    world = must_be_verified().take(a_change(emergency_phone=OTHER_NUMBER))
    assert world.reason is EnrollmentReason.NUMBER_NOT_VERIFIED
    assert PROOF not in world.letters


def test_a_number_given_after_one_that_was_removed_must_be_proven_at_once() -> None:
    world = changed_when_enrolled().take(NUMBER_REMOVED, NUMBER_COMES)
    assert EnrollmentReason.NO_NUMBER in [reason for _, reason in world.became]
    assert world.reason is EnrollmentReason.NUMBER_NOT_VERIFIED


def test_the_letter_that_asks_for_the_proof_is_called_off_if_it_comes_first() -> None:
    world = must_be_verified().take(ASK, right(1))
    world.mail_takes = DAY
    world.take(a_change(emergency_phone=OTHER_NUMBER), ASK, right(AFTER_THE_CHANGE)).play(3)
    assert PROOF not in world.letters


def test_who_is_enrolled_when_the_setting_is_turned_on_stays() -> None:
    world = enrolled()
    world.must_be_verified = True
    assert world.play(3).status is EnrollmentStatus.ENROLLED
    world.take(a_change(emergency_phone=OTHER_NUMBER))
    assert world.play(13).status is EnrollmentStatus.ENROLLED
    assert world.play(1).status is EnrollmentStatus.INVITED


def test_who_waits_for_the_proof_only_is_enrolled_within_a_day_of_the_setting_turned_off() -> None:
    world = must_be_verified().play(3.5)
    assert world.reason is EnrollmentReason.NUMBER_NOT_VERIFIED
    world.must_be_verified = False
    assert world.play(1).status is EnrollmentStatus.ENROLLED


def test_a_setting_turned_off_ends_the_time_to_prove_the_number() -> None:
    world = changed_when_enrolled()
    world.must_be_verified = False
    world.play(20)
    assert world.status is EnrollmentStatus.ENROLLED
    assert LetterPurpose.ENDED_NUMBER_NEEDED not in world.letters
    assert world.view.prove_by is None


@pytest.mark.parametrize("event", [ASK, TRY])
@pytest.mark.parametrize("out", [EXPEL, DEACTIVATED])
def test_who_is_out_of_the_programme_is_not_called(event: Event, out: Event) -> None:
    assert refusal(enrolled().take(out), event) is Refusal.NOT_IN_PROGRAMME
