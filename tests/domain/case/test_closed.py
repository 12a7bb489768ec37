"""What a case that ended, or whose file is full, still takes (docs/rules.md, section 5)."""

from collections.abc import Callable

import pytest

from domain.case import step_results
from domain.case.admission import MAXIMUM_WRITTEN
from domain.case.advance import advance
from domain.case.case import Case
from domain.case.events import Decision
from domain.case.status import Reason, Status
from domain.shared.errors import Refused
from domain.shared.events import Event, SendLink
from tests.domain.case.build import (
    ACCEPT,
    HOUR,
    MONDAY_9,
    OTHER_NUMBER,
    REJECT,
    a_change,
    a_contact,
    a_conversation,
    a_decision,
    a_harm_report,
    a_new_case,
    a_plan,
    a_request,
    a_withdrawal,
    facts_for,
    joins,
)
from tests.domain.case.cases_by_status import deactivating, in_review, working
from tests.domain.case.world import World

EVERY_EVENT = [
    a_contact(),
    a_request(),
    SendLink(by="page"),
    a_plan(),
    ACCEPT,
    a_conversation(),
    joins(),
    joins("ISS-1"),
    a_change(phone=OTHER_NUMBER),
    a_harm_report(),
    joins("ISS-9", harmful=True),
    a_decision(Decision.RESUME),
    a_withdrawal(),
]
HARM = [a_harm_report(), joins("ISS-9", harmful=True), joins("ISS-1", harmful=True)]


def resolved() -> World:
    return in_review().take(ACCEPT)


def deactivated() -> World:
    return working().take(a_harm_report())


def withdrawn() -> World:
    return working().take(a_withdrawal())


def not_covered() -> World:
    return World(not_covered="the account is not enrolled")


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize(
    ("start", "how", "left"),
    [
        (resolved, "resolved .plan_accepted.", "a further issue opens a new case"),
        (deactivated, "deactivated .harm.", "appeal"),
        (withdrawn, "withdrawn .raised_in_error.", "a further issue opens a new case"),
        (not_covered, "not_covered .the account is not enrolled.", "opens a new case"),
    ],
)
def test_a_closed_case_refuses_everything_saying_how_it_ended_and_what_is_left_to_do(
    start: Callable[[], World], how: str, left: str, event: Event
) -> None:
    world = start()
    with pytest.raises(Refused, match=f"{how}.*{left}"):
        world.take(event)


@pytest.mark.parametrize(
    "event",
    [e for e in EVERY_EVENT if e not in HARM],
    ids=lambda e: type(e).__name__,
)
def test_a_case_that_is_deactivating_refuses_everything_but_harm(event: Event) -> None:
    with pytest.raises(Refused, match=r"deactivating .harm.*appeal"):
        deactivating().take(event)


def test_cancelling_changes_nothing_once_deactivating_or_closed() -> None:
    for world in (deactivating(), resolved(), not_covered()):
        status = world.status
        assert world.cancel().status is status


def test_a_case_cancelled_before_it_opened_is_withdrawn_and_touches_nothing() -> None:
    case = a_new_case()
    advance(case, MONDAY_9)
    case.cancel(MONDAY_9)
    assert advance(case, MONDAY_9) == ()
    assert (case.status, case.closed_at, case.attempts.made) == (Status.WITHDRAWN, MONDAY_9, ())
    step_results.looked_up(case, facts_for(case), MONDAY_9)
    assert case.policy is None


@pytest.mark.parametrize("start", [resolved, deactivated, withdrawn, not_covered])
def test_a_closed_case_wants_nothing_more(start: Callable[[], World]) -> None:
    case: Case = start().case
    before = case.model_copy()
    assert advance(case, MONDAY_9 + 1000 * HOUR) == ()
    assert case == before


def full_file() -> World:
    """The seller sent plan after plan."""
    world = in_review()
    world.case.bytes_written = MAXIMUM_WRITTEN
    return world


def test_a_case_takes_only_so_much_text() -> None:
    world = working()
    before = world.case.bytes_written
    world.take(a_plan("why " * 200))
    assert world.case.bytes_written >= before + 800
    with pytest.raises(Refused, match="full"):
        full_file().take(a_plan())


@pytest.mark.parametrize(
    ("event", "becomes"),
    [
        (ACCEPT, Status.RESOLVED),
        (REJECT, Status.WORKING),
        (a_withdrawal(), Status.WITHDRAWN),
        (joins("ISS-9", harmful=True), Status.DEACTIVATED),
    ],
)
def test_a_case_whose_file_is_full_is_not_stuck(event: Event, becomes: Status) -> None:
    assert full_file().take(event).status is becomes


def test_whoever_was_not_reached_yet_may_turn_up_however_full_the_file() -> None:
    world = World()
    world.case.bytes_written = MAXIMUM_WRITTEN
    assert world.take(a_contact()).status is Status.WORKING


def test_who_sent_too_much_to_be_taken_is_not_deactivated_by_a_timer() -> None:
    world = full_file().take(REJECT)
    with pytest.raises(Refused, match="full"):
        world.take(a_contact())
    world.play(24 * 10)
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.NO_COOPERATION)
    assert world.take(a_decision(Decision.RESOLVE)).status is Status.RESOLVED
