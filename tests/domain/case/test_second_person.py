"""A deactivation that a second person confirms (docs/rules.md, section 5)."""

from collections.abc import Callable

import pytest

from domain.case.activity_inputs import tell_desk_input
from domain.case.events import Confirm, Decision, EventKind
from domain.case.status import Reason, Status
from domain.case.view import view_of
from domain.shared.errors import Refusal, Refused
from domain.shared.events import Event, RecordDeactivation
from tests.domain.case.build import (
    a_contact,
    a_conversation,
    a_decision,
    a_harm_report,
    a_plan,
    a_withdrawal,
    joins,
)
from tests.domain.case.cases_by_status import contacting, escalated, working
from tests.domain.case.world import World

RESOLVE, DEACTIVATE, RESUME = (a_decision(d) for d in Decision)
CONFIRM = Confirm(by="another lead", confirm=True, note="read the whole file")
DECLINE = Confirm(by="another lead", confirm=False, note="their line was down")
WANTED = {"second_person": True}


def proposed() -> World:
    return escalated(policy=WANTED).take(DEACTIVATE)


def proposer(world: World) -> str | None:
    found = view_of(world.case).proposed
    return found.by if found else None


def refusal_of(world: World, event: Event) -> Refused:
    with pytest.raises(Refused) as refused:
        world.take(event)
    return refused.value


def test_by_default_one_person_decides() -> None:
    assert escalated().take(DEACTIVATE).status is Status.DEACTIVATED


def test_a_decision_to_deactivate_is_only_proposed() -> None:
    world = proposed().play(24 * 30)
    assert (world.status, world.deactivations) == (Status.ESCALATED, 0)
    found = view_of(world.case).proposed
    assert found is not None
    assert (found.by, found.note) == (DEACTIVATE.by, DEACTIVATE.note)
    entry = next(e for e in world.case.timeline.entries if e.what is EventKind.PROPOSED)
    assert (entry.by, entry.code, entry.at) == ("lead", "deactivate", found.at)
    assert entry.note == DEACTIVATE.note


def test_the_other_decisions_need_no_second_person() -> None:
    assert escalated(policy=WANTED).take(RESOLVE).status is Status.RESOLVED
    assert escalated(policy=WANTED).take(RESUME).status is Status.WORKING


def test_the_desk_hears_of_a_proposal_at_once_and_again_each_24_hours() -> None:
    world = escalated(policy=WANTED).play(5).take(DEACTIVATE)
    assert [world.hour(at) for at in world.desk_mails] == [72, 77]
    assert tell_desk_input(world.case, world.now).proposed is not None
    world.play(49)
    assert [world.hour(at) for at in world.desk_mails] == [72, 77, 101, 125]


def test_another_person_confirms_it() -> None:
    world = proposed().take(CONFIRM)
    assert (world.status, world.case.reason) == (Status.DEACTIVATED, Reason.DECISION)
    assert world.deactivations == 1
    entry = next(e for e in world.case.timeline.entries if e.what is EventKind.CONFIRMED)
    assert (entry.by, entry.note) == (CONFIRM.by, CONFIRM.note)


@pytest.mark.parametrize("by", ["lead", "Lead"])
def test_whoever_proposed_it_does_not_confirm_it(by: str) -> None:
    world = proposed()
    refused = refusal_of(world, CONFIRM.model_copy(update={"by": by}))
    assert refused.code is Refusal.OWN_PROPOSAL
    assert (world.status, proposer(world)) == (Status.ESCALATED, "lead")


@pytest.mark.parametrize("by", ["another lead", "lead"])
def test_declined_it_is_escalated_as_before_and_the_desk_is_reminded(by: str) -> None:
    world = proposed().play(1).take(DECLINE.model_copy(update={"by": by}))
    assert (world.status, proposer(world)) == (Status.ESCALATED, None)
    newest = world.case.timeline.entries[-1]
    assert (newest.what, newest.by, newest.note) == (EventKind.DECLINED, by, DECLINE.note)
    world.play(24)
    assert [world.hour(at) for at in world.desk_mails] == [72, 72, 96]
    assert refusal_of(world, CONFIRM).code is Refusal.NOTHING_PROPOSED
    assert world.take(RESUME).status is Status.WORKING


def test_a_further_proposal_takes_the_place_of_the_old_one() -> None:
    world = proposed().take(DEACTIVATE.model_copy(update={"by": "another lead"}))
    assert proposer(world) == "another lead"
    assert refusal_of(world, CONFIRM).code is Refusal.OWN_PROPOSAL
    assert world.take(CONFIRM.model_copy(update={"by": "lead"})).status is Status.DEACTIVATED


def test_a_new_version_of_the_plan_takes_the_proposal_away() -> None:
    world = proposed().take(a_plan())
    assert (world.status, proposer(world)) == (Status.ESCALATED, None)
    world.take(DEACTIVATE, a_plan())  # the same text once more
    assert proposer(world) == "lead"


@pytest.mark.parametrize("event", [a_contact(), a_conversation(), joins(), a_plan()])
def test_who_has_not_seen_what_the_seller_did_since_does_not_confirm(event: Event) -> None:
    world = proposed()
    seen = len(world.case.timeline.entries)
    confirm = CONFIRM.model_copy(update={"seen": seen})
    assert refusal_of(world.take(event), confirm).code is Refusal.CHANGED_SINCE


def test_who_has_not_seen_the_proposal_does_not_decide() -> None:
    world = escalated(policy=WANTED)
    resume = RESUME.model_copy(update={"seen": len(world.case.timeline.entries)})
    refused = refusal_of(world.take(DEACTIVATE), resume)
    assert refused.values["new"] == ["proposed"]


@pytest.mark.parametrize(
    ("event", "becomes"),
    [
        (RESOLVE, Status.RESOLVED),
        (RESUME, Status.WORKING),
        (a_harm_report(), Status.DEACTIVATED),
        (a_withdrawal(), Status.WITHDRAWN),
        (RecordDeactivation(by="marketplace"), Status.NOT_COVERED),
    ],
)
def test_whatever_ends_the_escalation_takes_the_proposal_away(
    event: Event, becomes: Status
) -> None:
    world = proposed().take(event)
    assert (world.status, proposer(world)) == (becomes, None)


@pytest.mark.parametrize("start", [contacting, working, escalated])
def test_there_is_nothing_to_confirm_where_nothing_is_proposed(start: Callable[[], World]) -> None:
    refused = refusal_of(start(), CONFIRM)
    assert refused.code is Refusal.NOTHING_PROPOSED
    assert refused.values == {"status": start().status.value}
