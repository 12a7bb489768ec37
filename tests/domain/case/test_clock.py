"""The clock starts with the first notice that got through (docs/rules.md, section 4)."""

import pytest

from domain.case.attempt import Purpose
from domain.case.events import EventKind
from domain.case.status import Reason, Status
from domain.shared.result import Result
from tests.domain.case.build import MINUTE, MONDAY_22, a_contact, a_harm_report, a_withdrawal, joins
from tests.domain.case.world import World

FAILED = Result.PROVIDER_FAILED


@pytest.mark.parametrize(
    ("calls", "emails", "clock_starts"),
    [
        pytest.param(FAILED, Result.ACCEPTED, 0, id="an-email-that-was-accepted"),
        pytest.param(Result.NO_ANSWER, FAILED, 1 / 60, id="a-call-that-was-not-answered"),
        pytest.param(Result.DECLINED, FAILED, 1 / 60, id="a-call-that-was-declined"),
        pytest.param(Result.VOICEMAIL, FAILED, 1 / 60, id="a-voicemail"),
        pytest.param(Result.BUSY, Result.BOUNCED, 1 / 60, id="a-busy-number"),
        pytest.param(FAILED, FAILED, None, id="not-a-provider-that-failed"),
        pytest.param(Result.INVALID_NUMBER, Result.BOUNCED, None, id="not-a-bounce"),
        pytest.param(Result.VOICEMAIL_CUT, FAILED, None, id="not-a-machine-that-did-not-hear-us"),
    ],
)
def test_the_clock_starts_with_the_first_notice_that_got_through(
    calls: Result, emails: Result, clock_starts: float | None
) -> None:
    world = World(calls=calls, emails=emails).play(2)
    if clock_starts is None:
        assert world.case.outreach.noticed_at is None
        assert world.hour(world.case.deadline) == 72
    else:
        assert world.hour(world.case.outreach.noticed_at) == round(clock_starts, 3)
        assert world.hour(world.case.deadline) == round(72 + clock_starts, 3)


def test_until_then_the_deadline_is_72_hours_after_the_beginning_and_reaching_it_escalates() -> (
    None
):
    world = World(calls=FAILED, emails=FAILED).play(71.9)
    assert world.status is Status.CONTACTING
    world.play(0.1)
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.NO_NOTICE)
    assert world.hours_of(world.emails()) == [0, 24, 36, 48, 66]


def test_a_first_notice_within_15_minutes_leaves_the_agenda_as_it_is() -> None:
    world = World(calls=FAILED, email_takes=15 * MINUTE).play(71)
    assert world.hour(world.case.deadline) == 72.25
    assert world.hours_of(world.emails()) == [0, 24, 36, 48, 66]


def test_after_a_first_notice_later_than_15_minutes_the_rest_is_planned_anew_from_it() -> None:
    """Nothing gets through before the e-mail of the next morning."""
    world = World(calls=FAILED, emails={1: FAILED}).play(95)
    assert world.hour(world.case.outreach.noticed_at) == 24
    assert world.hour(world.case.deadline) == 96
    # The late notice takes the place of the new agenda's first e-mail, and so does its call.
    assert world.hours_of(world.emails()) == [0, 24, 48, 60, 72, 90]
    assert [a.about for a in world.emails()][-2:] == [Purpose.NOTICE, Purpose.FINAL_NOTICE]
    calls = world.hours_of(world.calls())
    # Calls planned for 88 and 94 fall into the night; 95 is when the seller's day begins.
    assert calls == [0, 0.25, 1, 4, 8, 24, 24.25, 25, 28, 32, 48, 56, 72, 80, 95]


def test_a_late_first_notice_by_telephone_is_followed_by_the_email() -> None:
    world = World(calls={1: FAILED, 2: FAILED}, emails={1: FAILED}).play(2)
    assert world.hour(world.case.outreach.noticed_at) == round(1 + 1 / 60, 3)
    assert world.hours_of(world.emails()) == [0, round(1 + 1 / 60, 3)]
    assert world.hour(world.case.deadline) == round(73 + 1 / 60, 3)


def test_a_notice_late_because_it_was_night_counts_all_the_same() -> None:
    """At night nothing but the e-mail can go; the first call is ten hours later."""
    world = World(MONDAY_22, emails={1: FAILED}).play(11)
    assert world.hour(world.case.outreach.noticed_at) == round(10 + 1 / 60, 3)
    assert world.hour(world.case.deadline) == round(82 + 1 / 60, 3)


def test_one_under_way_at_the_deadline_is_let_finish_and_counts() -> None:
    policy = {"call_hours": [0, 1, 48, 71.95]}
    world = World(policy=policy, calls={4: Result.CONNECTED}, call_takes=10 * MINUTE).play(72)
    assert world.status is Status.CONTACTING
    assert world.play(0.2).case.reached


def test_a_first_notice_under_way_at_the_provisional_deadline_starts_the_clock() -> None:
    policy = {"email_hours": [0, 71.5]}
    world = World(policy=policy, calls=FAILED, emails={1: FAILED}, email_takes=45 * MINUTE)
    world.play(73)
    assert world.status is Status.CONTACTING
    assert world.hour(world.case.deadline) == 72.25 + 72


