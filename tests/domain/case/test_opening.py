"""How a case opens: harm first, then coverage, then the clock (docs/rules.md, section 3)."""

from domain.case import step_results
from domain.case.activity_inputs import send_email_input
from domain.case.advance import advance
from domain.case.events import Decision, EventKind
from domain.case.status import Reason, Status
from domain.case.steps import LookUp
from tests.domain.case.build import MONDAY_9, a_decision, a_new_case, an_issue, facts_for
from tests.domain.case.world import World


def test_a_case_first_wants_to_know_what_opening_takes() -> None:
    case = a_new_case()
    assert advance(case, MONDAY_9) == (LookUp(),)


def test_an_account_that_is_not_enrolled_is_not_covered_and_nothing_is_touched() -> None:
    world = World(not_covered="the account is invited, not enrolled")
    case = world.case
    assert (case.status, case.reason) == (
        Status.NOT_COVERED,
        "the account is invited, not enrolled",
    )
    assert case.closed_at == MONDAY_9
    assert world.case.attempts.made == ()
    assert world.deactivations == world.expulsions == 0


def test_a_covered_case_is_contacting_and_sends_notice_at_once() -> None:
    world = World()
    assert world.status is Status.CONTACTING
    assert world.hours_of(world.emails()) == [0]
    assert world.hours_of(world.calls()) == [0]


def test_harm_is_looked_at_before_coverage() -> None:
    world = World(MONDAY_9, an_issue(), an_issue("ISS-9", harmful=True), not_covered="not enrolled")
    assert world.status is Status.DEACTIVATED
    assert world.case.reason == Reason.HARM
    assert world.deactivations == world.expulsions == 1
    assert world.calls() == []
    harm = world.case.harm
    assert harm is not None
    assert (harm.reporter, harm.category, harm.evidence) == ("opening", "harm", "ISS-9")


def test_who_opened_is_kept_and_is_who_reports_the_harm_that_it_is_for() -> None:
    case = a_new_case(MONDAY_9, an_issue(harmful=True))
    case.opened_by = "monitor"
    step_results.looked_up(case, facts_for(case), MONDAY_9)
    said = {entry.what: entry.by for entry in case.timeline.entries}
    assert (said[EventKind.OPENED], said[EventKind.HARM_REPORTED]) == ("monitor", "monitor")
    assert case.harm is not None
    assert case.harm.reporter == "monitor"


def test_where_nobody_says_who_opened_it_was_the_engine() -> None:
    (opened,) = [entry for entry in World().case.timeline.entries if entry.what is EventKind.OPENED]
    assert opened.by == "engine"


def test_a_number_that_is_none_of_those_we_call_is_not_called_and_no_call_is_recorded() -> None:
    world = World(not_called="is a satellite number").play(71)
    assert world.calls() == []
    assert world.hours_of(world.emails()) == [0, 24, 36, 48, 66]
    assert all(send_email_input(world.case, email).number_needed for email in world.emails())
    told = [(e.what, e.note) for e in world.case.timeline.entries if e.what is not EventKind.EMAIL]
    assert told[:2] == [
        (EventKind.OPENED, None),
        (EventKind.NUMBER_NOT_CALLED, "is a satellite number"),
    ]


def test_a_number_that_is_not_called_is_not_called_after_harm_was_taken_up_again_either() -> None:
    """Nobody looked at it when the case opened, since harm comes first."""
    harmful = an_issue(harmful=True)
    world = World(MONDAY_9, harmful, account_service=False, not_called="is a satellite number")
    world.play(25).take(a_decision(Decision.RESUME)).play(10)
    assert world.status is Status.CONTACTING
    assert world.calls() == []


def test_facts_that_come_a_second_time_change_nothing() -> None:
    world = World()
    before = world.case.model_copy()
    step_results.looked_up(world.case, facts_for(world.case, {"window": "PT60H"}), world.now)
    assert world.case == before


def test_a_case_keeps_the_policy_it_opened_with() -> None:
    world = World(policy={"window": "PT48H"})
    assert world.hour(world.case.deadline) == 48
    assert world.case.policy is not None
    assert world.case.overrides is None
