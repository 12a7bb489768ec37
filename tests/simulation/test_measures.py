"""What is measured of a case, and what is made of it over many."""

import pickle
from datetime import UTC, datetime

import pytest

from domain.case.policy import effective_policy
from simulation.compare import compared
from simulation.measures import Hours, Measured, Measures, is_odd, measured
from simulation.play import Stage
from simulation.run import simulate
from simulation.seller import Seller
from tests.domain.case.build import MONDAY_9, PACIFIC
from tests.simulation.build import a_world, calm
from tests.simulation.test_play import a_play, silent

NOTHING = Measured(*[0.0] * len(Measured._fields))


def test_quantiles_are_found_to_three_minutes() -> None:
    hours = Hours()
    for n in range(1000):
        hours.add(n / 10)
    assert hours.quantile(0.5) == pytest.approx((50, 46.9, 53.1), abs=0.2)
    assert Hours().quantile(0.5) is None


def test_of_few_sellers_a_quantile_has_no_end_where_they_tell_nothing_of_it() -> None:
    hours = Hours()
    for n in range(10):
        hours.add(n)
    found = hours.quantile(0.9)
    assert found is not None
    assert found.low is not None
    assert found.value == pytest.approx(9, abs=0.1)
    assert found.high is None


def test_a_difference_of_hours_is_that_of_the_hours() -> None:
    policies = {
        "default": effective_policy({}),
        "few": effective_policy({"call_hours": [0, 20, 45, 60, 70]}),
    }
    found = compared(simulate(a_world(), policies, cases=600, seed=3, processes=1))
    for of_policy in (found["hours_median"], found["hours_p90"]):
        first, few = of_policy["default"].figure, of_policy["few"].figure
        difference = of_policy["few"].difference
        assert first is not None and few is not None and difference is not None  # noqa: PT018
        assert difference.value == pytest.approx(few.value - first.value)
        assert difference.low is None, "two blocks say too little"


def test_an_answer_that_comes_a_day_too_late_at_most_is_counted() -> None:
    emails = calm()["emails"] | {"never_read": 0, "bounced": 0, "read": 1, "answered": 1}
    emails["until_read"] = {"median": 0.1, "p90": 0.1}
    late, later = (emails | {"until_answered": {"median": h, "p90": h}} for h in (80, 100))
    for values, expected in ((late, 1), (later, 0)):
        found, _ = measured(a_play(silent(emails=values)))
        assert (found.deactivated, found.answered_too_late) == (1, expected)


@pytest.mark.parametrize(
    ("local", "odd"),
    [
        ("2026-03-02T08:59", True),
        ("2026-03-02T09:00", False),
        ("2026-03-07T19:59", False),
        ("2026-03-07T20:00", True),
        ("2026-03-08T12:00", True),
    ],
)
def test_early_late_and_on_a_sunday_is_odd(local: str, odd: bool) -> None:
    assert (
        is_odd(datetime.fromisoformat(local).replace(tzinfo=PACIFIC).astimezone(UTC), PACIFIC)
        is odd
    )


def test_a_silent_case_is_measured() -> None:
    play = a_play(silent())
    found, hours = measured(play)
    assert hours is None
    assert (found.reached, found.deactivated, found.escalated, found.resolved) == (0, 1, 0, 0)
    assert (found.calls, found.emails) == (10, 6)
    # 3 of each call and its 3 looks, 6 e-mails, 12 timers, and what is once in a case.
    assert 80 <= found.actions <= 90
    assert found.telephone_minutes == pytest.approx(10 * 25 / 60)
    assert found.desk_hours == found.reviews == found.would_have_answered == 0


def test_whoever_would_pick_up_after_the_deadline_would_have_answered_one_more() -> None:
    """At home from ten to noon on Thursdays only: the deadline is on a Thursday at nine."""
    values = calm()
    values["calls"] |= {"never_picked_up": 0, "acknowledged": 1, "invalid_numbers": 0}
    values["calls"]["picked_up"] = [1 if hour in (10, 11) else 0 for hour in range(24)]
    values["calls"]["by_weekday"] = [0, 0, 0, 1, 0, 0, 0]
    world = silent(calls=values["calls"])
    found, _ = measured(a_play(world))
    assert found.would_have_answered == found.would_have_answered_call == 1
    assert found.would_have_answered_email == 0
    earlier = a_play(world, {"window": "PT74H", "call_hours": [0, 8, 24, 48, 73]})
    assert measured(earlier)[0].reached == 1


def test_whoever_reads_the_e_mail_after_the_last_one_would_have_answered() -> None:
    emails = calm()["emails"]
    emails |= {"never_read": 0, "bounced": 0, "read": 0.3, "answered": 1}
    emails["until_read"] = emails["until_answered"] = {"median": 1, "p90": 1}
    world = silent(emails=emails)
    found = [measured(a_play(world, case=case))[0] for case in range(1, 60)]
    lost = [one for one in found if one.deactivated and not one.reached]
    assert {one.would_have_answered_email for one in lost} == {0, 1}
    assert not any(one.would_have_answered_email for one in found if one.reached)


def test_the_same_policy_twice_differs_in_nothing() -> None:
    policies = {"one": effective_policy({}), "same": effective_policy({})}
    for by_policy in compared(
        simulate(a_world(), policies, cases=60, seed=3, processes=1)
    ).values():
        assert by_policy["one"].figure == by_policy["same"].figure
        difference = by_policy["same"].difference
        assert difference is None or difference.value == 0


def test_the_answer_does_not_depend_on_the_number_of_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    policies = {
        "default": effective_policy({}),
        "mail": effective_policy({"email_hours": [0, 12, 24, 36, 48, 66]}),
    }
    one, two = (
        compared(simulate(a_world(), policies, cases=300, seed=3, processes=processes))
        for processes in (1, 2)
    )
    assert one == two
    assert one["emails"]["mail"].difference != one["calls"]["mail"].difference


def test_a_sellers_luck_is_the_same_under_every_policy() -> None:
    world = a_world()
    other = effective_policy({"call_hours": [0, 5, 30, 60]})
    stages = [Stage(world, effective_policy({})), Stage(world, other)]
    sellers = [Seller(world, stage.mixes, 3, 9) for stage in stages]
    assert sellers[0].account == sellers[1].account
    assert sellers[0].opened_at == sellers[1].opened_at
    for hour in range(0, 2000, 7):
        at = MONDAY_9.replace(minute=30) + (MONDAY_9 - MONDAY_9.replace(hour=1)) * hour
        assert sellers[0].called(at, asked_for=False) == sellers[1].called(at, asked_for=False)
        assert sellers[0].answer_to_email(at) == sellers[1].answer_to_email(at)


def test_memory_does_not_grow_with_the_cases() -> None:
    """What is kept of cases are sums, and bins of hours."""
    measures, sizes = Measures(), []
    for _ in range(3):
        for n in range(5000):
            measures.add(NOTHING, n % 90 + 0.01, NOTHING)
        sizes.append(len(pickle.dumps(measures)))
    assert max(sizes) - min(sizes) < 500
