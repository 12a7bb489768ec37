"""A conversation that is required, and the daily call for it (docs/rules.md, section 5)."""

import pytest

from domain.case.attempt import Purpose
from domain.case.events import ConversationOutcome, RecordConversation, Review, ReviewPlan
from domain.case.status import Reason, Status
from domain.shared.errors import Refusal, Refused
from domain.shared.events import Event
from domain.shared.result import Result
from tests.domain.case.build import (
    ACCEPT,
    ASK_MORE,
    HOUR,
    MONDAY_22,
    OTHER_NUMBER,
    REJECT,
    a_change,
    a_contact,
    a_conversation,
    a_plan,
    a_request,
    a_review,
    joins,
    local,
)
from tests.domain.case.cases_by_status import in_review
from tests.domain.case.world import World

TALK = Purpose.CONVERSATION


def asked_more(at: float = 1, **script: object) -> World:
    """A case in which the reviewer needed more information, so many hours after its opening."""
    return in_review(**script).play(at).take(ASK_MORE)


def test_needing_more_information_goes_back_to_working_and_requires_a_conversation() -> None:
    world = asked_more()
    assert world.status is Status.WORKING
    assert world.case.conversation_required
    assert [a.note for a in world.emails(Purpose.MORE_INFORMATION)] == [ASK_MORE.note]


def test_the_seller_is_called_at_the_next_hour_allowed_and_then_once_a_day() -> None:
    assert [local(a.at) for a in asked_more().play(70).calls(TALK)] == [
        "Mon 10:00",
        "Tue 10:00",
        "Wed 10:00",
    ]
    by_night = in_review(opened_at=MONDAY_22).take(ASK_MORE).play(71)
    assert [local(a.at) for a in by_night.calls(TALK)] == ["Tue 08:00", "Wed 08:00", "Thu 08:00"]


def test_it_is_called_not_closer_than_15_minutes_to_a_call_made() -> None:
    world = in_review(calls={1: Result.NO_ANSWER}).take(a_request()).play(0.1).take(ASK_MORE)
    assert world.play(0.2).hours_of(world.calls(TALK)) == [0.25]


def test_the_calls_go_on_for_as_long_as_the_seller_works_with_us() -> None:
    world = asked_more()
    for _ in range(14):
        world.play(48).take(a_contact())
    assert world.play(1).status is Status.WORKING
    assert len(world.calls(TALK)) == 1 + 28


def test_busy_is_redialled_at_most_twice() -> None:
    world = asked_more(calls=Result.BUSY).play(20)
    assert len(world.calls(TALK)) == 3
    assert len({a.entry for a in world.calls(TALK)}) == 1


def test_the_calls_end_when_the_conversation_is_recorded() -> None:
    world = asked_more().play(1).take(a_conversation()).play(71)
    assert len(world.calls(TALK)) == 1
    assert not world.case.conversation_required


@pytest.mark.parametrize("event", [a_plan(), a_conversation(ConversationOutcome.RESOLVED)])
def test_the_calls_end_when_the_status_is_another(event: Event) -> None:
    world = asked_more(call_takes=HOUR / 6).take(event).play(71)
    assert [a.result for a in world.calls(TALK)] == [Result.CANCELLED]


@pytest.mark.parametrize("just_ended", [None, Result.BUSY])
def test_another_contact_stops_the_call_that_is_ringing_and_its_redials(
    just_ended: Result | None,
) -> None:
    world = asked_more(call_takes=HOUR / 6, just_ended=just_ended).take(a_contact()).play(20)
    assert [a.result for a in world.calls(TALK)] == [just_ended or Result.CANCELLED]


def test_a_call_that_is_ringing_is_stopped_by_the_end_of_cooperation() -> None:
    policy = {"cooperation_window": "PT24H5M"}
    world = asked_more(call_takes=HOUR / 6, policy=policy).play(25)
    assert [a.result for a in world.calls(TALK)] == [Result.NO_ANSWER, Result.CANCELLED]


def test_the_calls_begin_again_when_the_case_is_working_again() -> None:
    world = asked_more().take(a_plan()).play(5).take(joins()).play(1)
    assert world.hours_of(world.calls(TALK))[1:] == [6]


