"""Escalated: a person decides, and nothing else does (docs/rules.md, section 5)."""

from collections.abc import Callable

import pytest

from domain.case import step_results
from domain.case.attempt import Channel, Purpose
from domain.case.events import ConversationOutcome, Decision, EventKind
from domain.case.status import Reason, Status
from domain.shared.errors import Refused
from domain.shared.events import Event
from domain.shared.result import Result
from tests.domain.case.build import (
    MINUTE,
    OTHER_NUMBER,
    REJECT,
    a_change,
    a_contact,
    a_conversation,
    a_decision,
    a_plan,
    a_request,
    joins,
)
from tests.domain.case.cases_by_status import (
    contacting,
    deactivating,
    escalated,
    escalated_unreached,
    in_review,
    working,
)
from tests.domain.case.world import World

RESOLVE, DEACTIVATE, RESUME = (a_decision(d) for d in Decision)


def test_the_desk_is_told_at_once_and_again_each_24_hours_until_somebody_decides() -> None:
    world = escalated().play(24 * 30 + 1)
    assert world.status is Status.ESCALATED
    assert [world.hour(at) for at in world.desk_mails] == [72 + 24 * day for day in range(31)]
    world.take(RESUME).play(24)
    assert len(world.desk_mails) == 31


@pytest.mark.parametrize(
    "event",
    [
        a_contact(),
        a_request(),
        a_plan(),
        a_conversation(),
        a_conversation(ConversationOutcome.RESOLVED),
    ],
)
def test_anything_from_the_seller_is_recorded_and_the_decision_stays_with_the_desk(
    event: Event,
) -> None:
    world = escalated_unreached()
    before = len(world.case.timeline.entries)
    world.take(event)
    assert world.status is Status.ESCALATED
    assert world.case.reached
    assert world.case.timeline.entries[before].by == event.by
    assert world.play(24 * 5).status is Status.ESCALATED


def test_a_conversation_held_while_escalated_meets_the_requirement() -> None:
    world = escalated()
    world.case.conversation_required = True
    assert not world.take(a_conversation()).case.conversation_required


def test_a_decision_to_resolve_resolves_and_the_seller_is_told() -> None:
    world = escalated().take(RESOLVE)
    assert (world.status, world.case.reason) == (Status.RESOLVED, Reason.DECISION)
    assert len(world.emails(Purpose.RESOLVED)) == 1
    assert world.deactivations == 0


def test_a_decision_to_deactivate_deactivates_also_who_worked_with_us() -> None:
    world = escalated().take(DEACTIVATE)
    assert (world.status, world.case.reason) == (Status.DEACTIVATED, Reason.DECISION)
    assert world.deactivations == 1
    assert world.expulsions == 0


def plan_not_reviewed() -> World:
    return escalated_unreached().take(a_plan())


def plan_rejected() -> World:
    return in_review().take(REJECT).play(72)


@pytest.mark.parametrize(
    ("start", "becomes"),
    [
        pytest.param(plan_not_reviewed, Status.PLAN_REVIEW, id="a-plan-not-yet-reviewed"),
        pytest.param(plan_rejected, Status.WORKING, id="only-a-plan-reviewed-before"),
        pytest.param(escalated, Status.WORKING, id="the-seller-was-reached"),
        pytest.param(escalated_unreached, Status.CONTACTING, id="nobody-was-reached"),
    ],
)
def test_a_decision_to_resume_goes_back_to_where_the_case_belongs(
    start: Callable[[], World], becomes: Status
) -> None:
    assert start().take(RESUME).status is becomes


def test_resumed_without_anybody_reached_the_outreach_begins_anew() -> None:
    world = escalated_unreached().play(100)
    world.scripts = {Channel.CALL: Result.NO_ANSWER, Channel.EMAIL: Result.ACCEPTED}
    world.take(RESUME)
    assert world.hour(world.case.deadline) == 172 + 72
    world.play(71.9)
    again = [h for h in world.hours_of(world.emails()) if h >= 172]
    assert again == [172, 172 + 24, 172 + 36, 172 + 48, 172 + 66]
    world.play(1)
    assert (world.status, world.case.reason) == (Status.DEACTIVATED, Reason.NOT_REACHED)


def test_resumed_months_later_the_first_call_goes_out_at_once() -> None:
    """Calling hours are no longer known by then, and are looked up again."""
    world = escalated_unreached().play(24 * 100).take(RESUME)
    assert world.hours_of(world.calls())[-1] == 72 + 24 * 100
    assert len([p for p in world.case.attempts.agenda if p.channel is Channel.CALL]) == 9


def test_an_outreach_whose_hours_take_long_to_look_up_calls_as_soon_as_they_are_known() -> None:
    world = escalated_unreached().play(24 * 100)
    world.look_up_takes = 7 * MINUTE
    world.take(RESUME).play(0.2)
    assert world.hour(world.calls()[-1].at) == round(2472 + 7 / 60, 3)


def test_a_number_changed_after_resuming_months_later_is_called_at_once() -> None:
    policy = {"call_hours": [1, 24, 48, 64]}
    world = World(calls=Result.INVALID_NUMBER, emails=Result.BOUNCED, policy=policy)
    world.play(24 * 100)
    world.take(RESUME).play(1.5).take(a_change(phone=OTHER_NUMBER)).play(0.1)
    assert world.hours_of(world.calls())[1:] == [24 * 100 + 1.5]


def test_the_count_of_rejections_starts_anew() -> None:
    world = in_review().take(REJECT, a_plan(), REJECT, a_plan(), REJECT)
    world.take(RESUME, a_plan(), REJECT, a_plan(), REJECT, a_plan())
    assert world.status is Status.PLAN_REVIEW
    assert world.take(REJECT).status is Status.ESCALATED


@pytest.mark.parametrize("start", [contacting, working, in_review])
@pytest.mark.parametrize("decision", [RESOLVE, DEACTIVATE, RESUME])
def test_a_decision_is_refused_while_there_is_nothing_to_decide(
    start: Callable[[], World], decision: Event
) -> None:
    with pytest.raises(Refused, match="nothing to decide"):
        start().take(decision)


def test_a_call_asked_for_while_escalated_is_placed() -> None:
    world = escalated().take(a_request())
    assert world.hours_of(world.calls(Purpose.REQUESTED)) == [72]


def test_the_desk_that_could_not_be_told_is_told_again_without_another_days_wait() -> None:
    """Telling it is tried for 24 hours, so that is when the next mail is due."""
    world = escalated(desk_mail=False).play(23.9)
    world.desk_mail = True
    world.play(49)
    assert EventKind.DESK_NOT_TOLD in [e.what for e in world.case.timeline.entries]
    assert [world.hour(at) for at in world.desk_mails] == [96, 120, 144]


def test_news_of_a_mail_to_the_desk_that_is_no_longer_wanted_changes_nothing() -> None:
    world = escalated()
    due = world.now
    world.take(a_plan(), RESUME)
    before = world.case.model_copy()
    step_results.told_desk(world.case, due, True, world.now)
    assert world.case == before


def test_a_unanswered_deactivation_can_be_decided_again() -> None:
    world = deactivating().play(25)
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.DEACTIVATION_FAILED)
    world.account_service = True
    world.take(joins(), DEACTIVATE)
    assert world.status is Status.DEACTIVATED
