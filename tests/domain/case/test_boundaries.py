"""Rules of section 4 at their edges, found untested by mutants (tests/domain/mutants.md)."""

from datetime import timedelta
from typing import Any

import pytest

from domain.case import seller_updates, step_results
from domain.case.advance import advance
from domain.case.attempt import NOTICES, CallEnded, Channel, Purpose
from domain.case.events import ChangeContact, EventKind
from domain.case.status import Reason, Status
from domain.shared.account import ContactNews
from domain.shared.result import Result
from domain.shared.steps import ShareContact
from tests.domain.case.build import (
    ADDRESS,
    ASK_MORE,
    HOUR,
    MINUTE,
    MONDAY_9,
    MONDAY_22,
    NUMBER,
    OTHER_ADDRESS,
    OTHER_NUMBER,
    REJECT,
    a_change,
    a_contact,
    a_harm_report,
    a_plan,
    a_request,
    a_withdrawal,
    an_issue,
    joins,
)
from tests.domain.case.world import World

AT_ONCE = timedelta(0)


@pytest.mark.parametrize("third", [Result.ACCEPTED, Result.BOUNCED])
def test_while_the_number_is_invalid_the_last_email_to_come_back_must_not_have_bounced(
    third: Result,
) -> None:
    """Here it is not the last that was sent, which was accepted. Found by the walk."""
    hours = [0, 24, 71.2, 71.7]
    world = World(
        calls=Result.INVALID_NUMBER,
        policy={"email_hours": hours},
        emails=lambda a: third if a.at == MONDAY_9 + 71.2 * HOUR else Result.ACCEPTED,
    )
    world.play(71)
    world.durations[Channel.EMAIL] = 45 * MINUTE
    world.play(0.3)
    world.durations[Channel.EMAIL] = AT_ONCE
    world.play(2)
    assert [world.hour(a.at) for a in world.case.attempts.made if a.about in NOTICES][-2:] == (
        [71.7, 71.2]
    )
    tried = third is Result.ACCEPTED
    assert world.case.reason == (Reason.NOT_REACHED if tried else Reason.NOT_REALLY_TRIED)


def test_a_final_notice_that_goes_out_as_the_number_is_found_invalid_asks_for_another() -> None:
    policy = {"email_hours": [0, 24, 56], "call_hours": [0, 24, 55]}
    world = World(calls={3: Result.INVALID_NUMBER}, call_takes=HOUR, policy=policy).play(80)
    assert world.case.outreach.number.invalid_since == world.emails(Purpose.FINAL_NOTICE)[0].at
    assert world.case.reason == Reason.NOT_REACHED


def test_a_policy_that_plans_no_call_at_once_makes_none() -> None:
    world = World(policy={"call_hours": [1, 24, 48, 64, 70]}).play(2)
    assert world.hours_of(world.calls()) == [1]


def test_hours_learned_later_add_no_call() -> None:
    policy = {"window": "PT240H", "call_hours": [0, 1, 24, 230]}
    at_once, later = (
        World(policy=policy, look_up_takes=taken).play(3) for taken in (AT_ONCE, 30 * MINUTE)
    )
    assert later.hours_of(later.calls()) == at_once.hours_of(at_once.calls())


def test_a_call_15_minutes_after_a_redial_is_made() -> None:
    policy = {"redial_after": "PT15M", "redials": 1, "call_hours": [0, 0.5, 24, 48, 70]}
    world = World(calls={1: Result.BUSY}, call_takes=AT_ONCE, policy=policy).play(2)
    assert world.hours_of(world.calls()) == [0, 0.25, 0.5]


def test_a_redial_that_would_fall_on_the_deadline_is_none_and_costs_nothing() -> None:
    busy = dict.fromkeys(range(1, 60), Result.BUSY)
    world = World(calls=busy, call_takes=AT_ONCE, policy={"redial_after": "PT1H"}).play(80)
    assert (world.status, world.case.reason) == (Status.DEACTIVATED, Reason.NOT_REACHED)


def test_a_call_is_not_dialled_at_the_moment_the_calling_hours_end() -> None:
    world = World().play(7.9).be_down(4.1)
    assert world.calls()[-1].result is Result.SKIPPED


def test_the_timeline_says_each_attempt_that_our_outage_skipped() -> None:
    world = World().play(20).be_down(20)
    skipped = [e.what for e in world.case.timeline.entries if e.result is Result.SKIPPED]
    assert set(skipped) == {EventKind.CALL, EventKind.EMAIL}
    assert len(skipped) == world.results.count(Result.SKIPPED)


