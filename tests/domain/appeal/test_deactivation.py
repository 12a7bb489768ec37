"""What an appeal takes from the record of its case (docs/rules.md, section 9)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.appeal import look_up
from domain.appeal.deactivation import Deactivation, Unreached, deactivation_of
from domain.case.attempt import Purpose
from domain.case.events import Decision
from domain.case.status import CannotCall, Reason
from domain.case.view import AttemptView, view_of
from domain.shared.errors import Refusal
from domain.shared.result import Result
from tests.domain.appeal.build import (
    APPEAL,
    DAY,
    DEACTIVATED_AT,
    FACTS,
    FOUND,
    a_new_appeal,
    apply,
    code_of,
)
from tests.domain.case.build import (
    MONDAY_9,
    REJECT,
    a_contact,
    a_decision,
    a_harm_report,
    a_plan,
)
from tests.domain.case.world import World


def of(world: World, *, message_waits: bool = False) -> Deactivation:
    found = deactivation_of(view_of(world.case), message_waits=message_waits)
    assert found is not None
    return found


def test_whoever_stands_in_the_timeline_had_a_part_and_no_machine_and_no_seller() -> None:
    world = World()
    for _ in range(3):
        world.take(a_plan(), REJECT)
    world.take(a_decision(Decision.DEACTIVATE)).play(1)
    found = of(world)
    people = {REJECT.by, a_decision(Decision.DEACTIVATE).by}
    assert people <= {*(found.part or ())}
    assert {"engine", "seller"}.isdisjoint(found.part or ())
    assert (found.case_id, found.reason) == (world.case.id, Reason.DECISION)


def test_a_plan_that_nobody_has_reviewed_gives_nobody_a_part() -> None:
    world = World().take(a_contact()).play(73).take(a_plan(), a_decision(Decision.DEACTIVATE))
    assert of(world.play(1)).part == ("lead", "specialist")


def test_who_reports_harm_while_the_case_closes_comes_to_have_a_part() -> None:
    world = World(email_takes=timedelta(hours=1))
    world.take(a_plan(), REJECT, a_plan(), REJECT, a_plan(), REJECT)
    world.take(a_decision(Decision.DEACTIVATE))
    closing = of(world)
    assert not closing.is_final
    harm = a_harm_report()
    world.take(harm.model_copy(update={"by": "lead.x"})).play(2)
    closed = of(world)
    assert closed.is_final
    assert {*(closed.part or ())} - {*(closing.part or ())} == {"lead.x"}


def test_the_90_days_begin_when_the_account_service_had_done_it() -> None:
    world = World(email_takes=timedelta(hours=1)).play(80)
    found = of(world)
    assert found.issues == world.case.issues
    at = max(e.at for e in world.case.timeline.entries if e.status == "deactivated")
    assert found.at == at >= MONDAY_9
    assert found.reason == Reason.NOT_REACHED


def test_a_case_that_deactivated_nothing_has_nothing_to_appeal() -> None:
    assert deactivation_of(view_of(World().case), message_waits=False) is None


@pytest.mark.parametrize(
    ("world", "unreached"),
    [
        pytest.param(World, (), id="everything-got-through"),
        pytest.param(
            lambda: World(
                calls=lambda call: Result.PROVIDER_FAILED if call.number == 2 else Result.NO_ANSWER
            ),
            (Unreached.FAILED_ON_OUR_SIDE,),
            id="a-call-failed",
        ),
        pytest.param(
            lambda: World(calls=Result.INVALID_NUMBER),
            (Unreached.NUMBER_NOT_CALLED,),
            id="no-such-number",
        ),
        pytest.param(
            lambda: World(emails={2: Result.BOUNCED}),
            (Unreached.EMAIL_BOUNCED,),
            id="an-e-mail-bounced",
        ),
    ],
)
def test_why_it_may_have_been_us_who_could_not_reach_a_silent_seller(
    world: Callable[[], World], unreached: tuple[Unreached, ...]
) -> None:
    played = world().play(80)
    assert of(played).reason == Reason.NOT_REACHED
    assert of(played).unreached == unreached
    assert of(played, message_waits=True).unreached == (*unreached, Unreached.MESSAGE_WAITING)


@pytest.mark.parametrize(
    ("result", "untold"),
    [(Result.ACCEPTED, False), (Result.BOUNCED, True), (Result.PROVIDER_FAILED, True)],
)
def test_whether_the_e_mail_about_it_got_through_is_taken_from_the_record(
    result: Result, untold: bool
) -> None:
    view = view_of(World().play(80).case)
    (told,) = [one for one in view.attempts if one.about is Purpose.DEACTIVATED]
    others = tuple(one for one in view.attempts if one is not told)

    def found(attempts: tuple[AttemptView, ...]) -> Deactivation:
        record = deactivation_of(
            view.model_copy(update={"attempts": attempts}), message_waits=False
        )
        assert record is not None
        return record

    now = found((*others, told.model_copy(update={"result": result})))
    assert now.untold is untold
    assert now.until(DAY * 90) == now.at + DAY * (365 if untold else 90)
    assert now.until(DAY * 366) == now.at + DAY * 366
    assert not found((*others, told.model_copy(update={"result": None}))).untold
    assert not found(others).untold, "it is not written yet"


@pytest.mark.parametrize(("days", "taken"), [(364.999, True), (365, False)])
def test_who_was_not_told_of_the_deactivation_can_appeal_it_for_a_year(
    days: float, taken: bool
) -> None:
    now = DEACTIVATED_AT + days * DAY
    appeal, untold = a_new_appeal(now), FOUND.model_copy(update={"untold": True})
    look_up.looked_up(appeal, FACTS.model_copy(update={"deactivation": untold}), now)
    if taken:
        apply(appeal, APPEAL, now)
    else:
        assert code_of(appeal, APPEAL, now) is Refusal.TOO_LATE


def test_a_number_that_is_none_that_we_call_is_said_beside_a_silent_end() -> None:
    view = view_of(World().play(80).case)
    not_called = view.model_copy(update={"cannot_call": CannotCall.NOT_CALLED})
    found = deactivation_of(not_called, message_waits=False)
    assert found is not None
    assert found.unreached == (Unreached.NUMBER_NOT_CALLED,)


def test_of_any_other_deactivation_nothing_of_it_is_said() -> None:
    world = World(calls=Result.INVALID_NUMBER).take(a_harm_report()).play(1)
    assert of(world, message_waits=True).unreached == ()
