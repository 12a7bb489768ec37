"""What counts as contact, and the first rows of the table in docs/rules.md, section 5."""

import pytest

from domain.case.attempt import Channel, Purpose
from domain.case.events import ConversationOutcome, EventKind
from domain.case.status import Reason, Status
from domain.shared.errors import Refused
from domain.shared.events import Event
from tests.domain.case.build import (
    ACCEPT,
    ASK_MORE,
    REJECT,
    a_contact,
    a_conversation,
    a_plan,
    a_request,
    joins,
)
from tests.domain.case.cases_by_status import in_review, working
from tests.domain.case.world import World

CONTACTS = [
    a_contact(),
    a_request(),
    a_conversation(),
    a_conversation(ConversationOutcome.UNRESOLVED),
]


@pytest.mark.parametrize("event", CONTACTS)
def test_contacting_becomes_working_by_a_contact_that_is_not_a_plan(event: Event) -> None:
    assert World().play(5).take(event).status is Status.WORKING


@pytest.mark.parametrize("start", [World, working])
def test_contacting_and_working_become_plan_review_by_a_plan(start: type[World]) -> None:
    world = start().take(a_plan())
    assert world.status is Status.PLAN_REVIEW
    assert world.case.reached
    assert [p.version for p in world.case.plans.versions] == [1]


@pytest.mark.parametrize("event", CONTACTS)
def test_plan_review_stays_as_it_was_by_a_contact(event: Event) -> None:
    assert in_review().take(event).status is Status.PLAN_REVIEW


@pytest.mark.parametrize("event", [a_contact(), a_request(), a_conversation(), joins()])
def test_working_counts_its_72_hours_anew_from_a_sign_of_the_seller_or_a_joined_issue(
    event: Event,
) -> None:
    world = working().play(50).take(event)
    assert world.status is Status.WORKING
    assert world.hour(world.case.deadline) == 50 + 72


def test_working_counts_its_72_hours_anew_from_becoming_working_again() -> None:
    world = in_review().play(50).take(REJECT)
    assert world.hour(world.case.deadline) == 50 + 72


@pytest.mark.parametrize("event", [*CONTACTS, a_plan()])
def test_nobody_who_works_with_us_is_deactivated_by_a_timer(event: Event) -> None:
    world = World().play(71).take(event).play(24 * 60)
    assert world.status in (Status.ESCALATED, Status.PLAN_REVIEW)
    assert world.deactivations == 0


def test_working_for_72_hours_without_a_sign_escalates_after_a_reminder_at_half_time() -> None:
    world = working().play(35.9)
    assert world.emails(Purpose.COOPERATION_REMINDER) == []
    world.play(36)
    assert world.hours_of(world.emails(Purpose.COOPERATION_REMINDER)) == [36]
    assert world.status is Status.WORKING
    world.play(0.1)
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.NO_COOPERATION)
    assert [world.hour(at) for at in world.desk_mails] == [72]


def test_a_sign_of_the_seller_puts_the_reminder_off() -> None:
    world = working().play(30).take(a_contact()).play(71)
    assert world.hours_of(world.emails(Purpose.COOPERATION_REMINDER)) == [66]


def test_a_plan_stops_the_reminder() -> None:
    world = working().play(30).take(a_plan()).play(30)
    assert world.emails(Purpose.COOPERATION_REMINDER) == []


def test_a_plan_submitted_again_is_reviewed_in_its_newest_version() -> None:
    world = in_review().take(a_plan("a second thought")).take(ACCEPT)
    first, second = world.case.plans.versions
    assert (first.decision, second.decision) == (None, "accept")
    assert second.plan.root_causes == ("a second thought",)


def test_plan_review_has_no_end_of_its_own_and_the_desk_is_told_at_once_and_each_24_hours() -> None:
    world = in_review().play(24 * 30 + 1)
    assert world.status is Status.PLAN_REVIEW
    assert [world.hour(at) for at in world.desk_mails] == [24 * day for day in range(31)]


def test_a_reviewed_plan_reminds_nobody() -> None:
    world = in_review().play(23).take(REJECT).play(30)
    assert [world.hour(at) for at in world.desk_mails] == [0]


def test_a_plan_accepted_resolves_and_the_seller_is_told() -> None:
    world = in_review().play(1).take(ACCEPT)
    assert (world.status, world.case.reason) == (Status.RESOLVED, Reason.PLAN_ACCEPTED)
    assert len(world.emails(Purpose.RESOLVED)) == 1
    assert world.case.closed_at == world.now
    reviewed = world.case.plans.versions[-1]
    assert (reviewed.reviewed_by, reviewed.reviewed_at) == ("reviewer", world.now)


def test_a_plan_rejected_goes_back_to_working_and_the_seller_is_emailed_why() -> None:
    world = in_review().take(REJECT)
    assert world.status is Status.WORKING
    assert [a.note for a in world.emails(Purpose.PLAN_REJECTED)] == [REJECT.note]


def test_an_answer_names_the_version_it_answers_also_where_a_newer_one_came_at_once() -> None:
    world = in_review().take(REJECT, a_plan(), ASK_MORE, a_plan())
    answers = world.emails(Purpose.PLAN_REJECTED, Purpose.MORE_INFORMATION)
    assert [(a.about, a.plan) for a in answers] == [
        (Purpose.PLAN_REJECTED, 1),
        (Purpose.MORE_INFORMATION, 2),
    ]


def test_the_third_rejection_escalates() -> None:
    world = in_review().take(REJECT, a_plan(), REJECT, a_plan())
    assert world.status is Status.PLAN_REVIEW
    world.take(REJECT)
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.PLANS_REJECTED)
    assert len(world.emails(Purpose.PLAN_REJECTED)) == 3


@pytest.mark.parametrize("start", [World, working])
def test_a_review_without_a_plan_under_review_is_refused(start: type[World]) -> None:
    with pytest.raises(Refused, match="no plan is under review"):
        start().take(ACCEPT)


@pytest.mark.parametrize("start", [World, working, in_review])
def test_a_conversation_that_resolves_the_case_ends_it(start: type[World]) -> None:
    world = start().take(a_conversation(ConversationOutcome.RESOLVED))
    assert (world.status, world.case.reason) == (Status.RESOLVED, Reason.CONVERSATION)
    assert len(world.emails(Purpose.RESOLVED)) == 1


def test_every_event_of_a_person_is_in_the_timeline_with_who_did_it() -> None:
    world = working().take(a_request(), a_conversation(), a_plan(), REJECT, joins())
    by = {e.what: e.by for e in world.case.timeline.entries if e.by != "engine"}
    assert by == {
        EventKind.CONTACT: "specialist",
        EventKind.CALL_REQUESTED: "seller",
        EventKind.CONVERSATION: "specialist",
        EventKind.PLAN_SUBMITTED: "seller",
        EventKind.PLAN_REVIEWED: "reviewer",
        EventKind.ISSUE_JOINED: "monitor",
    }


def test_no_call_of_the_agenda_is_made_once_the_seller_works_with_us() -> None:
    world = working().play(71)
    calls = [a for a in world.made(Channel.CALL) if a.at > world.case.opened_at]
    assert calls == []
