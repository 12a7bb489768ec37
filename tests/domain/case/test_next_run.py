"""A case continues as new with all that it is."""

from domain.case.case import Case
from domain.case.marketplace_updates import MAXIMUM_ISSUES
from tests.domain.case.build import joins
from tests.domain.case.world import World
from workflows.case.input import CaseInput


def test_a_harmful_issue_beyond_the_most_is_carried_too() -> None:
    world = World(account_service=False)
    world.take(*(joins(f"ISS-{number}") for number in range(2, MAXIMUM_ISSUES + 1)))
    world.take(joins("ISS-FRAUD", harmful=True))
    start = CaseInput.model_validate(CaseInput.of_next_run(world.case).model_dump(mode="json"))
    assert Case.model_validate(start.carried).issues == world.case.issues
    assert len(world.case.issues) == MAXIMUM_ISSUES + 1
