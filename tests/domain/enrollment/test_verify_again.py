"""A reminder to prove the number again (docs/rules.md, section 2)."""

from collections.abc import Callable

import pytest

from domain.enrollment.events import RecordAnswer
from domain.enrollment.letters import LetterPurpose
from domain.shared.events import Event
from domain.shared.result import Result
from tests.domain.case.build import NUMBER, OTHER_NUMBER
from tests.domain.enrollment.build import DAY, NUMBER_REMOVED, a_change
from tests.domain.enrollment.test_verification import ASK, EXPEL, MINUTE, TRY, proven, right
from tests.domain.enrollment.world import Programme


def nothing(world: Programme) -> None:
    """Nothing more happens."""


def connects(world: Programme) -> None:
    world.play(100).take(TRY)


def a_case_connects(world: Programme) -> None:
    world.play(100).take(RecordAnswer(by="case", phone=NUMBER))


def a_case_connects_at_an_old_number(world: Programme) -> None:
    world.play(100).take(RecordAnswer(by="case", phone=OTHER_NUMBER))


def does_not_connect(world: Programme) -> None:
    world.call_result = Result.NO_ANSWER
    connects(world)


@pytest.mark.parametrize(
    ("happens", "days"),
    [
        (nothing, 365),
        (connects, 465),
        (does_not_connect, 365),
        (a_case_connects, 465),
        (a_case_connects_at_an_old_number, 365),
    ],
)
def test_a_year_after_the_proof_or_a_connected_call_the_seller_is_reminded(
    happens: Callable[[Programme], None], days: int
) -> None:
    world = proven()
    began = world.now
    happens(world)
    world.play_until(began + days * DAY - MINUTE)
    assert LetterPurpose.VERIFY_AGAIN not in world.letters
    world.play_until(began + days * DAY)
    assert world.letters[-1] is LetterPurpose.VERIFY_AGAIN
    world.play(364)
    assert world.letters.count(LetterPurpose.VERIFY_AGAIN) == 1
    assert world.play(1).letters.count(LetterPurpose.VERIFY_AGAIN) == 2


def reminder_that_waits() -> Programme:
    """A reminder to prove the number again that waits to leave."""
    world = proven().play(364)
    world.mail_takes = 5 * DAY
    world.play(2)
    assert LetterPurpose.VERIFY_AGAIN in [x.about for x in world.enrollment.outbox.letters]
    return world


@pytest.mark.parametrize(
    "happens",
    [
        (ASK, right(2)),
        (TRY,),
        (RecordAnswer(by="case", phone=NUMBER),),
        (a_change(emergency_phone=OTHER_NUMBER),),
        (NUMBER_REMOVED,),
        (EXPEL,),
        (a_change(selling_plan="individual"),),
    ],
)
def test_a_reminder_that_is_no_longer_true_does_not_leave(happens: tuple[Event, ...]) -> None:
    world = reminder_that_waits().take(*happens).play(20)
    assert LetterPurpose.VERIFY_AGAIN not in world.letters


def test_a_reminder_that_is_still_true_leaves() -> None:
    assert LetterPurpose.VERIFY_AGAIN in reminder_that_waits().play(20).letters


def test_who_is_not_enrolled_is_not_reminded() -> None:
    world = proven().take(a_change(selling_plan="individual")).play(800)
    assert LetterPurpose.VERIFY_AGAIN not in world.letters
