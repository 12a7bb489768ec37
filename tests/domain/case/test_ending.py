"""Harm, and deactivating (docs/rules.md, section 6)."""

from collections.abc import Callable

import pytest

from domain.case import marketplace_updates, step_results
from domain.case.activity_inputs import deactivate_input
from domain.case.advance import advance
from domain.case.attempt import Channel, Purpose
from domain.case.events import Decision, EventKind
from domain.case.status import Reason, Status
from domain.case.steps import Deactivate, Expel
from domain.shared.errors import Refusal, Refused
from domain.shared.events import Event, RecordDeactivation
from domain.shared.result import Result
from domain.shared.steps import TellDeactivation
from tests.domain.case.build import (
    MINUTE,
    MONDAY_9,
    a_contact,
    a_decision,
    a_harm_report,
    a_new_case,
    a_request,
    a_withdrawal,
    an_issue,
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
    assert world.case.attempts.agenda == ()
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
    step_results.looked_up(case, facts_for(case), MONDAY_9)
    advance(case, MONDAY_9)
    marketplace_updates.report_harm(case, a_harm_report(), MONDAY_9)
    for attempt in case.attempts.under_way:
        step_results.reached_out(case, attempt.number, Result.CANCELLED, MONDAY_9)
    step_results.deactivated(case, MONDAY_9)
    advance(case, MONDAY_9)
    step_results.reached_out(case, case.attempts.under_way[0].number, Result.ACCEPTED, MONDAY_9)
    assert advance(case, MONDAY_9) == (Expel(),)
    step_results.expelled_from_programme(case, MONDAY_9)
    assert advance(case, MONDAY_9) == (TellDeactivation(),)
    step_results.told_deactivation(case, MONDAY_9)
    assert advance(case, MONDAY_9) == ()
    assert case.closed_at == MONDAY_9


# --- deactivating -------------------------------------------------------------------------------


def test_where_the_account_service_fails_for_24_hours_it_is_escalated() -> None:
    world = deactivating().play(23.9)
    assert world.status is Status.DEACTIVATING
    world.play(0.2)
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.DEACTIVATION_FAILED)
    assert [world.hour(at) for at in world.desk_mails] == [24]
    assert EventKind.DEACTIVATION_FAILED in [e.what for e in world.case.timeline.entries]


def unknown() -> World:
    """A case whose deactivation failed while the service does not answer at all."""
    world = World(account_service=False, account_answers=False)
    return world.take(a_harm_report()).play(24.1)


def test_what_failed_and_took_effect_all_the_same_is_done() -> None:
    world = unknown()
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.DEACTIVATION_FAILED)
    world.find_account(active=False).play(1)
    assert (world.status, world.case.reason) == (Status.DEACTIVATED, Reason.HARM)
    assert len(world.emails(Purpose.DEACTIVATED)) == 1
    assert world.told_deactivated == 1


@pytest.mark.parametrize(
    "event", [a_decision(Decision.RESOLVE), a_decision(Decision.RESUME), a_withdrawal()]
)
def test_nobody_is_told_that_all_is_well_before_the_account_is_known_to_be_active(
    event: Event,
) -> None:
    world = unknown()
    with pytest.raises(Refused) as refused:
        world.take(event)
    assert refused.value.code is Refusal.ACCOUNT_UNKNOWN
    assert world.cancel().status is Status.ESCALATED
    assert world.find_account(active=True).take(event).status is not Status.ESCALATED


def test_one_issue_of_several_may_be_withdrawn_while_nobody_knows_of_the_account() -> None:
    world = World(MONDAY_9, an_issue(), an_issue("ISS-2"), account_service=False)
    world.account_answers = False
    world.take(a_harm_report()).play(24.1).take(a_withdrawal("ISS-2"))
    assert [issue.id for issue in world.case.issues] == ["ISS-1"]
    assert world.status is Status.ESCALATED


def test_a_deactivation_that_the_feed_tells_of_first_may_be_this_case_s() -> None:
    world = unknown().take(RecordDeactivation(by="feed")).play(1)
    assert (world.status, world.case.reason) == (Status.DEACTIVATED, Reason.HARM)
    assert len(world.emails(Purpose.DEACTIVATED)) == 1
    assert world.told_deactivated == 1


def test_an_account_that_may_be_deactivated_can_be_deactivated_again() -> None:
    world = unknown()
    world.account_service = True
    world.take(a_decision(Decision.DEACTIVATE)).play(1)
    assert (world.status, world.case.reason) == (Status.DEACTIVATED, Reason.DECISION)


def test_an_answer_about_the_account_that_nobody_waits_for_changes_nothing() -> None:
    world = working()
    before = world.case.model_copy()
    step_results.looked_at_account(world.case, False, world.now)
    assert world.case == before


