"""When calls may be dialled, daylight saving included (docs/rules.md, section 3)."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case import step_results
from domain.case.attempt import Channel, Scheduled
from domain.case.calling_hours import (
    CallingWindow,
    calling_hours,
    closes_at,
    moved_into_hours,
    moved_to_opening,
    share_of,
    spaced_calls,
)
from reference.time_zones import zone_of
from tests.domain.case.build import HOUR, MINUTE, MONDAY_22, PACIFIC, a_new_case, facts_for, local
from tests.domain.case.world import World

NO_DELAY = timedelta(0)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
SATURDAY_BEFORE_SPRING = datetime(2026, 3, 7, 9, tzinfo=PACIFIC).astimezone(UTC)
SATURDAY_BEFORE_AUTUMN = datetime(2026, 10, 31, 9, tzinfo=PACIFIC).astimezone(UTC)


def first_late_call(opened_at: datetime, hour: float) -> datetime:
    """Where the agenda puts a call planned for `hour`, the first and last ones aside."""
    world = World(opened_at, policy={"call_hours": [0, hour, 48, 60]})
    return next(p.due for p in world.case.attempts.agenda if p.channel is Channel.CALL)


@pytest.mark.parametrize(
    ("opened_at", "hour", "at"),
    [
        pytest.param(SATURDAY_BEFORE_SPRING, 24, "Sun 10:00", id="spring-a-day-is-23-hours"),
        pytest.param(SATURDAY_BEFORE_SPRING, 14, "Sun 08:00", id="spring-opens-at-8-new-time"),
        pytest.param(SATURDAY_BEFORE_SPRING, 34.9, "Sun 20:54", id="spring-before-21-new-time"),
        pytest.param(SATURDAY_BEFORE_SPRING, 35.75, "Mon 08:00", id="spring-after-21-new-time"),
        pytest.param(SATURDAY_BEFORE_AUTUMN, 24, "Sun 08:00", id="autumn-a-day-is-25-hours"),
        pytest.param(SATURDAY_BEFORE_AUTUMN, 14, "Sun 08:00", id="autumn-opens-at-8-new-time"),
        pytest.param(SATURDAY_BEFORE_AUTUMN, 23.5, "Sun 08:00", id="autumn-not-at-7-30"),
        pytest.param(SATURDAY_BEFORE_AUTUMN, 36.25, "Sun 20:15", id="autumn-before-21-new-time"),
    ],
)
def test_calling_hours_follow_the_sellers_clock_through_a_clock_change(
    opened_at: datetime, hour: float, at: str
) -> None:
    assert local(first_late_call(opened_at, hour)) == at


@given(
    quarter=st.integers(0, 365 * 96),
    zone=st.sampled_from(
        [
            "America/Los_Angeles",
            "America/St_Johns",
            "Pacific/Honolulu",
            "Europe/Berlin",
            "Africa/Abidjan",
        ]
    ).map(zone_of),
    minutes=st.integers(0, 10 * 24 * 60),
)
def test_a_moment_is_in_calling_hours_from_8_until_before_21_in_any_zone(
    quarter: int, zone: tzinfo, minutes: int
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarter)
    hours = calling_hours(time(21), time(8), zone, start, start + timedelta(days=11))
    moment = start + timedelta(minutes=minutes)
    allowed = 8 <= moment.astimezone(zone).hour < 21
    assert (closes_at(moment, hours) is not None) is allowed


def test_calling_hours_may_span_midnight() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    hours = calling_hours(time(2), time(18), UTC, start, start + timedelta(days=2))
    assert [(local(o, UTC), local(c, UTC)) for o, c in hours] == [
        ("Sun 18:00", "Mon 02:00"),
        ("Mon 18:00", "Tue 02:00"),
        ("Tue 18:00", "Wed 02:00"),
    ]


def test_calling_hours_reach_beyond_the_moment_asked_for() -> None:
    start = datetime(2026, 3, 2, 12, tzinfo=UTC)
    until = start + timedelta(days=3)
    hours = calling_hours(time(21), time(8), PACIFIC, start, until)
    assert hours[0].closes > start
    assert hours[-2].closes <= until < hours[-1].closes


def test_a_call_planned_for_the_end_of_what_was_asked_for_has_an_opening_to_go_to() -> None:
    start = datetime(2026, 3, 2, 12, tzinfo=UTC)
    closing = start + timedelta(days=2, hours=9)
    hours = calling_hours(time(21), time(8), UTC, start, closing)
    ends = closing + 25 * HOUR
    assert moved_to_opening(closing, hours, NO_DELAY, ends) == closing + 11 * HOUR


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Africa/Abidjan", "Pacific/Kiritimati"])
def test_quiet_hours_of_half_an_hour_leave_all_the_rest_wherever_the_seller_is(zone: str) -> None:
    """Hours may be asked for at any time of day, also where the date is not that of UTC."""
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    for start in (midnight + quarter * 15 * MINUTE for quarter in range(96)):
        hours = calling_hours(time(20), time(20, 30), zone_of(zone), start, start + 24 * HOUR)
        quiet = time(20) <= start.astimezone(zone_of(zone)).time() < time(20, 30)
        assert (closes_at(start, hours) is not None) is not quiet


@pytest.mark.usefixtures("machine_in_tokyo")
def test_the_zone_of_our_machine_is_nowhere_in_a_case() -> None:
    """Opened at 6:30, so that calls move on to 8 o'clock and back to 20:59."""
    attempts = World(MONDAY_22 + 8.5 * HOUR).case.attempts.model_dump(mode="json")
    calls = [p["due"] for p in attempts["agenda"] if p["channel"] == "call"]
    assert (calls[0], calls[-1]) == ("2026-03-03T16:00:00Z", "2026-03-06T04:59:00Z")


