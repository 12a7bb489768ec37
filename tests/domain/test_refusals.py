"""Each refusal says by a code and values what its words say (docs/api.md)."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.case.admission import MAXIMUM_WRITTEN
from domain.case.events import Assign, Confirm, Decision
from domain.case.policy import effective_policy
from domain.shared.errors import Refusal, Refused, explain
from domain.shared.events import Event, SendLink
from tests.domain.case.build import (
    ACCEPT,
    ASK_MORE,
    MINUTE,
    MONDAY_9,
    OTHER_NUMBER,
    a_change,
    a_contact,
    a_conversation,
    a_decision,
    a_harm_report,
    a_plan,
    a_request,
    a_withdrawal,
    joins,
)
from tests.domain.case.cases_by_status import contacting, escalated, in_review, working
from tests.domain.case.world import World
from tests.domain.enrollment.build import (
    ADDRESS_REMOVED,
    DEACTIVATED,
    READMITTED,
    REINSTATED,
    TODAY,
    rated,
)
from tests.domain.enrollment.build import a_change as an_account_change
from tests.domain.enrollment.sellers_by_status import enrolled
from tests.domain.enrollment.world import Programme

LINK = SendLink(by="page")
CONFIRM = Confirm(by="lead", confirm=True, note="sure")


def full() -> World:
    world = working()
    world.case.bytes_written = MAXIMUM_WRITTEN
    return world


def with_a_hundred_issues() -> World:
    return contacting().take(*(joins(f"ISS-{number}") for number in range(2, 101)))


def asked_six_times() -> World:
    world = contacting()
    for _ in range(6):
        world.take(a_request()).play(0.1)
    return world


def linked_three_times() -> World:
    world = contacting()
    for _ in range(3):
        world.take(LINK).play(0.3)
    return world


def changed_ten_times() -> World:
    world = contacting()
    for number in range(10):
        world.take(a_change(email=f"{number}@b.example")).play(0.1)
    return world


def enrollment_changed_ten_times() -> Programme:
    world = enrolled()
    for number in range(10):
        world.take(an_account_change(email=f"{number}@b.example")).play(0.01)
    return world


def account_unknown() -> World:
    world = World(account_service=False, account_answers=False)
    return world.take(a_harm_report()).play(24.1)


def missing_a_conversation() -> World:
    return in_review().take(ASK_MORE, a_plan("again"))


REFUSED: list[tuple[Callable[[], World | Programme], Event, Refusal, dict[str, Any]]] = [
    (
        lambda: contacting().take(a_withdrawal()),
        a_contact(),
        Refusal.CASE_ENDED,
        {"status": "withdrawn", "reason": "raised_in_error"},
    ),
    (full, a_contact(), Refusal.FILE_FULL, {}),
    (working, ACCEPT, Refusal.NOT_UNDER_REVIEW, {"status": "working"}),
    (working, a_decision(Decision.RESUME), Refusal.NOT_ESCALATED, {"status": "working"}),
    (missing_a_conversation, ACCEPT, Refusal.CONVERSATION_REQUIRED, {}),
    (account_unknown, a_decision(Decision.RESUME), Refusal.ACCOUNT_UNKNOWN, {}),
    (
        lambda: in_review().take(a_plan("again")),
        ACCEPT.model_copy(update={"version": 1}),
        Refusal.NEWER_VERSION,
        {"version": 1, "newest": 2},
    ),
    (
        in_review,
        ACCEPT.model_copy(update={"version": 2}),
        Refusal.NO_SUCH_VERSION,
        {"version": 2, "newest": 1},
    ),
    (
        lambda: missing_a_conversation().take(a_conversation()),
        ACCEPT.model_copy(update={"by": "specialist"}),
        Refusal.HELD_CONVERSATION,
        {"version": 2},
    ),
    (escalated, CONFIRM, Refusal.NOTHING_PROPOSED, {"status": "escalated"}),
    (
        lambda: escalated(policy={"second_person": True}).take(a_decision(Decision.DEACTIVATE)),
        CONFIRM,
        Refusal.OWN_PROPOSAL,
        {"proposed_at": (MONDAY_9 + timedelta(hours=72)).isoformat()},
    ),
    (with_a_hundred_issues, joins("ISS-101"), Refusal.TOO_MANY_ISSUES, {"maximum": 100}),
    (
        lambda: contacting().take(Assign(by="ana", to="ana")),
        Assign(by="ben", to="ben"),
        Refusal.HELD_BY_ANOTHER,
        {"since": MONDAY_9.isoformat()},
    ),
    (contacting, a_withdrawal("ISS-9"), Refusal.NO_SUCH_ISSUE, {"issue": "ISS-9"}),
    (
        Programme,
        rated({TODAY + timedelta(days=1): 250}),
        Refusal.IN_FUTURE,
        {
            "field": "ratings.0.date",
            "date": (TODAY + timedelta(days=1)).isoformat(),
            "today": TODAY.isoformat(),
        },
    ),
    (Programme, READMITTED, Refusal.NOT_EXPELLED, {"status": "not_eligible"}),
    (Programme, REINSTATED, Refusal.NOT_DEACTIVATED, {"status": "not_eligible"}),
    (
        lambda: enrolled().take(DEACTIVATED),
        REINSTATED.model_copy(update={"case_id": "case/US/A2EXAMPLE/run-0"}),
        Refusal.NOT_DEACTIVATED,
        {"status": "not_eligible"},
    ),
    (lambda: Programme(ADDRESS_REMOVED), LINK, Refusal.NO_EMAIL, {}),
]


def refusal_of(world: World | Programme, event: Event) -> Refused:
    with pytest.raises(Refused) as refused:
        world.take(event)
    json.dumps(refused.value.values)
    return refused.value


@pytest.mark.parametrize(("begins", "event", "code", "values"), REFUSED)
def test_a_refusal_has_a_code_and_values(
    begins: Callable[[], World | Programme], event: Event, code: Refusal, values: dict[str, Any]
) -> None:
    refused = refusal_of(begins(), event)
    assert (refused.code, refused.values) == (code, values)


@pytest.mark.parametrize(
    ("begins", "event", "code", "count"),
    [
        (lambda: contacting().take(a_request()), a_request(), Refusal.CALL_TOO_SOON, None),
        (asked_six_times, a_request(), Refusal.TOO_MANY_CALLS, {"calls": 6}),
        (lambda: contacting().take(LINK), LINK, Refusal.LINK_TOO_SOON, None),
        (linked_three_times, LINK, Refusal.TOO_MANY_LINKS, {"links": 3}),
        (
            changed_ten_times,
            a_change(phone=OTHER_NUMBER),
            Refusal.TOO_MANY_CHANGES,
            {"changes": 10},
        ),
        (
            enrollment_changed_ten_times,
            an_account_change(emergency_phone=OTHER_NUMBER),
            Refusal.TOO_MANY_CHANGES,
            {"changes": 10},
        ),
    ],
)
def test_what_comes_too_often_is_taken_from_the_moment_that_the_refusal_names(
    begins: Callable[[], World | Programme],
    event: Event,
    code: Refusal,
    count: dict[str, int] | None,
) -> None:
    world = begins()
    refused = refusal_of(world, event)
    again = refused.values.pop("again_from")
    assert (refused.code, refused.values) == (code, count or {})
    assert isinstance(again, str)
    world.now = datetime.fromisoformat(again) - MINUTE / 60
    refusal_of(world, event)
    world.now += MINUTE / 60
    world.take(event)


@pytest.mark.parametrize(
    ("seen", "code", "more"),
    [
        (0, Refusal.CHANGED_SINCE, {"new": ["contact", "status"]}),
        (1000, Refusal.NO_SUCH_EVENT, {}),
    ],
)
def test_a_judgement_of_something_else_says_how_many_events_there_are(
    seen: int, code: Refusal, more: dict[str, Any]
) -> None:
    world = escalated()
    decision = a_decision(Decision.RESUME).model_copy(update={"seen": seen})
    refused = refusal_of(world, decision)
    events = len(world.case.timeline.entries)
    assert (refused.code, refused.values) == (code, {"seen": seen, "events": events} | more)


def test_bad_input_is_explained_and_what_only_follows_from_it_is_not() -> None:
    with pytest.raises(ValueError, match="window") as refused:
        effective_policy({"window": "soon"})
    (problem,) = explain(refused.value).split("; ")
    assert problem.startswith("window: ")
    assert explain(ValueError("give another")) == "give another"


def test_every_code_stands_in_the_api() -> None:
    rules = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    assert [code for code in Refusal if f"`{code}`" not in rules] == []
