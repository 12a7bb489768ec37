"""What a report knows of a case."""

from domain.case.attempt import Channel
from domain.case.events import Decision
from domain.case.status import Reason, Status
from domain.case.view import view_of
from domain.shared.result import Result
from reports.row import Rang, ReportRow, row_of
from tests.domain.case.build import (
    ACCEPT,
    ASK_MORE,
    HOUR,
    MONDAY_9,
    a_contact,
    a_conversation,
    a_decision,
    a_plan,
    a_request,
)
from tests.domain.case.world import World


def row(world: World) -> ReportRow:
    return row_of(view_of(world.case), world.now)


def test_a_silent_case() -> None:
    world = World()
    world.play()
    found = row(world)
    assert (found.status, found.reason) == (Status.DEACTIVATED, Reason.NOT_REACHED)
    assert (found.reached, found.hours_to_contact, found.contact) == (False, None, None)
    assert (found.reached_by, found.reached_by_number) == (None, None)
    assert (found.calls, found.calls_answered) == (len(world.calls()), 0)
    assert found.calls_rang == found.calls == len(found.rang)
    assert found.emails == len(world.emails())
    assert 72 <= found.hours_open < 73
    assert (found.week, found.opened_at) == ("2026-W10", MONDAY_9)


def test_who_answers_a_call_is_reached_by_it() -> None:
    world = World(calls={2: Result.CONNECTED})
    world.play(30)
    found = row(world)
    second = world.calls()[1]
    assert (found.contact, found.reached_by, found.reached_by_number) == ("call", Channel.CALL, 2)
    assert found.hours_to_contact == round((second.at - MONDAY_9) / HOUR + 1 / 60, 4)
    assert found.calls_answered == 1


def test_who_writes_is_reached_by_the_last_notice_that_got_through() -> None:
    """The first call is busy, which rings; then nothing rings but e-mails get through."""
    world = World(calls=Result.PROVIDER_FAILED)
    world.play(10)
    emails = len(world.emails())
    world.take(a_contact())
    found = row(world)
    assert (found.reached_by, found.reached_by_number) == (Channel.EMAIL, emails)
    assert found.hours_to_contact == 10
    assert found.calls_rang == 0
    assert found.rang == ()


def test_a_plan_and_the_button_are_contacts() -> None:
    assert row(World().take(a_plan())).contact == "plan"
    assert row(World().take(a_request())).contact == "call_requested"


def test_how_long_reviewers_took_and_how_many_versions() -> None:
    world = World().take(a_plan())
    world.play(5)
    world.take(ASK_MORE)
    world.play(2)
    world.take(a_conversation(), a_plan("again"))
    world.play(1)
    world.take(ACCEPT)
    world.play()
    found = row(world)
    assert found.review_hours == (5, 1)
    assert (found.plans, found.plans_until_accepted) == (2, 2)
    assert (found.escalations, found.escalated_hours) == (0, 0)


def test_each_escalation_counts_with_its_time() -> None:
    world = World(calls=Result.PROVIDER_FAILED)  # so we have not really tried
    world.play(80)
    assert world.status is Status.ESCALATED
    since = row(world).escalated_hours
    world.play(4)
    assert round(row(world).escalated_hours - since, 4) == 4
    world.take(a_decision(Decision.RESUME))
    world.play(3)
    found = row(world)
    assert found.escalations == 1
    assert round(found.escalated_hours - since, 4) == 4


def test_calls_are_seen_at_the_seller_s_hour() -> None:
    world = World(zone="America/Los_Angeles")
    world.play(1)
    assert row(world).rang[0] == Rang(weekday=0, hour=9, answered=False)
    elsewhere = world.case.account.model_copy(update={"time_zone": "America/New_York"})
    view = view_of(world.case).model_copy(update={"account": elsewhere})
    assert row_of(view, world.now).rang[0].hour == 12


def test_nothing_personal_is_in_a_row() -> None:
    world = World(calls={1: Result.CONNECTED}).take(a_plan())
    world.play()
    account = world.case.account
    said = row(world).model_dump_json()
    for secret in (account.name, account.email, account.emergency_phone):
        assert secret not in said
