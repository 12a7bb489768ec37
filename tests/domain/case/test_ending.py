"""Harm, and deactivating (docs/rules.md, section 6)."""

from collections.abc import Callable

import pytest

from domain.case.activity_inputs import deactivate_input
from domain.case.attempt import Channel, Purpose, Result
from domain.case.events import Decision, Event
from domain.case.status import EventKind, Reason, Status
from domain.case.steps import Deactivate, Expel, TellDeactivation
from tests.domain.case.build import (
    MINUTE,
    MONDAY_9,
    a_contact,
    a_decision,
    a_harm_report,
    a_new_case,
    a_request,
    a_withdrawal,
    facts_for,
    joins,
)
from tests.domain.case.cases_by_status import OPEN_STATUSES, deactivating, working
from tests.domain.case.world import World

HARM = [a_harm_report(), joins("ISS-9", harmful=True), joins("ISS-1", harmful=True)]


# --- harm ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", OPEN_STATUSES)
@pytest.mark.parametrize("event", HARM, ids=["reported", "a-harmful-issue", "newly-harmful"])
def test_harm_deactivates_and_expels_whatever_the_open_status(
    start: Callable[[], World], event: Event
) -> None:
    world = start().play(1).take(event)
    assert (world.status, world.case.reason) == (Status.DEACTIVATED, Reason.HARM)
    assert (world.deactivations, world.expulsions) == (1, 1)
    assert len(world.emails(Purpose.DEACTIVATED)) == 1


def test_calls_and_timers_stop_by_harm() -> None:
    world = World(call_takes=10 * MINUTE, account_service=False).take(a_harm_report())
    assert [a.result for a in world.calls()] == [Result.CANCELLED]
    assert world.case.agenda == ()
    assert world.play(23).made(Channel.CALL) == world.calls()[:1]


def test_a_call_the_seller_asked_for_stops_by_harm_too() -> None:
    ringing = working(call_takes=10 * MINUTE).take(a_request(), a_harm_report())
    assert [a.result for a in ringing.calls(Purpose.REQUESTED)] == [Result.CANCELLED]
    waiting = World(call_takes=10 * MINUTE, account_service=False)
    waiting.hang_up_takes = MINUTE
    waiting.take(a_request(), a_harm_report()).play(1)
    assert waiting.calls(Purpose.REQUESTED) == []


def test_the_first_report_of_harm_is_what_the_account_is_expelled_for() -> None:
    world = deactivating().take(joins("ISS-9", harmful=True))
    assert world.case.harm is not None
    assert world.case.harm.reporter == "investigator"


def test_harm_says_who_what_and_on_which_evidence() -> None:
    harm = working().take(a_harm_report()).case.harm
    assert harm is not None
    assert (harm.reporter, harm.category, harm.evidence) == (
        "investigator",
        "fraud",
        "CASE-FILE-7",
    )


def test_a_harmful_issue_is_reported_by_who_named_it_and_is_its_own_evidence() -> None:
    harm = working().take(joins("ISS-9", harmful=True)).case.harm
    assert harm is not None
    assert (harm.reporter, harm.category, harm.evidence) == ("monitor", "harm", "ISS-9")


@pytest.mark.parametrize("event", HARM)
def test_harm_reported_while_deactivating_expels(event: Event) -> None:
    world = World(account_service=False).play(73)
    assert world.status is Status.DEACTIVATING
    assert world.expulsions == 0
    world.take(event)
    assert (world.status, world.case.reason) == (Status.DEACTIVATING, Reason.NOT_REACHED)
    assert world.expulsions == 1


def test_an_account_is_expelled_once() -> None:
    world = deactivating().take(a_harm_report(), joins("ISS-9", harmful=True)).play(1)
    assert world.expulsions == 1


