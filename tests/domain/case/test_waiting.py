"""Who a case waits for, and since when."""

from datetime import timedelta

from domain.case import desk_updates, seller_updates, step_results
from domain.case.advance import advance
from domain.case.case import Case
from domain.case.events import Decision
from domain.case.status import OPEN, Status
from domain.case.waiting import WaitsFor, of_whom, since, waits_for
from tests.domain.case.build import (
    HOUR,
    MONDAY_9,
    a_contact,
    a_decision,
    a_new_case,
    a_plan,
    facts_for,
)


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
