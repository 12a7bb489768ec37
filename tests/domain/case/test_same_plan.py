"""The same plan sent again (docs/rules.md, section 5)."""

import pytest

from domain.case.admission import MAXIMUM_WRITTEN
from domain.case.events import Decision, EventKind
from domain.case.status import Status
from tests.domain.case.build import (
    ASK_MORE,
    HOUR,
    REJECT,
    a_conversation,
    a_decision,
    a_plan,
    joins,
)
from tests.domain.case.cases_by_status import contacting, in_review, working
from tests.domain.case.world import World

AGAIN = a_plan()


def test_a_plan_that_was_rejected_may_be_sent_again_to_the_lead() -> None:
    world = World().take(*[a_plan(), REJECT] * 3)
    assert world.status is Status.ESCALATED
    assert len(world.take(a_plan()).case.plans.versions) == 4


def test_the_plan_under_review_sent_again_is_a_contact_and_no_version() -> None:
    world = in_review().play(20)
    due, written = world.case.desk_due, world.case.bytes_written
    long = a_plan("x" * 1000)
    world.take(AGAIN)
    assert len(world.case.plans.versions) == 1
    assert world.case.desk_due == due, "the reviewer's 24 hours go on"
    assert world.status is Status.PLAN_REVIEW
    assert world.case.timeline.entries[-1].what is EventKind.CONTACT
    assert world.case.timeline.entries[-1].note == "sent version 1 again"
    assert world.case.bytes_written - written < 2000
    # Whoever sends it: the text counts.
    world.take(AGAIN.model_copy(update={"by": "specialist"}))
    assert len(world.case.plans.versions) == 1
    world.take(long)
    assert [p.version for p in world.case.plans.versions] == [1, 2]
    assert world.case.desk_due == world.now + 24 * HOUR
    # And the first one again is a change of the second.
    assert len(world.take(AGAIN).case.plans.versions) == 3


def test_one_that_waits_for_the_lead_is_no_version_either() -> None:
    world = working().play(73)
    assert world.status is Status.ESCALATED
    world.take(AGAIN).take(AGAIN)
    assert len(world.case.plans.versions) == 1
    assert world.status is Status.ESCALATED
    assert world.take(a_decision(Decision.RESUME)).case.status == "plan_review"
    assert len(world.take(AGAIN).case.plans.versions) == 1


@pytest.mark.parametrize(
    "since", [(REJECT,), (ASK_MORE, a_conversation()), (joins("ISS-2"),)], ids=["no", "more", "new"]
)
def test_once_answered_or_joined_by_an_issue_the_same_text_is_a_new_version(
    since: tuple[object, ...],
) -> None:
    world = in_review()
    for event in since:
        world.take(event)  # type: ignore[arg-type]  # each is an event
    assert world.status is Status.WORKING
    assert world.take(AGAIN).case.status == "plan_review"
    assert [p.version for p in world.case.plans.versions] == [1, 2]


def test_while_it_waits_for_the_lead_an_issue_that_joined_makes_it_a_new_version_too() -> None:
    world = working().play(73).take(AGAIN, joins("ISS-2"), AGAIN)
    assert world.status is Status.ESCALATED
    assert [p.version for p in world.case.plans.versions] == [1, 2]
    assert len(world.take(AGAIN).case.plans.versions) == 2


def test_an_issue_that_joined_meanwhile_counts_after_an_escalation_too() -> None:
    world = in_review().take(joins("ISS-2")).play(73).take(a_decision(Decision.RESUME))
    assert world.status is Status.PLAN_REVIEW
    assert [p.version for p in world.take(AGAIN).case.plans.versions] == [1, 2]


def test_a_full_file_takes_no_repeat_and_a_first_plan_is_always_taken() -> None:
    world = contacting()
    world.case.bytes_written = MAXIMUM_WRITTEN
    assert world.take(AGAIN).status is Status.PLAN_REVIEW
    with pytest.raises(Exception, match="the case file is full"):
        world.take(AGAIN)
