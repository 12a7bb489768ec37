"""An account that is deactivated already, and the programme's knowing (sections 3 and 6)."""

from collections.abc import Callable
from datetime import datetime

import pytest

from domain.case import marketplace_updates, step_results
from domain.case.activity_inputs import tell_deactivation_input
from domain.case.advance import advance
from domain.case.attempt import Purpose
from domain.case.case import ALREADY_DEACTIVATED, Case
from domain.case.events import Decision, EventKind
from domain.case.status import Reason, Status
from domain.case.steps import Expel, LookUpHours
from domain.shared.errors import Refused
from domain.shared.events import Event, RecordDeactivation
from domain.shared.result import Result
from domain.shared.steps import TellDeactivation
from tests.domain.case.build import (
    MINUTE,
    MONDAY_9,
    a_decision,
    a_harm_report,
    a_new_case,
    a_withdrawal,
    an_issue,
    facts_for,
    joins,
)
from tests.domain.case.cases_by_status import contacting, escalated, in_review, working
from tests.domain.case.world import World

BY_OTHERS = RecordDeactivation(by="marketplace")


def test_a_case_of_an_account_that_is_deactivated_ends_at_once_and_tries_to_reach_nobody() -> None:
    world = World(already_deactivated=True)
    assert (world.status, world.case.reason) == (Status.NOT_COVERED, ALREADY_DEACTIVATED)
    assert world.case.closed_at == MONDAY_9
    assert world.case.attempts.made == ()
    assert (world.deactivations, world.told_deactivated) == (0, 1)


def test_that_holds_where_nobody_asks_about_enrollment_too() -> None:
    world = World(already_deactivated=True, policy={"coverage": "everyone"})
    assert world.status is Status.NOT_COVERED


def test_harm_still_comes_first_and_expels() -> None:
    world = World(MONDAY_9, an_issue(harmful=True), already_deactivated=True)
    assert (world.status, world.case.reason) == (Status.DEACTIVATED, Reason.HARM)
    assert (world.expulsions, world.told_deactivated) == (1, 1)


def test_the_programme_hears_of_every_deactivation_once() -> None:
    silent = World().play(73)
    decided = escalated().take(a_decision(Decision.DEACTIVATE)).play(1)
    harmed = World().take(a_harm_report())
    for world in (silent, decided, harmed):
        assert world.status is Status.DEACTIVATED
        assert world.told_deactivated == 1
        assert [a.about for a in world.emails()][-1] is Purpose.DEACTIVATED
    assert World(not_covered="not enrolled").told_deactivated == 0
    failed = World(account_service=False).take(a_harm_report()).play(25)
    assert (failed.status, failed.told_deactivated) == (Status.ESCALATED, 0)


def test_where_nobody_is_called_no_hours_are_looked_up() -> None:
    case = a_new_case(MONDAY_9, an_issue(harmful=True))
    facts = facts_for(case).model_copy(update={"hours": ()})
    step_results.looked_up(case, facts, MONDAY_9)
    assert LookUpHours() not in advance(case, MONDAY_9)


def test_whoever_told_a_case_of_a_deactivation_is_not_told_back() -> None:
    world = World().take(BY_OTHERS)
    assert (world.case.account_deactivated, world.told_deactivated) == (True, 0)
    assert world.case.closed_at == world.now


def test_a_case_is_not_closed_before_the_programme_knows_and_hears_of_harm_first() -> None:
    case = a_new_case(MONDAY_9, an_issue(harmful=True))
    step_results.looked_up(case, facts_for(case), MONDAY_9)
    step_results.deactivated(case, MONDAY_9)
    steps = advance(case, MONDAY_9)
    assert Expel() in steps
    assert TellDeactivation() not in steps
    step_results.expelled_from_programme(case, MONDAY_9)
    assert TellDeactivation() in advance(case, MONDAY_9)
    assert case.closed_at is None
    step_results.told_deactivation(case, MONDAY_9)
    assert TellDeactivation() not in advance(case, MONDAY_9)


@pytest.mark.parametrize(
    ("take", "harm"),
    [
        (marketplace_updates.report_harm, a_harm_report()),
        (marketplace_updates.add_issue, joins("ISS-9", harmful=True)),
    ],
)
def test_harm_that_is_reported_while_the_programme_is_still_told_expels(
    take: Callable[[Case, Event, datetime], None], harm: Event
) -> None:
    case = a_new_case()
    step_results.looked_up(case, facts_for(case, deactivated=True), MONDAY_9)
    assert advance(case, MONDAY_9) == (TellDeactivation(),)
    take(case, harm, MONDAY_9)
    assert advance(case, MONDAY_9) == (Expel(),)
    assert (case.status, case.reason) == (Status.NOT_COVERED, ALREADY_DEACTIVATED)
    step_results.expelled_from_programme(case, MONDAY_9)
    step_results.told_deactivation(case, MONDAY_9)
    assert advance(case, MONDAY_9) == ()
    assert case.closed_at == MONDAY_9
    with pytest.raises(Refused, match="the case ended"):
        marketplace_updates.report_harm(case, a_harm_report(), MONDAY_9)


@pytest.mark.parametrize("start", [contacting, working, in_review, escalated])
def test_a_case_whose_account_others_deactivate_ends_and_writes_to_nobody(
    start: Callable[[], World],
) -> None:
    world = start()
    written = len(world.emails())
    world.take(BY_OTHERS).play(100)
    assert (world.status, world.case.reason) == (Status.NOT_COVERED, ALREADY_DEACTIVATED)
    assert world.case.closed_at is not None
    assert len(world.emails()) == written
    assert (world.deactivations, world.told_deactivated) == (0, 0)
    assert [(e.by, e.what) for e in world.case.timeline.entries if e.by == BY_OTHERS.by] == [
        ("marketplace", EventKind.DEACTIVATED_ELSEWHERE)
    ]


def test_a_ringing_call_is_hung_up_when_others_deactivate() -> None:
    world = World(call_takes=20 * MINUTE)
    world.take(BY_OTHERS)
    assert [a.result for a in world.calls()] == [Result.CANCELLED]


def test_a_case_that_deactivates_itself_is_told_by_others_once_it_has_failed() -> None:
    world = World(account_service=False).take(a_harm_report())
    with pytest.raises(Refused, match="deactivating"):
        world.take(BY_OTHERS)
    assert world.play(25).status is Status.ESCALATED
    assert world.take(BY_OTHERS).status is Status.NOT_COVERED


def test_a_closed_case_has_nothing_to_do_with_it() -> None:
    world = World().take(a_withdrawal())
    assert world.take(BY_OTHERS).case.reason == Reason.RAISED_IN_ERROR


def test_the_programme_is_told_who_found_it_so() -> None:
    assert tell_deactivation_input(World().play(73).case).by == "case"
    found = tell_deactivation_input(World(already_deactivated=True).case)
    assert (found.by, found.case_id) == ("account service", "case/US/A2EXAMPLE/run-1")
