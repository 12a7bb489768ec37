"""By what a case is found (docs/api.md, search attributes)."""

from domain.case.found_by import found_by
from domain.case.steps import LookUpFindHashes
from domain.shared.names import issue_hash, typed_reference
from tests.domain.case.build import (
    ADDRESS,
    MINUTE,
    NUMBER,
    OTHER_ADDRESS,
    OTHER_NUMBER,
    a_change,
    a_withdrawal,
    joins,
)
from tests.domain.case.world import World


def test_it_is_found_by_its_issues_its_references_and_its_hashes() -> None:
    case = World(find_hashes=("a", "b")).take(joins("ISS-2")).case
    typed = typed_reference(NUMBER, case.id)
    assert found_by(case) == [issue_hash("ISS-1"), issue_hash("ISS-2"), "run-1", typed, "a", "b"]


def test_a_changed_contact_gets_new_hashes() -> None:
    world = World(find_hashes=("old",)).take(a_change(email=OTHER_ADDRESS))
    assert world.case.find_hashes == (OTHER_ADDRESS, NUMBER)
    world.take(a_change(phone=OTHER_NUMBER))
    assert world.case.find_hashes == (OTHER_ADDRESS, OTHER_NUMBER)
    assert typed_reference(OTHER_NUMBER, world.case.id) in found_by(world.case)


def test_one_that_changes_while_it_is_looked_up_is_looked_up_again() -> None:
    world = World(find_hashes=("old",))
    world.look_up_takes = world.durations[next(iter(world.durations))]
    world.take(a_change(email=OTHER_ADDRESS), a_change(phone=OTHER_NUMBER))
    assert world.case.find_hashes == ("old",)
    assert world.play(1).case.find_hashes == (OTHER_ADDRESS, OTHER_NUMBER)


def test_where_there_is_no_secret_nothing_is_looked_up() -> None:
    world = World()
    world.look_up_takes = MINUTE
    world.take(a_change(email=OTHER_ADDRESS))
    assert LookUpFindHashes() not in world._tasks


def test_what_is_still_to_be_looked_up_is_so_when_the_number_is_named_again() -> None:
    world = World(find_hashes=("old",), not_called="is a satellite number")
    world.look_up_takes = MINUTE
    world.take(a_change(email=OTHER_ADDRESS), a_change(phone=NUMBER))
    assert world.play(1).case.find_hashes == (OTHER_ADDRESS, NUMBER)


def test_what_changes_nothing_is_not_looked_up_and_the_end_waits_for_what_is() -> None:
    world = World(find_hashes=("old",)).take(a_change(email=ADDRESS))
    assert world.case.find_hashes == ("old",)
    world.look_up_takes = world.durations[next(iter(world.durations))]
    case = world.take(a_change(email=OTHER_ADDRESS), a_withdrawal()).play(1).case
    assert case.closed_at is not None
    assert case.find_hashes == (OTHER_ADDRESS, NUMBER)
