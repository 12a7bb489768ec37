"""A seller is warned before an enrollment ends, and of a changed number or address."""

import pytest

from domain.enrollment import step_results
from domain.enrollment.advance import advance
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentStatus
from domain.shared.events import Event
from domain.shared.result import Result
from tests.domain.case.build import ADDRESS, NUMBER, OTHER_ADDRESS, OTHER_NUMBER
from tests.domain.enrollment.build import (
    ADDRESS_REMOVED,
    DAY,
    DEACTIVATED,
    GOOD_FOR_LONG,
    NOON,
    TODAY,
    a_change,
    an_expulsion,
    midnight,
    rated,
)
from tests.domain.enrollment.world import AT_ONCE, Programme

WARNED = LetterPurpose.DAYS_BELOW


def test_the_7th_and_the_10th_day_below_are_told_on_that_very_day() -> None:
    world = Programme(GOOD_FOR_LONG, rated({TODAY: 249})).play(40)
    assert [(m.at, m.about) for m in world.mailed[1:]] == [
        (midnight(TODAY + 6 * DAY), WARNED),
        (midnight(TODAY + 9 * DAY), WARNED),
        (midnight(TODAY + 10 * DAY), LetterPurpose.ENDED),
    ]


def test_ratings_that_come_late_and_jump_to_9_days_send_one() -> None:
    world = Programme(GOOD_FOR_LONG).play(20)
    since = TODAY + 5 * DAY
    world.take(rated({since: 100, since + 9 * DAY: 800})).play(30)
    assert world.letters == [LetterPurpose.ENROLLED, WARNED]


def test_a_correction_back_and_forth_warns_no_second_time() -> None:
    world = Programme(GOOD_FOR_LONG).play(20)
    bad, good = rated({TODAY: 249, TODAY + 7 * DAY: 800}), rated({TODAY: 800})
    for event in (bad, good, bad, good, bad):
        world.take(event).play(1)
    assert world.letters == [LetterPurpose.ENROLLED, WARNED]


def test_one_that_left_although_called_off_is_not_said_again() -> None:
    """The days below are gone when it is known, and come back the day after."""
    world = Programme(GOOD_FOR_LONG).play(20)
    world.mail_takes = DAY
    bad, good = rated({TODAY: 249, TODAY + 7 * DAY: 800}), rated({TODAY: 800})
    world.take(bad)
    (letter,) = world.enrollment.outbox.letters
    world.take(good)
    step_results.sent(world.enrollment, letter, Result.ACCEPTED, world.now)
    world.take(bad).play(30)
    assert WARNED not in world.letters


def test_one_that_left_although_called_off_calls_off_the_newer_one_that_says_no_more() -> None:
    world = Programme(GOOD_FOR_LONG, rated({TODAY: 249}))
    world.mail_takes = 2 * DAY
    world.play_until(midnight(TODAY + 6 * DAY))
    (seven,) = world.enrollment.outbox.letters
    assert world.sleeps_until == midnight(TODAY + 7 * DAY)
    world.play_until(midnight(TODAY + 7 * DAY))
    (eight,) = world.enrollment.outbox.letters
    assert (seven.days_below, eight.days_below) == (7, 8)
    step_results.sent(world.enrollment, seven, Result.ACCEPTED, world.now)
    advance(world.enrollment, world.now)
    assert world.enrollment.outbox.letters == ()


@pytest.mark.parametrize("event", [DEACTIVATED, an_expulsion(), ADDRESS_REMOVED])
def test_one_that_waits_is_called_off_where_there_is_nobody_to_warn(event: Event) -> None:
    world = Programme(GOOD_FOR_LONG, rated({TODAY: 249}))
    world.mail_takes = DAY / 2
    world.play_until(midnight(TODAY + 6 * DAY))
    assert [x.about for x in world.enrollment.outbox.letters] == [WARNED]
    world.take(event).play(1)
    assert WARNED not in world.letters
    assert world.sleeps_until is None or world.sleeps_until > midnight(TODAY + 7 * DAY)


def test_days_below_anew_long_after_a_warning_are_warned_of_anew() -> None:
    world = Programme(GOOD_FOR_LONG, rated({TODAY: 249})).play(6.5)
    world.take(rated({TODAY + 7 * DAY - DAY: 249, TODAY + 6 * DAY: 249})).play(0.5)
    world.take(rated({(TODAY + 7 * DAY): 800})).play(190)
    again = world.now.date()
    world.take(rated({again: 249})).play(8)
    assert world.letters.count(WARNED) == 2


