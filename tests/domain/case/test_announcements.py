"""What the marketplace's systems are told of a case (docs/rules.md, section 7).

That each event is told once, in order, is watched in every walk (watched_world.py).
"""

from typing import Any

import pytest

from domain.case.advance import advance
from domain.case.announcements import announcements, untold
from domain.case.events import Decision
from domain.shared.announcements import Announcement
from domain.shared.events import Event
from domain.shared.result import Result
from domain.shared.steps import Announce
from tests.domain.case.build import (
    ACCEPT,
    ASK_MORE,
    MONDAY_9,
    a_contact,
    a_conversation,
    a_decision,
    a_harm_report,
    a_new_case,
    a_plan,
    a_request,
    a_withdrawal,
    apply,
)
from tests.domain.case.world import World


def told(world: World) -> list[tuple[str, object, object]]:
    """What was handed over: the type, and what it says."""
    return [
        (event.type.value, event.data["reason"], event.data["plan_version"])
        for event in world.announced
    ]


OPENED, REACHED = ("case.opened", None, None), ("case.reached", None, None)


def a_case(**script: Any) -> World:  # Any: as the world takes it
    return World(announces=True, **script)


def test_a_case_from_plan_to_end() -> None:
    world = a_case().take(a_plan(), a_plan("again"), ACCEPT)
    world.play()
    assert told(world) == [
        OPENED,
        REACHED,
        ("case.plan_submitted", None, 1),
        ("case.plan_submitted", None, 2),
        ("case.closed", "plan_accepted", None),
    ]
    assert world.announced[-1].data == {
        "case_id": world.case.id,
        "store": "US",
        "seller_id": "A2EXAMPLE",
        "status": "resolved",
        "reason": "plan_accepted",
        "plan_version": None,
    }


@pytest.mark.parametrize("contact", [a_contact(), a_request(), a_conversation(), a_plan()])
def test_whatever_is_a_contact_reaches_once(contact: Event) -> None:
    world = a_case().take(contact, a_contact(), a_plan("again"))
    assert told(world)[:2] == [OPENED, REACHED]
    assert told(world).count(REACHED) == 1


def test_a_call_that_connects_reaches() -> None:
    assert told(a_case(calls=Result.CONNECTED).play(1))[:2] == [OPENED, REACHED]


def test_each_escalation_is_told_with_its_reason() -> None:
    world = a_case().take(a_contact()).play(73)
    world.take(a_decision(Decision.RESUME)).play(73)
    escalated = ("case.escalated", "no_cooperation", None)
    assert told(world) == [OPENED, REACHED, escalated, escalated]


def test_only_an_escalation_and_an_end_say_what_the_case_became() -> None:
    world = a_case(calls=Result.NO_ANSWER).take(a_contact()).play(73)
    world.take(a_decision(Decision.RESUME), a_plan(), ACCEPT)
    assert [event.data["status"] for event in world.announced] == [
        *(None, None, "escalated", None, "resolved"),
    ]
    assert len({event.id for event in world.announced}) == 5
    for event in world.announced:
        number = int(event.id.split("_")[2])
        assert world.case.timeline.entries[number - 1].at == event.at


def test_a_plan_for_the_lead_says_nothing_of_the_escalation() -> None:
    world = a_case().take(a_contact()).play(73).take(a_plan())
    assert told(world)[-1] == ("case.plan_submitted", None, 1)


def test_more_information_and_a_deactivation_under_way_are_no_news() -> None:
    world = a_case(account_service=False).take(a_plan(), ASK_MORE, a_harm_report())
    assert told(world) == [OPENED, REACHED, ("case.plan_submitted", None, 1)]


def test_an_account_that_is_not_covered_is_opened_and_closed() -> None:
    why = "the account is not enrolled"
    assert told(a_case(not_covered=why)) == [OPENED, ("case.closed", why, None)]


def test_a_case_that_was_cancelled_before_it_opened_is_told_to_nobody() -> None:
    case = a_new_case()
    case.cancel(MONDAY_9)
    assert advance(case, MONDAY_9) == ()
    assert case.closed_at == MONDAY_9
    assert announcements(case.id, case.account, case.timeline.entries) == ()


def test_where_nobody_listens_nothing_is_announced() -> None:
    world = World().take(a_contact(), a_withdrawal())
    assert world.play().announced == ()
    assert untold(world.case) == ()
    assert advance(world.case, world.now) == ()


def test_what_happens_while_others_are_told_is_told_afterwards() -> None:
    world = a_case()
    before = untold(world.case)
    assert before == ()
    case = world.case.model_copy()
    apply(case, a_contact(), world.now)
    first = untold(case)
    assert Announce() in advance(case, world.now)
    apply(case, a_plan(), world.now)
    assert untold(case)[: len(first)] == first
    case.told = len(case.timeline.entries)
    assert Announce() not in advance(case, world.now)


def test_the_same_timeline_makes_the_same_events_with_the_same_ids() -> None:
    world = a_case().take(a_contact(), a_withdrawal()).play()
    assert _all_of(world) == world.announced
    assert len({event.id for event in world.announced}) == 3
    assert not any("." in event.id or "A2EXAMPLE" in event.id for event in world.announced)


def test_nothing_that_people_wrote_and_nobody_but_the_seller_id_is_in_an_event() -> None:
    world = a_case().take(a_plan(), a_contact(), a_withdrawal()).play()
    said = "".join(event.model_dump_json() for event in world.announced)
    for hidden in ("wrong supplier", "called in", "raised in error", "specialist", "bluekettle"):
        assert hidden not in said
    assert world.case.account.emergency_phone not in said


def _all_of(world: World) -> tuple[Announcement, ...]:
    case = world.case
    return announcements(case.id, case.account, case.timeline.entries)