def test_no_attempt_to_reach_the_seller_starts_at_or_after_the_deadline() -> None:
    """A long call keeps the case open past the deadline, and the next one waiting."""
    policy = {"call_hours": [0, 1, 48, 71.7, 71.96], "call_timeout": "PT1H"}
    world = World(policy=policy, call_takes=45 * MINUTE).play(100)
    assert world.case.closed_at is None
    assert world.hours_of(world.calls(Purpose.NOTICE))[:-1] == [0, 1, 48, 71.7]
    assert world.calls()[-1].result is Result.SKIPPED


@pytest.mark.parametrize("down_until", [72, 72.1])
def test_no_email_starts_at_or_after_the_deadline_either(down_until: float) -> None:
    """It became due while we were down, and a call that began before is still under way."""
    policy = {"email_hours": [0, 71.95], "call_hours": [0, 1, 48, 71.9], "call_timeout": "PT1H"}
    world = World(policy=policy, call_takes=30 * MINUTE).play(71.92).be_down(down_until - 71.92)
    assert len(world.emails()) == 1
    world.play(1)
    assert [a.result for a in world.emails(Purpose.FINAL_NOTICE)] == [Result.SKIPPED]
    assert world.status is Status.ESCALATED


@pytest.mark.parametrize("late", [0, 1, 600])
def test_until_deactivation_has_begun_a_contact_wins_even_past_the_deadline(late: int) -> None:
    """The deadline passed while nothing of ours ran, and the contact is the first thing seen."""
    world = World().play(71.9)
    assert world.case.deadline is not None
    world.now = world.case.deadline + late * MINUTE
    world.take(a_contact())
    assert world.status is Status.WORKING
    world.play(1)
    assert world.deactivations == 0


def test_a_call_that_connects_is_too_late_once_deactivation_has_begun() -> None:
    """The call was being hung up on, as harm had been reported."""
    world = World(call_takes=5 * MINUTE, just_ended=Result.CONNECTED, account_service=False)
    world.take(a_harm_report())
    assert [a.result for a in world.calls()] == [Result.CONNECTED]
    assert world.status is Status.DEACTIVATING
    assert EventKind.CONTACT not in [e.what for e in world.case.timeline.entries]


def test_an_issue_that_joins_while_nobody_is_reached_begins_the_outreach_anew() -> None:
    world = World().play(30).take(joins())
    assert world.hour(world.case.deadline) == 102
    assert world.hours_of(world.emails())[-1] == 30
    assert world.hours_of(world.calls())[-1] == 30
    world.play(71.9)
    assert world.hours_of(world.emails()) == [0, 24, 30, 54, 66, 78, 96]
    assert world.status is Status.CONTACTING
    world.play(0.2)
    assert world.case.reason == Reason.NOT_REACHED


def test_an_outreach_begun_anew_has_its_own_clock() -> None:
    """The mail server is down when the issue joins: the old notice does not count for it."""
    calls, emails = dict.fromkeys(range(6, 40), FAILED), dict.fromkeys(range(3, 9), FAILED)
    world = World(calls=calls, emails=emails).play(30).take(joins())
    assert world.case.outreach.noticed_at is None
    world.play(72)
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.NO_NOTICE)


def test_a_call_that_is_ringing_goes_on_when_an_issue_joins() -> None:
    world = World(calls=Result.CONNECTED, call_takes=5 * MINUTE).take(joins()).play(0.1)
    assert world.status is Status.WORKING
    assert len(world.calls()) == 1


def test_a_call_that_rang_before_an_issue_joined_is_no_notice_of_it() -> None:
    world = World(call_takes=5 * MINUTE, emails={2: FAILED}).take(joins()).play(0.2)
    assert [a.result for a in world.calls()] == [Result.NO_ANSWER]
    assert world.case.outreach.noticed_at is None


def test_other_news_of_the_case_is_no_notice() -> None:
    world = World(calls=FAILED, emails={1: FAILED, 2: FAILED}).take(joins()).play(2)
    world.take(a_withdrawal("ISS-2"))
    assert [a.result for a in world.emails(Purpose.ISSUE_WITHDRAWN)] == [Result.ACCEPTED]
    assert world.case.outreach.noticed_at is None


def test_an_earlier_notice_still_on_its_way_is_called_off_when_an_issue_joins() -> None:
    world = World(email_takes=30 * MINUTE).play(0.2).take(joins()).play(1)
    assert [a.result for a in world.emails()] == [Result.CANCELLED, Result.ACCEPTED]


def test_the_start_of_the_clock_is_in_the_timeline() -> None:
    world = World().play(1)
    whats = [e.what for e in world.case.timeline.entries]
    assert whats.index(EventKind.OUTREACH_BEGAN) < whats.index(EventKind.CLOCK_STARTED)
    assert whats.count(EventKind.CLOCK_STARTED) == 1


def test_the_window_is_the_policys() -> None:
    world = World(policy={"window": "PT48H"}).play(48)
    assert world.case.reason == Reason.NOT_REACHED
    assert world.hour(world.case.closed_at) == 48