@pytest.mark.parametrize("result", [Result.BOUNCED, Result.PROVIDER_FAILED])
def test_a_warning_that_did_not_arrive_is_written_again_the_next_day(result: Result) -> None:
    seven_days = rated({TODAY: 249, TODAY + 7 * DAY: 800})
    world = Programme(GOOD_FOR_LONG).play(20)
    world.mail_result = result
    world.take(seven_days).play(1.1)
    assert [m.at for m in world.mailed[1:]] == [NOON + 20 * DAY, midnight(TODAY + 21 * DAY)]
    world.mail_result = Result.ACCEPTED
    world.play(40)
    assert [m.at for m in world.mailed[3:]] == [midnight(TODAY + 22 * DAY)]


def test_a_mail_server_that_is_out_for_days_costs_nobody_the_warning() -> None:
    world = Programme(GOOD_FOR_LONG).play(20)
    world.mail_result, world.mail_takes = Result.PROVIDER_FAILED, 3 * DAY
    world.take(rated({TODAY: 249, TODAY + 7 * DAY: 800})).play(5)
    assert not [warning.days for warning in world.enrollment.warnings.given]
    world.mail_result, world.mail_takes = Result.ACCEPTED, AT_ONCE
    world.play(40)
    assert [warning.days for warning in world.enrollment.warnings.given] == [7]


def test_a_corrected_address_is_warned_at_once() -> None:
    world = Programme(GOOD_FOR_LONG).play(20)
    world.mail_result = Result.BOUNCED
    world.take(rated({TODAY: 249, TODAY + 7 * DAY: 800})).play(0.1)
    world.mail_result = Result.ACCEPTED
    corrected = world.now
    world.take(a_change(email=OTHER_ADDRESS)).play(40)
    warned = [(m.at, m.to) for m in world.mailed if m.about is WARNED]
    assert warned == [(NOON + 20 * DAY, ADDRESS), (corrected, OTHER_ADDRESS)]


def test_nobody_is_warned_where_that_is_set_so() -> None:
    world = Programme(GOOD_FOR_LONG)
    world.warn_days = ()
    world.take(rated({TODAY: 249})).play(40)
    assert world.letters == [LetterPurpose.ENROLLED, LetterPurpose.ENDED]


def test_a_changed_number_is_confirmed_to_the_address_and_not_printed_whole() -> None:
    world = Programme(GOOD_FOR_LONG)
    world.mail_takes = DAY
    world.take(a_change(emergency_phone=OTHER_NUMBER))
    (letter,) = (
        x for x in world.enrollment.outbox.letters if x.about is LetterPurpose.CONTACT_CHANGED
    )
    assert letter.confirms is not None
    assert letter.confirms.number_ends == OTHER_NUMBER[-2:]
    assert [m.to for m in world.play(5).confirmed] == [ADDRESS]


def test_a_changed_address_is_confirmed_to_the_old_one_and_the_new_one_once() -> None:
    world = Programme(GOOD_FOR_LONG).take(a_change(email=OTHER_ADDRESS))
    world.take(a_change(email=OTHER_ADDRESS))
    assert [m.to for m in world.play(5).confirmed] == [ADDRESS, OTHER_ADDRESS]


def test_an_address_taken_away_is_confirmed_to_it() -> None:
    world = Programme(GOOD_FOR_LONG).take(ADDRESS_REMOVED).play(5)
    assert [m.to for m in world.confirmed] == [ADDRESS]


def test_what_was_not_known_before_is_not_confirmed() -> None:
    world = Programme(GOOD_FOR_LONG, number=None, email=None)
    world.take(a_change(email=ADDRESS, emergency_phone=NUMBER)).play(5)
    assert (world.status, world.confirmed) == (EnrollmentStatus.ENROLLED, [])


def test_what_a_case_has_confirmed_is_not_confirmed_again() -> None:
    change = a_change(email=OTHER_ADDRESS).model_copy(
        update={"confirmed": (ADDRESS, OTHER_ADDRESS)}
    )
    assert Programme(GOOD_FOR_LONG).take(change).play(5).confirmed == []
