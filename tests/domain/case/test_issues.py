"""One open case per account: issues join it, and are struck from it (sections 3 and 5)."""

from collections.abc import Callable

import pytest

from domain.case import marketplace_updates
from domain.case.attempt import Purpose
from domain.case.marketplace_updates import MAXIMUM_ISSUES
from domain.case.status import Reason, Status
from domain.shared.errors import Refused
from tests.domain.case.build import (
    MONDAY_9,
    a_contact,
    a_plan,
    a_withdrawal,
    an_issue,
    joins,
)
from tests.domain.case.cases_by_status import (
    OPEN_STATUSES,
    contacting,
    escalated,
    in_review,
    working,
)
from tests.domain.case.world import World


@pytest.mark.parametrize(
    ("start", "becomes", "about"),
    [
        pytest.param(contacting, Status.CONTACTING, Purpose.NOTICE, id="contacting"),
        pytest.param(working, Status.WORKING, Purpose.ISSUE_JOINED, id="working"),
        pytest.param(in_review, Status.WORKING, Purpose.PLAN_DUE, id="plan_review"),
        pytest.param(escalated, Status.ESCALATED, Purpose.ISSUE_JOINED, id="escalated"),
    ],
)
def test_an_issue_that_joins_is_news_to_the_seller(
    start: Callable[[], World], becomes: Status, about: Purpose
) -> None:
    world = start().play(1)
    before = len(world.emails())
    world.take(joins())
    assert world.status is becomes
    assert [a.about for a in world.emails()[before:]] == [about]
    assert [i.id for i in world.case.issues] == ["ISS-1", "ISS-2"]


@pytest.mark.parametrize("start", OPEN_STATUSES)
def test_an_issue_named_again_changes_nothing(start: Callable[[], World]) -> None:
    world = start().play(1)
    before = world.case.model_copy()
    world.take(joins("ISS-1"))
    assert world.case == before


def test_an_issue_named_ever_so_often_does_not_use_up_the_sellers_room() -> None:
    world = working()
    for _ in range(4000):
        marketplace_updates.add_issue(world.case, joins("ISS-1"), world.now)
    world.take(a_plan())
    assert world.status is Status.PLAN_REVIEW


@pytest.mark.parametrize("start", OPEN_STATUSES)
def test_one_issue_of_several_is_struck_and_the_case_goes_on(start: Callable[[], World]) -> None:
    world = start().take(joins()).play(1)
    status = world.status
    world.take(a_withdrawal("ISS-1"))
    assert world.status is status
    assert [i.id for i in world.case.issues] == ["ISS-2"]
    assert len(world.emails(Purpose.ISSUE_WITHDRAWN)) == 1


def test_an_issue_that_was_struck_can_join_again() -> None:
    world = working().take(joins(), a_withdrawal("ISS-2"), joins())
    assert [i.id for i in world.case.issues] == ["ISS-1", "ISS-2"]


def test_striking_the_only_issue_withdraws_the_case() -> None:
    world = working().take(a_withdrawal("ISS-1"))
    assert (world.status, world.case.reason) == (Status.WITHDRAWN, Reason.RAISED_IN_ERROR)


def test_striking_an_issue_the_case_does_not_have_is_refused() -> None:
    with pytest.raises(Refused, match="no issue ISS-7"):
        working().take(a_withdrawal("ISS-7"))


@pytest.mark.parametrize("start", OPEN_STATUSES)
def test_a_case_raised_in_error_is_withdrawn_and_the_seller_is_told(
    start: Callable[[], World],
) -> None:
    world = start().play(1).take(joins(), a_withdrawal())
    assert (world.status, world.case.reason) == (Status.WITHDRAWN, Reason.RAISED_IN_ERROR)
    assert len(world.emails(Purpose.WITHDRAWN)) == 1
    assert world.case.closed_at == world.now
    assert world.deactivations == 0


@pytest.mark.parametrize("start", OPEN_STATUSES)
def test_a_cancelled_workflow_withdraws_the_case_and_the_seller_is_told(
    start: Callable[[], World],
) -> None:
    world = start().play(1).cancel()
    assert (world.status, world.case.reason) == (Status.WITHDRAWN, Reason.CANCELLED)
    assert len(world.emails(Purpose.WITHDRAWN)) == 1
    assert world.deactivations == 0


def test_a_case_takes_only_so_many_issues() -> None:
    issues = [an_issue(f"ISS-{n}") for n in range(MAXIMUM_ISSUES)]
    world = World(MONDAY_9, *issues).take(a_contact())
    with pytest.raises(Refused, match="takes no more"):
        world.take(joins("ONE-MORE"))


def test_a_harmful_issue_is_harm_also_in_a_case_that_takes_no_more_issues() -> None:
    issues = [an_issue(f"ISS-{n}") for n in range(MAXIMUM_ISSUES)]
    world = World(MONDAY_9, *issues).take(a_contact(), joins("ONE-MORE", harmful=True))
    assert world.status is Status.DEACTIVATED
