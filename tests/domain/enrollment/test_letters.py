"""E-mails of the programme: each once, and none that is not true (docs/rules.md, section 2)."""

from datetime import timedelta

import pytest

from domain.enrollment import step_results
from domain.enrollment.advance import advance
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.steps import Send
from domain.enrollment.timeline import EnrollmentEventKind
from domain.shared.events import Event
from domain.shared.result import Result
from tests.domain.case.build import ADDRESS, OTHER_ADDRESS
from tests.domain.enrollment.build import (
    ADDRESS_COMES,
    ADDRESS_REMOVED,
    BECOMES_INDIVIDUAL,
    BECOMES_PROFESSIONAL,
    DAY,
    GOOD_FOR_LONG,
    NOON,
    NUMBER_COMES,
    NUMBER_REMOVED,
    READMITTED,
    TODAY,
    a_change,
    an_expulsion,
    midnight,
    rated,
)
from tests.domain.enrollment.world import Programme

HOUR = timedelta(hours=1)


def invited() -> Programme:
    return Programme(GOOD_FOR_LONG, number=None)


def slow_mail(*, number: bool = True) -> Programme:
    world = Programme(number="+12065550110" if number else None)
    world.mail_takes = HOUR
    return world


# --- the number is asked for twice --------------------------------------------------------------


def test_the_number_is_asked_for_once_more_after_7_days_and_never_again() -> None:
    world = invited()
    assert world.sleeps_until == NOON + 7 * DAY
    world.play_until(NOON + 7 * DAY - HOUR)
    assert world.letters == [LetterPurpose.INVITED]
    world.play_until(NOON + 7 * DAY)
    assert world.letters == [LetterPurpose.INVITED, LetterPurpose.INVITED_AGAIN]
    world.play(700)
    assert [mail.at for mail in world.mailed] == [NOON, NOON + 7 * DAY]
    assert world.woken == [NOON + 7 * DAY]
    assert world.status is EnrollmentStatus.INVITED


def test_a_seller_whose_enrollment_ended_for_the_number_is_asked_for_it_once_more_too() -> None:
    world = Programme(GOOD_FOR_LONG, NUMBER_REMOVED).play(30)
    assert world.letters == [
        LetterPurpose.ENROLLED,
        LetterPurpose.ENDED_NUMBER_NEEDED,
        LetterPurpose.INVITED_AGAIN,
    ]
    assert [mail.reason for mail in world.mailed[1:]] == [EnrollmentReason.NO_NUMBER] * 2


@pytest.mark.parametrize("result", [Result.ACCEPTED, Result.BOUNCED, Result.PROVIDER_FAILED])
def test_the_7_days_run_from_the_e_mail_whatever_came_of_it(result: Result) -> None:
    world = slow_mail(number=False)
    world.mail_result = result
    world.take(GOOD_FOR_LONG).play(30)
    assert [mail.at for mail in world.mailed] == [NOON + HOUR, NOON + 7 * DAY + 2 * HOUR]
    results = [
        e.result for e in world.enrollment.timeline.entries if e.what is EnrollmentEventKind.EMAIL
    ]
    assert results == [result, result]


@pytest.mark.parametrize("event", [NUMBER_COMES, BECOMES_INDIVIDUAL, an_expulsion()])
def test_who_is_not_invited_any_more_is_not_reminded(event: Event) -> None:
    world = invited().play(3).take(event)
    assert world.play(30).letters.count(LetterPurpose.INVITED_AGAIN) == 0


def test_who_is_invited_anew_is_asked_anew() -> None:
    world = invited().play(3).take(BECOMES_INDIVIDUAL).play(1).take(BECOMES_PROFESSIONAL)
    assert [(mail.about, mail.at) for mail in world.play(30).mailed] == [
        (LetterPurpose.INVITED, NOON),
        (LetterPurpose.INVITED, NOON + 4 * DAY),
        (LetterPurpose.INVITED_AGAIN, NOON + 11 * DAY),
    ]


def test_the_number_that_comes_after_the_7_days_while_we_were_down_is_not_asked_for() -> None:
    world = invited().be_down(8).take(NUMBER_COMES)
    assert world.play(30).letters == [LetterPurpose.INVITED, LetterPurpose.ENROLLED]


def test_an_outage_of_ours_delays_the_reminder_and_nothing_more() -> None:
    world = invited().be_down(20).play(0)
    assert [mail.at for mail in world.mailed] == [NOON, NOON + 20 * DAY]
    assert world.play(30).letters == [LetterPurpose.INVITED, LetterPurpose.INVITED_AGAIN]


# --- each e-mail once ---------------------------------------------------------------------------


def test_e_mails_leave_one_after_the_other_in_their_order() -> None:
    world = slow_mail().take(GOOD_FOR_LONG, an_expulsion(), READMITTED, BECOMES_INDIVIDUAL)
    assert world.steps.count(Send) == 1
    world.play(1)
    assert [(mail.about, mail.at) for mail in world.mailed] == [
        (LetterPurpose.ENROLLED, NOON + HOUR),
        (LetterPurpose.ENDED, NOON + 2 * HOUR),
        (LetterPurpose.ENROLLED, NOON + 3 * HOUR),
        (LetterPurpose.ENDED, NOON + 4 * HOUR),
    ]


def test_every_e_mail_has_a_number_of_its_own() -> None:
    world = slow_mail().take(GOOD_FOR_LONG, an_expulsion(), READMITTED)
    numbers = [letter.number for letter in world.enrollment.outbox.letters]
    world.play(1).take(NUMBER_REMOVED)
    numbers += [letter.number for letter in world.enrollment.outbox.letters]
    assert numbers == [1, 2, 3, 4, 5]  # the number removed is confirmed, and ends it