def test_a_call_that_is_skipped_takes_no_room_from_the_next() -> None:
    """It was due in the evening. We are up again ten minutes before calling hours open."""
    world = World(policy={"call_hours": [0, 11.9, 23, 48, 60]}).play(11.8).be_down(11.03).play(0.5)
    assert [a.result for a in world.calls()][1] is Result.SKIPPED
    assert world.hours_of(world.calls())[2:] == [23]


def test_a_call_dialled_late_counts_from_then() -> None:
    """Section 3: the one that was to follow is dropped where it is less than 15 minutes later."""
    world = World(call_takes=14 * MINUTE)
    (call,) = world.calls()
    dialled = world.now + 5 * MINUTE
    ended = CallEnded(result=Result.NO_ANSWER, dialled_at=dialled)
    step_results.reached_out(world.case, call.number, ended, world.now + 6 * MINUTE)
    dues = [world.hour(p.due) for p in world.case.attempts.agenda if p.channel == "call"]
    assert dues[:2] == [1, 4]


def test_a_busy_call_that_was_asked_for_is_not_redialled_while_a_conversation_is_due() -> None:
    world = World(calls=lambda a: Result.BUSY if a.about is Purpose.REQUESTED else Result.NO_ANSWER)
    world.take(a_plan(), ASK_MORE).play(1).take(a_request()).play(2)
    assert len(world.calls(Purpose.REQUESTED)) == 1


@pytest.mark.parametrize("window", ["PT2H", "PT10H"])
def test_no_call_for_a_conversation_is_planned_past_the_time_to_work_with_us(window: str) -> None:
    """Calling hours open ten hours later, which is too late for a call if the time ends then."""
    world = World(MONDAY_22, policy={"cooperation_window": window})
    world.take(a_plan(), ASK_MORE)
    assert not [p for p in world.case.attempts.agenda if p.about is Purpose.CONVERSATION]


def test_contact_calls_off_no_email_that_is_no_notice() -> None:
    """Section 4: e-mails that are no notice are all sent."""
    world = World(email_takes=30 * MINUTE).play(1).take(a_plan(), REJECT).take(a_contact()).play(1)
    assert [a.result for a in world.emails(Purpose.PLAN_REJECTED)] == [Result.ACCEPTED]


def test_a_late_first_notice_by_telephone_is_followed_by_an_email_at_once() -> None:
    """Section 4: an e-mail that is no notice does not stand in for the first of the new agenda."""
    world = World(
        MONDAY_22,
        joins("ISS-2").issue,
        an_issue(),
        emails=lambda a: Result.PROVIDER_FAILED if a.about in NOTICES else Result.ACCEPTED,
    ).play(9.9)
    world.durations[Channel.EMAIL] = 30 * MINUTE
    world.take(a_withdrawal("ISS-2")).play(0.2)
    assert world.case.outreach.noticed_at == world.calls()[0].at + MINUTE
    notices = [a for a in world.emails() if a.about in NOTICES]
    assert notices[-1].at == world.case.outreach.noticed_at


def test_hours_learned_in_the_very_instant_of_a_call_make_one_call_of_it() -> None:
    policy = {"window": "PT240H", "call_hours": [0, 1, 24, 230]}
    world = World(policy=policy, look_up_takes=HOUR).play(3)
    assert world.hours_of(world.calls()) == [0, 1]


def test_a_call_that_was_busy_when_an_issue_joined_is_not_redialled_beside_the_new_agenda() -> None:
    world = World(calls={1: Result.BUSY}, call_takes=5 * MINUTE).play(0.05).take(joins()).play(4)
    assert [a.redial for a in world.calls()] == [0] * len(world.calls())


def test_harm_reported_again_after_a_deactivation_failed_deactivates() -> None:
    """Section 5: any open status, harm reported."""
    world = World(account_service=False).take(a_harm_report()).play(25)
    assert world.status is Status.ESCALATED
    assert world.take(a_harm_report()).status is Status.DEACTIVATING


# --- a number or address that changed in a case (section 2) --------------------------------------


def sharing() -> World:
    world = World()
    world.case.shares_contact = True
    return world


def change(world: World, **what: Any) -> ContactNews:
    case = world.case
    seller_updates.change_contact(case, a_change(**what), world.now)
    return case.contact_news


