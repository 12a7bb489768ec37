"""When it is day where a telephone number is (docs/rules.md, section 2)."""

from datetime import UTC, datetime, timedelta

import pytest

from reference.number_hours import day_time


@pytest.mark.parametrize(
    ("phone", "hour", "due", "until"),
    [
        ("+12065550101", 20, 20, 29),  # at noon in Seattle, up to its evening
        ("+12065550101", 9, 16, 29),  # at night in Seattle, from 08:00 there
        ("+442079460000", 23, 32, 45),  # at night in London, the next morning
        ("+18005550101", 9, 22, 24.5),  # toll-free: where it is day from Newfoundland to Guam
    ],
)
def test_an_old_number_is_told_in_the_day_of_its_place(
    phone: str, hour: int, due: float, until: float
) -> None:
    midnight = datetime(2026, 12, 1, tzinfo=UTC)
    hours = day_time(phone, "America/New_York", midnight + timedelta(hours=hour))
    assert max(hours.opens, midnight + timedelta(hours=hour)) == midnight + timedelta(hours=due)
    assert hours.closes == midnight + timedelta(hours=until)