def test_harm_that_a_lead_has_not_acted_on_makes_silence_no_less_silence() -> None:
    world = World(account_service=False).play(1).take(a_harm_report()).play(25)
    assert world.case.reason == Reason.DEACTIVATION_FAILED
    world.account_service, world.silence_held = True, True
    world.take(a_decision(Decision.RESUME))
    assert world.status is Status.CONTACTING
    world.play(73)
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.SILENCE_HELD)
    assert world.deactivations == 1, "the one that failed"


def test_a_second_report_of_harm_while_deactivating_for_silence_is_not_held() -> None:
    world = World(account_service=False).play(1).take(a_harm_report()).play(25)
    world.take(a_decision(Decision.RESUME)).play(72.5)
    assert deactivate_input(world.case).reason == Reason.NOT_REACHED
    world.take(a_harm_report())
    assert deactivate_input(world.case).reason == Reason.HARM


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
    before = Deactivate(for_harm=False)
    step_results.deactivation_held(world.case, before, Reason.SILENCE_HELD, world.now, tried=True)
    assert world.status is Status.DEACTIVATING
    assert world.case.unanswered_deactivation is None
    steps = advance(world.case, world.now)
    assert Deactivate(for_harm=True) in steps
    assert before not in steps


def test_harm_reported_while_the_mailbox_is_down_waits_for_no_mail() -> None:
    world = World(account_service=False).play(72.1)
    world.account_service = True  # what fails is the look into the mailbox, for silence only
    world.take(a_harm_report())
    assert world.status is Status.DEACTIVATED
    assert world.expulsions == 1


def test_harm_begins_no_other_deactivation_anew_than_one_for_silence() -> None:
    world = World(account_service=False).play(1).take(a_harm_report()).play(25)
    world.take(a_decision(Decision.DEACTIVATE)).play(20)
    steps = advance(world.case, world.now)
    world.take(a_harm_report())
    assert advance(world.case, world.now) == steps
    assert world.play(4.1).status is Status.ESCALATED


def test_what_fails_for_silence_once_harm_is_reported_goes_on_for_harm() -> None:
    world = World(account_service=False).play(72.1).take(a_harm_report())
    step_results.deactivation_failed(world.case, Deactivate(for_harm=False), world.now)
    assert world.status is Status.DEACTIVATING
    step_results.deactivation_failed(world.case, Deactivate(for_harm=True), world.now)
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.DEACTIVATION_FAILED)


@pytest.mark.parametrize("decision", [Decision.RESOLVE, Decision.RESUME])
def test_what_is_held_after_a_try_may_have_taken_effect(decision: Decision) -> None:
    world = World(account_service=False, account_answers=False).play(72.1)
    step_results.deactivation_held(
        world.case, Deactivate(for_harm=False), Reason.MESSAGE_WAITING, world.now, tried=True
    )
    world.play(1)
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.MESSAGE_WAITING)
    with pytest.raises(Refused) as refused:
        world.take(a_decision(decision))
    assert refused.value.code is Refusal.ACCOUNT_UNKNOWN
    step_results.looked_at_account(world.case, False, world.now)
    assert (world.status, world.case.reason) == (Status.DEACTIVATED, Reason.NOT_REACHED)


@pytest.mark.parametrize("result", [Result.PROVIDER_FAILED, Result.BOUNCED])
def test_the_case_closes_also_where_the_closing_email_fails_and_the_timeline_says_so(
    result: Result,
) -> None:
    world = World(emails={1: Result.ACCEPTED, 2: result}).take(a_contact(), a_harm_report())
    world.play(25)
    assert world.status is Status.DEACTIVATED
    assert world.case.closed_at is not None
    last = [e for e in world.case.timeline.entries if e.what is EventKind.EMAIL][-1]
    assert (last.about, last.result) == (Purpose.DEACTIVATED, result)
    assert world.hour(world.case.closed_at) == (24 if result is Result.PROVIDER_FAILED else 0)


def test_a_case_closes_only_once_what_is_called_off_has_ended() -> None:
    case = a_new_case()
    step_results.looked_up(case, facts_for(case), MONDAY_9)
    advance(case, MONDAY_9)
    marketplace_updates.withdraw(case, a_withdrawal(), MONDAY_9)
    advance(case, MONDAY_9)
    email, call, closing = case.attempts.under_way
    step_results.reached_out(case, closing.number, Result.ACCEPTED, MONDAY_9)
    step_results.reached_out(case, email.number, Result.CANCELLED, MONDAY_9)
    assert advance(case, MONDAY_9) == ()
    assert case.closed_at is None
    step_results.reached_out(case, call.number, Result.CANCELLED, MONDAY_9 + MINUTE)
    advance(case, MONDAY_9 + MINUTE)
    assert case.closed_at == MONDAY_9 + MINUTE


@pytest.mark.parametrize("done", [True, False])
def test_news_of_a_deactivation_that_is_not_under_way_changes_nothing(done: bool) -> None:
    world = working()
    before = world.case.model_copy()
    if done:
        step_results.deactivated(world.case, world.now)
    else:
        step_results.deactivation_failed(world.case, Deactivate(for_harm=False), world.now)
    assert world.case == before