def test_a_connected_call_alone_does_not_meet_the_requirement() -> None:
    world = asked_more(calls=Result.CONNECTED).play(1)
    assert world.calls(TALK)[0].result is Result.CONNECTED
    assert world.case.conversation_required
    assert world.hour(world.case.deadline) == round(1 + 1 / 60 + 72, 3)


def test_accepting_is_refused_while_a_required_conversation_has_not_been_held() -> None:
    world = asked_more().take(a_plan())
    with pytest.raises(Refused, match="conversation"):
        world.take(ACCEPT)
    assert world.status is Status.PLAN_REVIEW
    world.take(a_conversation(), ACCEPT)
    assert world.case.reason == Reason.PLAN_ACCEPTED


def test_rejecting_is_not_refused_while_a_required_conversation_has_not_been_held() -> None:
    assert asked_more().take(a_plan(), REJECT).status is Status.WORKING


def test_a_number_found_invalid_ends_the_calls_until_it_changes() -> None:
    world = asked_more(calls=Result.INVALID_NUMBER).play(5)
    assert len(world.calls(TALK)) == 1
    assert len(world.emails(Purpose.NUMBER_NEEDED)) == 1
    world.take(a_change(phone=OTHER_NUMBER)).play(1)
    assert [(world.hour(a.at), a.to) for a in world.calls(TALK)][1:] == [(6, OTHER_NUMBER)]


def test_a_call_kept_from_going_out_by_our_outage_is_made_up_for() -> None:
    """Down from Monday 22:00 until Wednesday 10:00, with a call planned for Tuesday 10:00."""
    world = asked_more().play(12).be_down(36)
    (_, skipped, made) = world.calls(TALK)
    assert skipped.result is Result.SKIPPED
    assert local(made.at) == "Wed 10:00"


def test_nobody_is_called_for_it_once_the_time_to_cooperate_is_over() -> None:
    world = asked_more().play(24 * 10)
    assert world.status is Status.ESCALATED
    assert max(world.hours_of(world.calls(TALK))) < 73


# --- who spoke with the seller does not judge the plan ----------------------------------------


def reviewed_by(who: str, decision: Review) -> ReviewPlan:
    return a_review(decision).model_copy(update={"by": who})


def held_by(who: str) -> RecordConversation:
    return a_conversation().model_copy(update={"by": who})


@pytest.mark.parametrize("decision", Review)
def test_who_held_the_required_conversation_does_not_review_the_plan(decision: Review) -> None:
    world = asked_more().take(held_by("lee"), a_plan())
    for name in ("lee", "Lee"):  # a provider may give it in other letters
        with pytest.raises(Refused, match="does not review") as refused:
            world.take(reviewed_by(name, decision))
        assert refused.value.code is Refusal.HELD_CONVERSATION
        assert refused.value.values == {"version": 2}
    world.take(reviewed_by("kim", decision))


def test_it_makes_no_difference_when_the_plan_came() -> None:
    world = asked_more().take(a_plan(), held_by("lee"))
    with pytest.raises(Refused):
        world.take(reviewed_by("lee", Review.ACCEPT))


def test_it_holds_for_every_version_until_another_conversation_is_required() -> None:
    world = asked_more().take(held_by("lee"), a_plan(), REJECT, a_plan("third"))
    with pytest.raises(Refused):
        world.take(reviewed_by("lee", Review.ACCEPT))
    world.take(ASK_MORE, held_by("ana"), a_plan("fourth"))
    with pytest.raises(Refused):
        world.take(reviewed_by("ana", Review.ACCEPT))
    assert world.take(reviewed_by("lee", Review.ACCEPT)).case.reason == Reason.PLAN_ACCEPTED


def test_a_conversation_that_was_not_required_excludes_nobody() -> None:
    world = World().take(held_by("lee"), a_plan())
    assert world.take(reviewed_by("lee", Review.ACCEPT)).case.reason == Reason.PLAN_ACCEPTED
    world = asked_more().take(held_by("lee"), held_by("ana"), a_plan())
    assert world.take(reviewed_by("ana", Review.ACCEPT)).case.reason == Reason.PLAN_ACCEPTED