def test_a_case_is_not_closed_before_the_account_is_expelled() -> None:
    case = a_new_case()
    case.looked_up(facts_for(case), MONDAY_9)
    case.advance(MONDAY_9)
    case.report_harm(a_harm_report(), MONDAY_9)
    for attempt in case.under_way:
        case.reached_out(attempt.number, Result.CANCELLED, MONDAY_9)
    case.deactivated(True, MONDAY_9)
    case.advance(MONDAY_9)
    case.reached_out(case.under_way[0].number, Result.ACCEPTED, MONDAY_9)
    assert case.advance(MONDAY_9) == (Expel(),)
    case.expelled_from_programme(MONDAY_9)
    assert case.advance(MONDAY_9) == (TellDeactivation(),)
    case.told_deactivation(MONDAY_9)
    assert case.advance(MONDAY_9) == ()
    assert case.closed_at == MONDAY_9


# --- deactivating -------------------------------------------------------------------------------


def test_where_the_account_service_fails_for_24_hours_it_is_escalated() -> None:
    world = deactivating().play(23.9)
    assert world.status is Status.DEACTIVATING
    world.play(0.2)
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.DEACTIVATION_FAILED)
    assert [world.hour(at) for at in world.desk_mails] == [24]
    assert EventKind.DEACTIVATION_FAILED in [e.what for e in world.case.timeline]


def test_where_operations_hold_deactivations_for_silence_a_person_decides() -> None:
    world = World(silence_held=True).play(95)
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.SILENCE_HELD)
    assert world.deactivations == 0
    assert [world.hour(at) for at in world.desk_mails] == [72]
    world.take(a_decision(Decision.DEACTIVATE))
    assert (world.status, world.case.reason) == (Status.DEACTIVATED, Reason.DECISION)
    assert world.deactivations == 1


def test_harm_reported_while_deactivating_for_silence_is_not_held() -> None:
    world = World(account_service=False).play(72.1)
    assert (world.status, world.case.reason) == (Status.DEACTIVATING, Reason.NOT_REACHED)
    assert deactivate_input(world.case).reason == Reason.NOT_REACHED
    world.take(a_harm_report())
    assert deactivate_input(world.case).reason == Reason.HARM
    world.case.deactivation_held(world.now)  # the answer to the order before
    assert world.status is Status.DEACTIVATING
    assert Deactivate() in world.case.advance(world.now)


@pytest.mark.parametrize("result", [Result.PROVIDER_FAILED, Result.BOUNCED])
def test_the_case_closes_also_where_the_closing_email_fails_and_the_timeline_says_so(
    result: Result,
) -> None:
    world = World(emails={1: Result.ACCEPTED, 2: result}).take(a_contact(), a_harm_report())
    world.play(25)
    assert world.status is Status.DEACTIVATED
    assert world.case.closed_at is not None
    last = [e for e in world.case.timeline if e.what is EventKind.EMAIL][-1]
    assert (last.about, last.result) == (Purpose.DEACTIVATED, result)
    assert world.hour(world.case.closed_at) == (24 if result is Result.PROVIDER_FAILED else 0)


def test_a_case_closes_only_once_what_is_called_off_has_ended() -> None:
    case = a_new_case()
    case.looked_up(facts_for(case), MONDAY_9)
    case.advance(MONDAY_9)
    case.withdraw(a_withdrawal(), MONDAY_9)
    case.advance(MONDAY_9)
    email, call, closing = case.under_way
    case.reached_out(closing.number, Result.ACCEPTED, MONDAY_9)
    case.reached_out(email.number, Result.CANCELLED, MONDAY_9)
    assert case.advance(MONDAY_9) == ()
    assert case.closed_at is None
    case.reached_out(call.number, Result.CANCELLED, MONDAY_9 + MINUTE)
    case.advance(MONDAY_9 + MINUTE)
    assert case.closed_at == MONDAY_9 + MINUTE


@pytest.mark.parametrize("done", [True, False])
def test_news_of_a_deactivation_that_is_not_under_way_changes_nothing(done: bool) -> None:
    world = working()
    before = world.case.model_copy()
    world.case.deactivated(done, world.now)
    assert world.case == before
