"""Every event is in the timeline: when, what, by whom, with what was said (section 5)."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.case import step_results
from domain.case.attempt import CallEnded, Purpose
from domain.case.events import Assign, ConversationOutcome, Decision, EventKind, ReportContact
from domain.case.status import Reason, Status
from domain.case.timeline import TimelineEntry, detail_of
from domain.case.view import view_of
from domain.shared.events import Event, SendLink
from domain.shared.result import Result
from tests.domain.case.build import (
    ACCEPT,
    HOUR,
    MINUTE,
    OTHER_ADDRESS,
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
    joins,
)
from tests.domain.case.cases_by_status import contacting, escalated, in_review
from tests.domain.case.world import World

NOTE = "looked at the whole file"


def two_issues() -> World:
    return contacting().take(joins("ISS-2"))


SAID: list[tuple[Callable[[], World], Event, EventKind, str, dict[str, Any]]] = [
    (
        contacting,
        a_contact(),
        EventKind.CONTACT,
        "specialist",
        {"code": "phone", "note": "called in"},
    ),
    (contacting, a_request(), EventKind.CALL_REQUESTED, "seller", {}),
    (contacting, a_plan(), EventKind.PLAN_SUBMITTED, "seller", {"version": 1}),
    (in_review, a_plan("other"), EventKind.PLAN_SUBMITTED, "seller", {"version": 2}),
    (in_review, a_plan(), EventKind.CONTACT, "seller", {"note": "sent version 1 again"}),
    (contacting, SendLink(by="page"), EventKind.LINK_REQUESTED, "page", {}),
    (
        in_review,
        REJECT,
        EventKind.PLAN_REVIEWED,
        "reviewer",
        {"version": 1, "code": "reject", "note": "say more about it"},
    ),
    (
        contacting,
        a_conversation(ConversationOutcome.UNRESOLVED),
        EventKind.CONVERSATION,
        "specialist",
        {"code": "unresolved", "note": "talked it through"},
    ),
    (
        escalated,
        a_decision(Decision.RESUME),
        EventKind.DECIDED,
        "lead",
        {"code": "resume", "note": NOTE},
    ),
    (
        contacting,
        joins("ISS-2"),
        EventKind.ISSUE_JOINED,
        "monitor",
        {"issue": "ISS-2", "note": "Restricted"},
    ),
    (
        contacting,
        a_harm_report(),
        EventKind.HARM_REPORTED,
        "investigator",
        {"code": "fraud", "note": "CASE-FILE-7"},
    ),
    (
        contacting,
        a_withdrawal(),
        EventKind.ISSUE_WITHDRAWN,
        "marketplace",
        {"note": "raised in error"},
    ),
    (
        contacting,
        a_withdrawal("ISS-1"),
        EventKind.ISSUE_WITHDRAWN,
        "marketplace",
        {"issue": "ISS-1", "note": "raised in error"},
    ),
    (
        two_issues,
        a_withdrawal("ISS-2"),
        EventKind.ISSUE_WITHDRAWN,
        "marketplace",
        {"issue": "ISS-2", "note": "raised in error"},
    ),
    (
        contacting,
        a_change(phone=OTHER_NUMBER, email=OTHER_ADDRESS),
        EventKind.CONTACT_CHANGED,
        "seller",
        {"changed": ("emergency_phone", "email")},
    ),
    (
        contacting,
        a_change(email=OTHER_ADDRESS),
        EventKind.CONTACT_CHANGED,
        "seller",
        {"changed": ("email",)},
    ),
]


@pytest.mark.parametrize(("begins", "event", "what", "by", "facts"), SAID)
def test_an_event_is_written_down_with_who_did_it_and_what_was_said(
    begins: Callable[[], World], event: Event, what: EventKind, by: str, facts: dict[str, Any]
) -> None:
    world = begins()
    before = len(world.case.timeline.entries)
    world.take(event)
    new = [entry for entry in world.case.timeline.entries[before:] if entry.what is what]
    assert new == [TimelineEntry(at=world.now, what=what, by=by, **facts)]


@pytest.mark.parametrize(
    ("facts", "detail"),
    [
        ({"about": "final_notice"}, "final notice"),
        ({"about": "notice", "served_by": "second"}, "notice, via second"),
        ({"status": "plan_review"}, "plan review"),
        ({"status": "escalated", "reason": "no_cooperation"}, "escalated (no cooperation)"),
        ({"missing": "enough_calls", "note": "no call rang"}, "no call rang"),
        ({"changed": ("emergency_phone", "email")}, "emergency number and email"),
        ({"issue": "ISS-2", "note": "Restricted"}, "ISS-2: Restricted"),
        ({"version": 2, "code": "more_information", "note": "a_b"}, "more information: a_b"),
        ({"version": 2}, "version 2"),
        ({}, ""),
    ],
)
def test_facts_and_notes_are_said_in_english(facts: dict[str, Any], detail: str) -> None:
    at = contacting().now
    assert detail_of(TimelineEntry(at=at, what=EventKind.CONTACT, **facts)) == detail


def test_it_is_said_who_works_the_case_from_then_on() -> None:
    world = contacting().take(Assign(by="lead", to="ana"), Assign(by="ana", to=None))
    said = [detail_of(e) for e in world.case.timeline.entries if e.what is EventKind.ASSIGNED]
    assert said == ["to ana", "to nobody"]


def test_an_acceptance_without_a_note_is_written_down_as_that() -> None:
    timeline = in_review().take(ACCEPT).case.timeline.entries
    reviewed = [(e.code, e.note) for e in timeline if e.what is EventKind.PLAN_REVIEWED]
    assert reviewed == [("accept", None)]


def test_a_change_of_status_is_written_down_with_its_reason() -> None:
    timeline = escalated().take(a_decision(Decision.RESUME)).case.timeline.entries
    became = [(e.status, e.reason) for e in timeline if e.what is EventKind.STATUS]
    assert became == [
        (Status.WORKING, None),
        (Status.ESCALATED, Reason.NO_COOPERATION),
        (Status.WORKING, None),
    ]


def test_the_seller_acknowledged_a_call_and_which_provider_placed_it() -> None:
    world = World(call_takes=30 * MINUTE)
    (call,) = [a for a in world.case.attempts.under_way if a.channel == "call"]
    step_results.reached_out(
        world.case, call.number, CallEnded(result=Result.CONNECTED, served_by="second"), world.now
    )
    entries = [
        e for e in world.case.timeline.entries if e.what in (EventKind.CALL, EventKind.CONTACT)
    ]
    assert [(e.by, e.about, e.served_by) for e in entries] == [
        ("engine", Purpose.NOTICE, "second"),
        ("seller", None, None),
    ]


def test_whether_the_desk_was_told_is_written_down() -> None:
    told, not_told = escalated(), escalated(desk_mail=False).play(25)
    assert EventKind.DESK_TOLD in {entry.what for entry in told.case.timeline.entries}
    assert EventKind.DESK_NOT_TOLD not in {entry.what for entry in told.case.timeline.entries}
    assert EventKind.DESK_NOT_TOLD in {entry.what for entry in not_told.case.timeline.entries}


def test_the_desk_told_a_day_late_is_told_again_a_day_on() -> None:
    case = escalated(desk_mail=False).case
    assert case.desk_due is not None
    heard = case.desk_due + 30 * HOUR
    step_results.told_desk(case, case.desk_due, True, heard)
    assert case.desk_due == heard + 24 * HOUR


def test_the_words_of_a_withdrawal_reach_the_seller() -> None:
    whole = contacting().take(a_withdrawal())
    one = contacting().take(joins("ISS-2"), a_withdrawal("ISS-2"))
    assert [e.note for e in whole.emails(Purpose.WITHDRAWN)] == ["raised in error"]
    assert [e.note for e in one.emails(Purpose.ISSUE_WITHDRAWN)] == ["raised in error"]


def test_an_issue_now_marked_harmful_is_shown_so_and_the_others_as_they_were() -> None:
    world = contacting().take(joins("ISS-2"), joins("ISS-1", harmful=True))
    assert [(i.id, i.harmful) for i in world.case.issues] == [("ISS-1", True), ("ISS-2", False)]


def test_a_case_cancelled_before_it_opened_says_so() -> None:
    case = a_new_case()
    case.cancel(case.opened_at)
    assert (case.status, case.reason) == (Status.WITHDRAWN, Reason.CANCELLED)


def test_the_view_gives_the_reason() -> None:
    assert view_of(escalated().case).reason == Reason.NO_COOPERATION


def test_what_people_write_counts_as_the_rules_say() -> None:
    """Section 5: a plan with its size as JSON, anything else with three times that and 500."""
    contact: ReportContact = a_contact()
    size = len(contact.model_dump_json().encode())
    assert contacting().take(contact).case.bytes_written == 3 * size + 500
    assert in_review().case.bytes_written == len(a_plan().model_dump_json().encode())
