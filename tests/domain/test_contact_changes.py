"""How often a seller changes number and address, and who has no limit (rules.md, section 2)."""

import pytest

from domain.enrollment.events import AccountNews
from domain.shared.errors import Refusal, Refused
from domain.shared.events import Event, SendLink
from domain.shared.result import Result
from tests.domain.case.build import ADDRESS, NUMBER, OTHER_NUMBER, a_change
from tests.domain.case.cases_by_status import contacting
from tests.domain.enrollment.build import TODAY, rated
from tests.domain.enrollment.build import a_change as an_account_change
from tests.domain.enrollment.sellers_by_status import enrolled
from tests.domain.enrollment.test_verification import ASK, refusal
from tests.domain.enrollment.world import Programme


def by(author: str, event: Event) -> Event:
    return event.model_copy(update={"by": author})


def changed_ten_times() -> Programme:
    world = enrolled()
    for number in range(10):
        world.take(an_account_change(email=f"{number}@b.example"))
    return world


@pytest.mark.parametrize("author", ["ana", "marketplace", "case"])
def test_nobody_but_the_seller_is_limited_in_an_enrollment(author: str) -> None:
    world = changed_ten_times()
    for number in range(12):
        world.take(by(author, an_account_change(email=f"{number}@c.example")))
    world.take(rated({TODAY: 800}, AccountNews(email=ADDRESS)))
    assert world.enrollment.account.email == ADDRESS


@pytest.mark.parametrize("author", ["ana", "marketplace", "enrollment"])
def test_nobody_but_the_seller_is_limited_in_a_case(author: str) -> None:
    world = contacting()
    for number in range(10):
        world.take(a_change(email=f"{number}@b.example"))
    for number in range(12):
        world.take(by(author, a_change(email=f"{number}@c.example")))
    with pytest.raises(Refused) as refused:
        world.take(a_change(email=ADDRESS))
    assert refused.value.code is Refusal.TOO_MANY_CHANGES


def test_others_changes_and_other_changes_take_nothing_from_the_seller() -> None:
    world = enrolled()
    for number in range(12):
        world.take(by("ana", an_account_change(email=f"{number}@b.example")))
        world.take(an_account_change(name=f"Shop {number}"))
        world.take(an_account_change(emergency_phone=NUMBER))  # it is the number already
    world.take(an_account_change(emergency_phone=OTHER_NUMBER))
    assert world.enrollment.account.emergency_phone == OTHER_NUMBER


def test_others_changes_of_a_case_take_nothing_from_the_seller() -> None:
    world = contacting()
    for number in range(12):
        world.take(by("ana", a_change(email=f"{number}@b.example")))
    assert world.take(a_change(email=ADDRESS)).case.account.email == ADDRESS


def test_a_limit_holds_whatever_else_the_seller_asks_for_meanwhile() -> None:
    world = changed_ten_times()
    for _ in range(3):
        world.take(SendLink(by="page")).play(0.011)
    world.call_refused_as = Result.CANCELLED  # such requests have no limit of their own
    for _ in range(60):
        world.take(ASK)
    assert refusal(world, an_account_change(email=ADDRESS)) is Refusal.TOO_MANY_CHANGES
    assert refusal(world, SendLink(by="page")) is Refusal.TOO_MANY_LINKS