def test_a_clock_change_can_swallow_a_short_opening_whole() -> None:
    """From 02:00 until 03:00 does not exist on the day on which clocks go forward."""
    start = datetime(2026, 3, 7, 20, tzinfo=UTC)
    hours = calling_hours(time(3), time(2), PACIFIC, start, start + timedelta(days=2))
    assert [local(opens) for opens, _ in hours] == ["Mon 02:00", "Tue 02:00"]
    assert all(closes - opens == HOUR for opens, closes in hours)


# --- the morning's peak ---------------------------------------------------------------------------


def test_calls_of_many_cases_that_move_to_one_opening_are_spread_evenly_over_half_an_hour() -> None:
    opens = MONDAY_22 + 10 * HOUR
    minutes = Counter(
        (first_call(f"case/US/A{seller}/run").due - opens) // MINUTE for seller in range(10_000)
    )
    assert sorted(minutes) == list(range(30))
    assert max(minutes.values()) < 1.3 * 10_000 / 30


def first_call(case_id: str) -> Scheduled:
    """Of a case that opens in quiet hours, with the default policy."""
    case = a_new_case(MONDAY_22)
    case.id = case_id
    step_results.looked_up(case, FACTS, MONDAY_22)
    return next(p for p in case.attempts.agenda if p.channel is Channel.CALL)


FACTS = facts_for(a_new_case(MONDAY_22), {"opening_spread": "PT30M"})


def test_a_case_has_its_call_at_the_same_minute_each_morning_and_a_call_by_day_as_planned() -> None:
    late = World(MONDAY_22, policy={"opening_spread": "PT1H", "call_hours": [0, 24, 48, 60]})
    mornings = [late.case.outreach.delay + MONDAY_22 + h * HOUR for h in (10, 34, 58)]
    due = [p.due for p in late.case.attempts.agenda if p.channel is Channel.CALL]
    assert timedelta(0) < late.case.outreach.delay < HOUR
    assert due == [*mornings, MONDAY_22 + 60 * HOUR]


def test_the_delay_leaves_half_of_a_short_window_and_half_of_what_is_left_to_the_deadline() -> None:
    opens = datetime(2026, 3, 2, 12, tzinfo=UTC)
    hours = (CallingWindow(opens, opens + 20 * MINUTE),)
    for ends, minutes in ((opens + HOUR, 10), (opens + 4 * MINUTE, 2), (opens, 0)):
        due = moved_to_opening(opens - MINUTE, hours, 30 * MINUTE, ends)
        assert due == opens + minutes * MINUTE


@given(
    planned=st.integers(0, 72 * 60),
    ends=st.integers(72 * 60, 100 * 60),
    delay=st.integers(0, 60),
)
def test_wherever_a_call_is_moved_to_it_is_in_calling_hours_and_before_the_deadline(
    planned: int, ends: int, delay: int
) -> None:
    start = MONDAY_22
    hours = calling_hours(time(21), time(8), PACIFIC, start - 24 * HOUR, start + 200 * HOUR)
    deadline = start + ends * MINUTE
    (due,) = spaced_calls(
        [start + planned * MINUTE],
        begins=start - 2 * HOUR,
        ends=deadline,
        hours=hours,
        spacing=15 * MINUTE,
        last_call=None,
        delay=delay * MINUTE,
    )
    assert closes_at(due, hours) is not None
    assert due < deadline


def test_a_call_planned_for_the_opening_is_moved_nowhere_and_so_not_delayed() -> None:
    (hours,) = [calling_hours(time(21), time(8), UTC, MIDNIGHT, MIDNIGHT)]
    opens, closes = hours[0]
    assert moved_to_opening(opens, hours, 10 * MINUTE, closes) == opens
    assert moved_to_opening(opens - MINUTE, hours, 10 * MINUTE, closes) == opens + 10 * MINUTE


def test_a_call_planned_for_the_closing_goes_back_a_minute_where_it_cannot_go_on() -> None:
    hours = calling_hours(time(21), time(8), UTC, MIDNIGHT, MIDNIGHT + 48 * HOUR)
    closes = hours[1].closes
    assert moved_into_hours(closes, closes + HOUR, hours, NO_DELAY) == closes - MINUTE


def test_a_share_is_a_cases_own_for_ever() -> None:
    assert share_of("case/US/A2EXAMPLE/0199-run") == share_of("case/US/A2EXAMPLE/0199-run")
    assert share_of("case/US/A2EXAMPLE/0199-run") != share_of("case/US/A2EXAMPLE/0200-run")
    assert share_of("case/US/A2EXAMPLE/0199-run") == pytest.approx(0.085412, abs=1e-6)
