"""A world fitted to cases of a known world is that world again, as far as cases show it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from domain.case.events import EventKind
from domain.case.policy import effective_policy
from domain.case.status import Status
from domain.case.timeline import TimelineEntry
from domain.case.view import CaseView, view_of
from simulation.fit import Closed, Fitted
from simulation.fitted_calls import CallsSeen
from simulation.run import Run, simulate
from simulation.world import World
from tests.simulation.build import a_world, calm

CASES = 600


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    """Of cases of the calm world, with a base that is far from it."""
    run = Run(a_world(), {"default": effective_policy({})}, seed=5)
    closed = Closed()
    for case in range(CASES):
        closed.add(view_of(run.play("default", case).case))
    base = calm()
    base["calls"] |= {"picked_up": [0.11] * 24, "by_weekday": [1] * 7, "never_picked_up": 0.5}
    base["calls"] |= {"acknowledged": 0.1, "voicemail": 0.1, "busy": 0.3, "invalid_numbers": 0.5}
    base["emails"] |= {"bounced": 0.9}
    base["plans"] |= {"submitted": 0.1, "until_submitted": {"median": 1, "p90": 1}}
    return closed.fit(World.model_validate(base))


def test_the_rates_are_found_again(fitted: Fitted) -> None:
    world, true = fitted.world, a_world()
    for name, within in (
        ("never_picked_up", 0.06),
        ("acknowledged", 0.06),
        ("voicemail", 0.05),
        ("busy", 0.02),
        ("invalid_numbers", 0.015),
    ):
        found = getattr(world.calls, name)
        assert found == pytest.approx(getattr(true.calls, name), abs=within), name
    assert world.emails.bounced == pytest.approx(true.emails.bounced, abs=0.015)
    assert world.plans.submitted == pytest.approx(true.plans.submitted, abs=0.05)
    assert world.plans.until_submitted.median == pytest.approx(14, rel=0.25)
    assert world.desk.until_reviewed.p90 == pytest.approx(16, rel=0.3)
    assert world.emails.read * world.emails.answered == pytest.approx(0.24, abs=0.03)
    assert world.emails.until_answered.median == pytest.approx(6, rel=0.35)
    assert 12 < world.emails.until_answered.p90 < 62, "31; few are watched for so long"
    for verdict, share in true.plans.reviewed_as.items():
        assert world.plans.reviewed_as[verdict] == pytest.approx(share, abs=0.06)


def test_in_the_fitted_world_as_many_are_reached(fitted: Fitted) -> None:
    """The base's numbers were wrong, and each says something else of the same cases."""
    reached = []
    for world in (a_world(), fitted.world):
        policies = {"default": effective_policy({})}
        found = simulate(world, policies, cases=600, seed=11, processes=1)["default"]
        reached.append(found.sums["reached"].mean(600))
    assert reached[1] == pytest.approx(reached[0], abs=0.04)


