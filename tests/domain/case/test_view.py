"""What anybody may see of a case (docs/api.md)."""

import json

import pytest

from domain.case.attempt import Channel, Purpose
from domain.case.status import CannotCall
from domain.case.view import CaseView, view_of
from domain.shared.result import Result
from tests.domain.case.build import (
    ACCEPT,
    ASK_MORE,
    HOUR,
    MINUTE,
    MONDAY_9,
    OTHER_NUMBER,
    a_change,
    a_contact,
    a_plan,
)
from tests.domain.case.cases_by_status import in_review
from tests.domain.case.world import World


def test_the_view_has_the_names_that_clients_rely_on_and_absent_values_are_null() -> None:
    world = World(call_takes=5 * MINUTE)
    view = json.loads(view_of(world.case).model_dump_json())
    assert set(view) == {
        "id",
        "status",
        "reason",
        "opened_at",
        "deadline",
        "closed_at",
        "account",
        "issues",
        "agenda",
        "attempts",
        "plans",
        "conversation_required",
        "assignee",
        "assigned_until",
        "proposed",
        "call_again_from",
        "cannot_call",
        "email_needed",
        "account_deactivated",
        "account_unknown",
        "timeline",
    }
    assert view["reason"] is None
    assert view["closed_at"] is None
    assert view["status"] == "contacting"
    assert view["id"] == "case/US/A2EXAMPLE/run-1"


def test_the_agenda_shows_channel_purpose_and_time_of_what_is_to_come() -> None:
    view = view_of(World().case)
    assert [set(json.loads(p.model_dump_json())) for p in view.agenda[:1]] == [
        {"channel", "about", "due"}
    ]
    assert len([p for p in view.agenda if p.channel is Channel.EMAIL]) == 4
    together = [p.channel for p in view.agenda if p.due == MONDAY_9 + 24 * HOUR]
    assert together == [Channel.EMAIL, Channel.CALL]
    assert [p.due for p in view.agenda] == sorted(p.due for p in view.agenda)


def test_attempts_are_in_the_order_of_their_numbers_with_null_for_one_under_way() -> None:
    view = view_of(World(call_takes=MINUTE, email_takes=5 * MINUTE).play(0.05).case)
    assert [(a.number, a.channel, a.about, a.at, a.result) for a in view.attempts] == [
        (1, "email", "notice", MONDAY_9, None),
        (2, "call", "notice", MONDAY_9, "no_answer"),
    ]


def test_a_plan_shows_its_version_and_what_a_reviewer_made_of_it() -> None:
    view = view_of(in_review().take(ASK_MORE, a_plan()).case)
    shown = [(p.version, p.decision, p.note, p.reviewed_by) for p in view.plans]
    assert shown == [
        (1, "more_information", ASK_MORE.note, "reviewer"),
        (2, None, None, None),
    ]
    assert view.conversation_required


def test_the_view_says_why_the_number_is_not_called() -> None:
    world = World(not_called="is a satellite number")
    assert view_of(world.case).cannot_call is CannotCall.NOT_CALLED
    world.take(a_change(phone=OTHER_NUMBER))
    assert view_of(world.case).cannot_call is None
    world = World(calls=Result.INVALID_NUMBER).play(1)
    assert view_of(world.case).cannot_call is CannotCall.NO_SUCH_NUMBER


def test_the_view_says_whether_another_address_is_to_be_found_out() -> None:
    assert not view_of(World().case).email_needed
    assert view_of(World(emails=Result.BOUNCED).case).email_needed


def test_the_view_says_whether_the_account_is_deactivated() -> None:
    assert not view_of(World().case).account_deactivated
    assert view_of(World(already_deactivated=True).case).account_deactivated


@pytest.mark.parametrize("hours", [0, 10, 40])
def test_the_deadline_shown_is_the_end_of_cooperation_in_working_else_the_last_one(
    hours: float,
) -> None:
    world = World().play(hours)
    assert view_of(world.case).deadline == world.case.deadline
    assert world.hour(view_of(world.case).deadline) == 72
    world.take(a_contact())
    assert world.hour(view_of(world.case).deadline) == hours + 72
    world.play(1).take(a_plan())
    assert world.hour(view_of(world.case).deadline) == hours + 72
    world.play(1).take(ACCEPT)
    view = view_of(world.case)
    assert world.hour(view.deadline) == hours + 72
    assert world.hour(view.closed_at) == hours + 2


def test_the_agenda_is_empty_once_a_case_is_closed() -> None:
    view = view_of(in_review().take(ACCEPT).case)
    assert view.agenda == ()
    assert view.attempts[-1].about is Purpose.RESOLVED


def test_the_view_survives_being_sent() -> None:
    view = view_of(in_review().take(ASK_MORE).play(30).case)
    assert CaseView.model_validate_json(view.model_dump_json()) == view