def test_what_changed_is_told_to_the_enrollment_and_only_that() -> None:
    world = sharing()
    news = change(world, phone=OTHER_NUMBER)
    assert news.fields == ("emergency_phone",)
    assert ShareContact() in advance(world.case, world.now)
    later = change(world, email=OTHER_ADDRESS)
    assert later.fields == ("emergency_phone", "email")
    assert (news.change, later.change) == (1, 2)
    step_results.shared_contact(world.case, news, True, world.now)
    assert world.case.contact_news == later, "what changed meanwhile is told as well"
    assert "contact_not_shared" not in {entry.what for entry in world.case.timeline.entries}
    step_results.shared_contact(world.case, later, False, world.now)
    assert ShareContact() not in advance(world.case, world.now)
    assert world.case.timeline.entries[-1].what == "contact_not_shared"


@pytest.mark.parametrize("tells", [True, False])
def test_the_enrollment_is_told_of_a_connected_call_if_its_number_is_proven(tells: bool) -> None:
    world = World(calls=Result.CONNECTED)
    world.case.tells_answers = tells
    world.case.outreach.attempts.under_way = tuple(
        call.model_copy(update={"extension": "12"}) for call in world.case.attempts.under_way
    )
    world.play(1)
    assert world.case.reached
    answered = [(news.answered, news.answered_extension) for news in world.shared]
    assert answered == ([(NUMBER, "12")] if tells else [])


def test_the_enrollment_is_told_which_addresses_were_confirmed_each_once() -> None:
    world = sharing()
    assert change(world, phone=OTHER_NUMBER).confirmed == (ADDRESS,)
    assert change(world, email=OTHER_ADDRESS).confirmed == (ADDRESS, OTHER_ADDRESS)


def test_what_the_enrollment_told_or_what_was_so_before_is_not_told_back() -> None:
    world = sharing()
    told = a_change(email=OTHER_ADDRESS).model_copy(update={"from_enrollment": True})
    seller_updates.change_contact(world.case, told, world.now)
    assert not world.case.contact_news.fields
    assert not change(sharing(), email=ADDRESS).fields


def told_by_enrollment(**values: str) -> ChangeContact:
    return ChangeContact(by="enrollment", from_enrollment=True, **values)


def test_a_corrected_number_is_not_undone_by_what_the_enrollment_had_heard_before() -> None:
    world = sharing()
    change(world, phone="+12065550150")
    corrected = change(world, phone=OTHER_NUMBER)
    seller_updates.change_contact(
        world.case, told_by_enrollment(emergency_phone="+12065550150", extension="7"), world.now
    )
    assert (world.case.account.emergency_phone, world.case.account.extension) == (
        OTHER_NUMBER,
        None,
    )
    news = world.case.contact_news
    assert (news.fields, news.change) == (("emergency_phone",), corrected.change + 1)
    # Once it has heard of it, what it tells counts again.
    step_results.shared_contact(world.case, news, True, world.now)
    seller_updates.change_contact(
        world.case, told_by_enrollment(emergency_phone="+12065550150"), world.now
    )
    assert world.case.account.emergency_phone == "+12065550150"


def test_neither_a_number_nor_an_address_that_is_newer_here_is_undone() -> None:
    world = sharing()
    change(world, phone=OTHER_NUMBER, email=OTHER_ADDRESS)
    told = told_by_enrollment(emergency_phone="+12065550150", email="typo@bluekettle.example")
    seller_updates.change_contact(world.case, told, world.now)
    account = world.case.account
    assert (account.emergency_phone, account.email) == (OTHER_NUMBER, OTHER_ADDRESS)
    assert world.case.contact_news.fields == ("emergency_phone", "email")


@pytest.mark.parametrize("values", [{"emergency_phone": OTHER_NUMBER}, {"email": OTHER_ADDRESS}])
def test_what_the_enrollment_tells_that_contradicts_nothing_here_is_not_told_back(
    values: dict[str, str],
) -> None:
    world = sharing()
    news = change(world, phone=OTHER_NUMBER)
    seller_updates.change_contact(world.case, told_by_enrollment(**values), world.now)
    assert world.case.contact_news == news


def test_of_what_the_enrollment_tells_only_what_is_older_is_left_out() -> None:
    world = sharing()
    change(world, phone=OTHER_NUMBER)
    told = told_by_enrollment(emergency_phone="+12065550150", email=OTHER_ADDRESS)
    seller_updates.change_contact(world.case, told, world.now)
    account = world.case.account
    assert (account.emergency_phone, account.email) == (OTHER_NUMBER, OTHER_ADDRESS)


def test_what_the_enrollment_tells_is_taken_though_the_file_is_full() -> None:
    world = sharing()
    world.case.bytes_written = 600_000
    told = a_change(email=OTHER_ADDRESS).model_copy(update={"from_enrollment": True})
    seller_updates.change_contact(world.case, told, world.now)
    assert world.case.account.email == OTHER_ADDRESS