def test_how_likely_they_pick_up_is_found_again_by_hour(fitted: Fitted) -> None:
    true = a_world().calls
    by_day = [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    seen = [fitted.world.counts[f"calls.picked_up.{hour}"] for hour in by_day]
    assert min(seen) >= 30
    found = [fitted.world.calls.picked_up[hour] for hour in by_day]
    mean = sum(f * n for f, n in zip(found, seen, strict=True)) / sum(seen)
    expected = sum(true.picked_up[h] * n for h, n in zip(by_day, seen, strict=True)) / sum(seen)
    assert mean == pytest.approx(expected, rel=0.15)


def test_what_too_few_have_shown_is_the_bases_and_said(fitted: Fitted) -> None:
    assert fitted.world.calls.picked_up[3] == 0.11
    assert fitted.world.counts["calls.picked_up.3"] < 30
    assert any(note.startswith("calls.picked_up.0,1,2,3,") for note in fitted.notes)


def test_from_one_case_nothing_is_fitted() -> None:
    run = Run(a_world(), {"default": effective_policy({})}, seed=5)
    closed = Closed()
    closed.add(view_of(run.play("default", 1).case))
    world, notes = closed.fit(a_world())
    assert world.model_copy(update={"counts": {}}) == a_world()
    assert world.counts["cases"] == 1
    assert len(notes) > 10


def test_a_mix_that_no_world_may_have_is_the_bases_and_said() -> None:
    closed = Closed()
    for case in _played({"desk": {"decided_as": {"resume": 0.9, "resolve": 0.1}}}, 400):
        reopened = [e.model_copy(update={"code": "resume"}) for e in case.timeline if _decides(e)]
        closed.add(case.model_copy(update={"timeline": tuple(reopened)}))
    world, notes = closed.fit(a_world())
    assert world.counts["desk.decided_as"] >= 30
    assert world.desk.decided_as == a_world().desk.decided_as
    assert "desk.decided_as: resume must not exceed 0.9" in "\n".join(notes)


def test_a_proposed_deactivation_is_a_decision() -> None:
    closed = Closed()
    only = {"decided_as": {"deactivate": 1}}
    for case in _played({"desk": only}, 300, {"second_person": True}):
        closed.add(case)
    world, _ = closed.fit(a_world())
    assert world.desk.decided_as == {"deactivate": 1}
    assert world.counts["desk.until_decided"] >= 30
    assert world.desk.until_decided.median == pytest.approx(
        a_world().desk.until_decided.median, 0.3
    )


def test_an_e_mail_of_a_case_that_was_soon_over_is_not_unanswered() -> None:
    closed = Closed()
    for case in _played({"emails": {"answered": 0}}, 60):
        soon = case.opened_at + timedelta(hours=20)
        unreached = tuple(e for e in case.timeline if e.what is EventKind.OPENED)
        closed.add(case.model_copy(update={"closed_at": soon, "timeline": unreached}))
    assert closed.fit(a_world()).world.counts["emails.answered"] == 0


@pytest.mark.parametrize("factor", [1.3, 3.7, 9.9])
def test_no_hour_times_a_weekday_is_above_1(factor: float) -> None:
    """Whoever is called on that day picks up, whatever the base thinks of it."""
    seen = CallsSeen()
    for number in range(600):
        day = number % 7
        seen.add([((number % 24, day), day == 2 or number % 3 == 0)])
    base = a_world().calls.model_copy(
        update={"picked_up": (1 / factor,) * 24, "by_weekday": (1.0, 1.0, factor, *[1.0] * 4)}
    )
    found = seen.fit(base)
    values = calm()
    values["calls"] |= {"picked_up": found.by_hour, "by_weekday": found.by_weekday}
    assert max(World.model_validate(values).calls.by_weekday) > 1


def _played(
    changes: dict[str, dict[str, Any]], cases: int, rules: dict[str, Any] | None = None
) -> Iterator[CaseView]:
    """Cases of the calm world with some values changed."""
    values = calm()
    for part, changed in changes.items():
        values[part] |= changed
    run = Run(World.model_validate(values), {"only": effective_policy(rules or {})}, seed=5)
    for case in range(cases):
        yield view_of(run.play("only", case).case)


def _decides(entry: TimelineEntry) -> bool:
    return entry.status is Status.ESCALATED or entry.what is EventKind.DECIDED


def test_nothing_personal_is_kept(fitted: Fitted) -> None:
    text = fitted.world.model_dump_json()
    for personal in ("simulated.example", "+1206", "SIMULATED", "Simulated seller"):
        assert personal not in text


def test_a_time_zone_of_few_cases_is_left_out() -> None:
    values = calm()
    values["time_zones"] = {"America/New_York": 0.97, "America/Adak": 0.03}
    run = Run(World.model_validate(values), {"default": effective_policy({})}, seed=5)
    closed = Closed()
    for case in range(60):
        closed.add(view_of(run.play("default", case).case))
    assert closed.fit(a_world()).world.time_zones == {"America/New_York": 1}


@pytest.mark.parametrize("thought", [0, 0.08, 1])
def test_those_who_never_pick_up_do_not_lower_the_rates_of_the_others(thought: float) -> None:
    """Half never do. The others pick up one call of two, and are not called again."""
    seen = CallsSeen()
    slot = (10, 0)
    for seller in range(4000):
        tries = [(slot, False)] * 8
        if seller % 2:
            # The digits of a number in binary are as even as coins.
            missed = next((n for n in range(8) if seller >> (n + 1) & 1), 8)
            tries = [(slot, False)] * missed + [(slot, True)] * (missed < 8)
        seen.add(tries)
    base = a_world().calls.model_copy(update={"never_picked_up": thought})
    found = seen.fit(base)
    assert found.by_hour[10] * found.by_weekday[0] == pytest.approx(0.5, abs=0.03)
    assert found.never == pytest.approx(0.5, abs=0.03)
