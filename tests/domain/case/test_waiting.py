"""Who a case waits for, since when, and what the desk has to do in it."""

from datetime import timedelta

from domain.case import desk_updates, seller_updates, step_results
from domain.case.advance import advance
from domain.case.attempt import Channel
from domain.case.case import Case
from domain.case.events import Decision
from domain.case.status import OPEN, Status
from domain.case.waiting import Need, WaitsFor, needs, of_whom, since, waits_for
from domain.shared.result import Result
from tests.domain.case.build import (
    ASK_MORE,
    HOUR,
    MONDAY_9,
    OTHER_ADDRESS,
    OTHER_NUMBER,
    a_change,
    a_contact,
    a_conversation,
    a_decision,
    a_new_case,
    a_plan,
    a_withdrawal,
    facts_for,
)
from tests.domain.case.cases_by_status import contacting, escalated, in_review, working
from tests.domain.case.world import World


def test_it_is_somebodys_turn_in_every_status_but_the_last_ones() -> None:
    whose = {status: waits_for(status) for status in Status}
    assert whose == {
        Status.CONTACTING: WaitsFor.SELLER,
        Status.WORKING: WaitsFor.SELLER,
        Status.PLAN_REVIEW: WaitsFor.DESK,
        Status.ESCALATED: WaitsFor.DESK,
        Status.DEACTIVATING: WaitsFor.ENGINE,
        Status.RESOLVED: None,
        Status.DEACTIVATED: None,
        Status.WITHDRAWN: None,
        Status.NOT_COVERED: None,
    }
    assert {*of_whom(WaitsFor.SELLER), *of_whom(WaitsFor.DESK)} == OPEN


def opened() -> Case:
    case = a_new_case()
    step_results.looked_up(case, facts_for(case), MONDAY_9)
    advance(case, MONDAY_9)
    return case


def test_it_waits_since_it_came_into_its_status() -> None:
    case = opened()
    assert since(case) == case.opened_at
    desk_updates.report_contact(case, a_contact(), MONDAY_9 + HOUR)
    assert since(case) == MONDAY_9 + HOUR
    desk_updates.report_contact(case, a_contact(), MONDAY_9 + 2 * HOUR)
    assert since(case) == MONDAY_9 + HOUR


def test_a_newer_version_of_a_plan_keeps_its_place_in_the_queue() -> None:
    case = opened()
    seller_updates.submit_plan(case, a_plan("first"), MONDAY_9 + HOUR)
    seller_updates.submit_plan(case, a_plan("second"), MONDAY_9 + 20 * HOUR)
    assert since(case) == MONDAY_9 + HOUR


def test_an_escalation_that_was_decided_waits_anew() -> None:
    case = opened()
    desk_updates.report_contact(case, a_contact(), MONDAY_9)
    late = MONDAY_9 + timedelta(hours=73)
    advance(case, late)
    assert (case.status, since(case)) == (Status.ESCALATED, late)
    desk_updates.decide(case, a_decision(Decision.RESUME), late + HOUR)
    assert (case.status, since(case)) == (Status.WORKING, late + HOUR)


def test_nothing_is_to_be_done_while_the_seller_is_silent_or_after_the_end() -> None:
    assert needs(a_new_case()) == needs(contacting().case) == needs(working().case) == ()
    ended = World(calls=Result.INVALID_NUMBER, emails=Result.BOUNCED).play(1).take(a_withdrawal())
    assert needs(ended.case) == ()


def test_a_plan_is_to_be_reviewed_and_an_escalation_decided() -> None:
    assert needs(in_review().case) == (Need.REVIEW,)
    assert needs(escalated().case) == (Need.DECISION,)
    proposed = escalated(policy={"second_person": True}).take(a_decision(Decision.DEACTIVATE))
    assert needs(proposed.case) == (Need.CONFIRMATION,)


def test_a_required_conversation_is_to_be_held_also_while_the_next_plan_waits() -> None:
    world = in_review().take(ASK_MORE)
    assert needs(world.case) == (Need.CONVERSATION,)
    world.take(a_plan("again"))
    assert needs(world.case) == (Need.REVIEW, Need.CONVERSATION)
    world.take(a_conversation())
    assert needs(world.case) == (Need.REVIEW,)


def test_a_number_and_an_address_are_to_be_found_out() -> None:
    world = World(calls=Result.INVALID_NUMBER, emails=Result.BOUNCED).play(1)
    assert needs(world.case) == (Need.NUMBER, Need.ADDRESS)
    world.scripts[Channel.EMAIL] = Result.ACCEPTED
    world.take(a_change(phone=OTHER_NUMBER, email=OTHER_ADDRESS))
    assert needs(world.case) == ()
    assert needs(World(not_called="is a satellite number").case) == (Need.NUMBER,)
