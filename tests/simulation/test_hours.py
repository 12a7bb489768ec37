"""Calling hours that were found once for a world are those that an activity would look up."""

from datetime import timedelta

import pytest

from activities.opening import hours_of
from domain.case.policy import effective_policy
from simulation.play import Hours
from simulation.seller import account_in
from tests.simulation.build import a_world

ZONES = ("America/Los_Angeles", "Asia/Kathmandu", "Pacific/Auckland", "America/St_Johns")
OVER_MIDNIGHT = {"quiet_from": "03:00", "quiet_until": "12:00"}


@pytest.mark.parametrize("policy", [{}, OVER_MIDNIGHT], ids=["day", "over midnight"])
@pytest.mark.parametrize("zone", ZONES)
def test_they_are_the_same_at_every_hour(zone: str, policy: dict[str, str]) -> None:
    """Through four weeks, in which clocks change in two of the zones."""
    world, rules = a_world(), effective_policy(policy)
    hours, account = Hours(world, rules), account_in(zone, "en-US")
    for hour in range(0, 24 * 28, 5):
        for seconds in (0, 1, 1799, 3599):
            start = world.begins + timedelta(hours=hour, seconds=seconds)
            assert hours.of(zone, start) == hours_of(account, rules, start)


def test_they_are_looked_up_where_the_world_has_long_ended() -> None:
    world, rules = a_world(), effective_policy({})
    start = world.begins + timedelta(days=300)
    found = Hours(world, rules).of("America/Los_Angeles", start)
    assert found == hours_of(account_in("America/Los_Angeles", "en-US"), rules, start)
