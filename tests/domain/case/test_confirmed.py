"""A changed number or address is confirmed, and the desk hears of plans (docs/rules.md)."""

import pytest

from domain.case.attempt import Purpose
from domain.case.events import ChangeContact, ConversationOutcome
from domain.shared.events import Event
from domain.shared.result import Result
from tests.domain.case.build import (
    ADDRESS,
    MINUTE,
    NUMBER,
    OTHER_ADDRESS,
    OTHER_NUMBER,
    a_change,
    a_contact,
    a_conversation,
    a_harm_report,
    a_plan,
    a_withdrawal,
    apply,
)
from tests.domain.case.world import World

RESOLVED = ConversationOutcome.RESOLVED


def told_by_enrollment(**values: str) -> ChangeContact:
    return ChangeContact(by="enrollment", from_enrollment=True, **values)


def test_a_changed_number_is_confirmed_to_the_address_by_its_last_two_digits() -> None:
    world = World().take(a_change(phone=OTHER_NUMBER)).play(1)
    (email,) = world.emails(Purpose.CONTACT_CHANGED)
    assert email.to == ADDRESS
    assert email.confirms is not None
    assert email.confirms.number_ends == OTHER_NUMBER[-2:]


def test_a_changed_extension_is_confirmed_and_can_be_removed() -> None:
    world = World().take(ChangeContact(by="seller", emergency_phone=NUMBER, extension="12")).play(1)
    (email,) = world.emails(Purpose.CONTACT_CHANGED)
    assert email.confirms is not None
    assert email.confirms.number_changed
    assert world.case.account.extension == "12"
    world.take(a_change(phone=NUMBER))
    assert world.case.account.extension == "12", "the same number keeps its own"
    world.take(ChangeContact(by="seller", emergency_phone=NUMBER, no_extension=True)).play(1)
    assert world.case.account.extension is None
    assert len(world.emails(Purpose.CONTACT_CHANGED)) == 2


@pytest.mark.parametrize(
    ("change", "extension"),
    [
        (a_change(phone=OTHER_NUMBER), None),
        (a_change(phone=NUMBER), "12"),
        (a_change(email=OTHER_ADDRESS), "12"),
        (ChangeContact(by="seller", emergency_phone=OTHER_NUMBER, extension="7"), "7"),
        (told_by_enrollment(emergency_phone=NUMBER), None),
        (told_by_enrollment(emergency_phone=NUMBER, extension="7"), "7"),
        (told_by_enrollment(email=OTHER_ADDRESS), "12"),
    ],
)
def test_another_number_has_no_extension_but_its_own_and_the_enrollment_tells_the_whole(
    change: ChangeContact, extension: str | None
) -> None:
    world = World().take(ChangeContact(by="seller", emergency_phone=NUMBER, extension="12"))
    assert world.take(change).case.account.extension == extension


def test_a_changed_address_is_confirmed_to_the_old_one_and_the_new_one_once() -> None:
    world = World().take(a_change(email=OTHER_ADDRESS), a_change(email=OTHER_ADDRESS)).play(1)
    assert [e.to for e in world.emails(Purpose.CONTACT_CHANGED)] == [ADDRESS, OTHER_ADDRESS]
    assert set(world.case.contact_news.confirmed) <= {ADDRESS, OTHER_ADDRESS}


@pytest.mark.parametrize("confirmed", [(), (ADDRESS,), (ADDRESS, OTHER_ADDRESS)])
def test_what_the_enrollment_confirmed_is_not_confirmed_again(confirmed: tuple[str, ...]) -> None:
    change = ChangeContact(
        by="enrollment", email=OTHER_ADDRESS, from_enrollment=True, confirmed=confirmed
    )
    told = [e.to for e in World().take(change).play(1).emails(Purpose.CONTACT_CHANGED)]
    assert [*confirmed, *told] == [ADDRESS, OTHER_ADDRESS]


@pytest.mark.parametrize("ends", [a_harm_report(), a_withdrawal(), a_conversation(RESOLVED)])
def test_it_is_confirmed_however_the_case_ends_meanwhile(ends: Event) -> None:
    world = World(email_takes=MINUTE).take(a_change(email=OTHER_ADDRESS), ends).play(1)
    assert world.case.closed_at is not None
    told = world.emails(Purpose.CONTACT_CHANGED)
    assert [(e.to, e.result) for e in told] == [
        (ADDRESS, Result.ACCEPTED),
        (OTHER_ADDRESS, Result.ACCEPTED),
    ]


def test_it_is_confirmed_though_the_seller_turns_up_at_the_same_moment() -> None:
    world = World()
    apply(world.case, a_change(email=OTHER_ADDRESS), world.now)
    told = world.take(a_contact()).emails(Purpose.CONTACT_CHANGED)
    assert [e.to for e in told] == [ADDRESS, OTHER_ADDRESS]


def test_the_desk_is_not_told_of_a_plan_at_once_where_that_is_set_so() -> None:
    world = World(policy={"desk_told_of_plans": False}).take(a_plan()).play(25)
    assert len(world.desk_mails) == 1