def test_an_e_mail_asking_for_the_number_is_called_off_when_the_number_comes() -> None:
    world = slow_mail(number=False).take(GOOD_FOR_LONG)
    assert [letter.about for letter in world.enrollment.outbox.letters] == [LetterPurpose.INVITED]
    world.take(NUMBER_COMES)
    assert world.play(30).letters == [LetterPurpose.ENROLLED]


def test_an_e_mail_taken_although_called_off_is_in_the_timeline_and_reminds_of_nothing() -> None:
    world = slow_mail(number=False).take(GOOD_FOR_LONG)
    (letter,) = world.enrollment.outbox.letters
    world.take(NUMBER_COMES)
    step_results.sent(world.enrollment, letter, Result.ACCEPTED, world.now)
    entry = world.enrollment.timeline.entries[-1]
    assert (entry.what, entry.about, entry.result) == (
        EnrollmentEventKind.EMAIL,
        "invited",
        "accepted",
    )
    assert [x.about for x in world.enrollment.outbox.letters] == [LetterPurpose.ENROLLED]
    assert world.play(30).letters == [LetterPurpose.ENROLLED]


def test_an_e_mail_under_way_follows_the_seller_to_a_new_address() -> None:
    world = slow_mail().take(GOOD_FOR_LONG).play(0.01).take(a_change(email=OTHER_ADDRESS))
    assert Send(1, LetterPurpose.ENROLLED, OTHER_ADDRESS) in advance(world.enrollment, world.now)
    world.play(1)
    assert [(mail.to, mail.about) for mail in world.mailed] == [
        (OTHER_ADDRESS, LetterPurpose.ENROLLED)
    ]


# --- no address is known --------------------------------------------------------------------------


def test_where_no_address_is_known_the_e_mail_waits_for_one() -> None:
    world = Programme(GOOD_FOR_LONG, email=None).play(40)
    assert (world.status, world.letters) == (EnrollmentStatus.ENROLLED, [])
    world.take(ADDRESS_COMES)
    assert [(m.at, m.to, m.about) for m in world.mailed] == [
        (NOON + 40 * DAY, ADDRESS, LetterPurpose.ENROLLED)
    ]


def test_of_several_e_mails_that_wait_for_an_address_only_the_newest_is_sent() -> None:
    world = Programme(GOOD_FOR_LONG, BECOMES_INDIVIDUAL, BECOMES_PROFESSIONAL, email=None)
    world.take(an_expulsion()).play(3).take(ADDRESS_COMES).play(30)
    assert [(mail.about, mail.reason) for mail in world.mailed] == [
        (LetterPurpose.ENDED, EnrollmentReason.HARM)
    ]


def test_who_is_not_eligible_any_more_is_not_asked_for_a_number_when_the_address_comes() -> None:
    world = Programme(GOOD_FOR_LONG, number=None, email=None)
    assert world.status is EnrollmentStatus.INVITED
    world.take(BECOMES_INDIVIDUAL, ADDRESS_COMES)
    assert world.play(30).letters == []


def test_an_invitation_that_waited_is_repeated_7_days_after_it_was_sent() -> None:
    world = Programme(GOOD_FOR_LONG, number=None, email=None).play(20)
    assert world.sleeps_until is None
    world.take(ADDRESS_COMES).play(30)
    assert [(mail.about, mail.at) for mail in world.mailed] == [
        (LetterPurpose.INVITED, NOON + 20 * DAY),
        (LetterPurpose.INVITED_AGAIN, NOON + 27 * DAY),
    ]


def test_a_reminder_waits_for_an_address_too() -> None:
    world = invited().take(ADDRESS_REMOVED).play(30).take(ADDRESS_COMES).play(30)
    assert [(mail.about, mail.at) for mail in world.mailed] == [
        (LetterPurpose.INVITED, NOON),
        (LetterPurpose.INVITED_AGAIN, NOON + 30 * DAY),
    ]


# --- ended by the rating --------------------------------------------------------------------------


def test_the_11th_day_below_ends_it_on_that_very_day_and_says_why() -> None:
    world = Programme(GOOD_FOR_LONG, rated({TODAY: 249}))
    assert world.sleeps_until == midnight(TODAY + 6 * DAY)
    world.play_until(midnight(TODAY + 10 * DAY) - HOUR)
    assert (world.status, world.view.days_below) == (EnrollmentStatus.ENROLLED, 10)
    assert world.sleeps_until == midnight(TODAY + 10 * DAY)
    world.play(400)
    assert world.woken == [midnight(TODAY + days * DAY) for days in (6, 9, 10)]
    assert [(mail.at, mail.about, mail.reason) for mail in world.mailed[1:]] == [
        (midnight(TODAY + 6 * DAY), LetterPurpose.DAYS_BELOW, EnrollmentReason.REQUIREMENTS_MET),
        (midnight(TODAY + 9 * DAY), LetterPurpose.DAYS_BELOW, EnrollmentReason.REQUIREMENTS_MET),
        (midnight(TODAY + 10 * DAY), LetterPurpose.ENDED, EnrollmentReason.TOO_MANY_DAYS_BELOW),
    ]


def test_who_is_below_for_10_days_and_no_longer_stays_enrolled() -> None:
    world = Programme(GOOD_FOR_LONG, rated({TODAY: 249})).play(9)
    world.take(rated({TODAY - DAY: 249, TODAY + 9 * DAY: 250}))
    assert world.view.days_below == 10
    assert world.play(400).status is EnrollmentStatus.ENROLLED
    assert world.letters == [
        LetterPurpose.ENROLLED,
        LetterPurpose.DAYS_BELOW,
        LetterPurpose.DAYS_BELOW,
    ]
    assert world.woken == [midnight(TODAY + days * DAY) for days in (6, 9)]
