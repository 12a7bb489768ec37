"""The rating requirement by plain examples (docs/rules.md, section 2)."""

from datetime import date

import pytest

from domain.enrollment.ratings import RatingRecord, window_start
from tests.domain.enrollment.build import DAY, FIRST_DAY, TODAY, a_record


def with_days_below(days: int, rating: int = 249) -> RatingRecord:
    """On record for longer than needed, and below on the last days of the window of today."""
    return a_record({FIRST_DAY - 9 * DAY: 800, TODAY - (days - 1) * DAY: rating})


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 8, 31), date(2026, 3, 1)),
        (date(2026, 8, 28), date(2026, 3, 1)),
        (date(2026, 8, 27), date(2026, 2, 28)),
        (date(2024, 8, 31), date(2024, 3, 1)),
        (date(2024, 8, 29), date(2024, 3, 1)),
        (date(2024, 8, 28), date(2024, 2, 29)),
    ],
)
def test_the_window_of_31_august_begins_after_the_last_of_february(
    today: date, first: date
) -> None:
    assert window_start(today) == first
    assert a_record({first: 250}).is_met(today)
    assert not a_record({first + DAY: 250}).is_met(today)


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 3, 31), date(2025, 10, 1)),
        (date(2026, 2, 28), date(2025, 8, 29)),
        (date(2028, 2, 29), date(2027, 8, 30)),
        (date(2028, 3, 1), date(2027, 9, 2)),
        (date(2026, 6, 30), date(2025, 12, 31)),
        (date(2026, 7, 1), date(2026, 1, 2)),
        (date(2026, 12, 31), date(2026, 7, 1)),
    ],
)
def test_the_window_is_the_days_after_today_minus_six_calendar_months(
    today: date, first: date
) -> None:
    assert window_start(today) == first


def test_the_record_must_reach_back_to_the_windows_first_day() -> None:
    assert a_record({FIRST_DAY: 800}).is_met(TODAY)
    late = a_record({FIRST_DAY + DAY: 800})
    assert not late.is_met(TODAY)
    assert late.qualifies_on(TODAY) == late.changes_on(TODAY) == TODAY + DAY


@pytest.mark.parametrize(("rating", "below"), [(0, 5), (249, 5), (250, 0), (251, 0), (1000, 0)])
def test_a_day_is_below_when_its_rating_is_under_250(rating: int, below: int) -> None:
    assert with_days_below(5, rating).days_below(TODAY) == below


def test_10_days_below_are_allowed_and_the_11th_is_not() -> None:
    assert with_days_below(10).days_below(TODAY) == 10
    assert with_days_below(10).is_met(TODAY)
    assert with_days_below(11).days_below(TODAY) == 11
    assert not with_days_below(11).is_met(TODAY)


def test_days_below_count_wherever_in_the_window_they_are() -> None:
    apart = {FIRST_DAY + n * 16 * DAY: 249 for n in range(11)}
    between = {day + DAY: 800 for day in apart}
    record = a_record(apart | between)
    assert record.days_below(TODAY) == 11
    assert not record.is_met(TODAY)
    assert record.days_below(TODAY + DAY) == 10
    assert record.qualifies_on(TODAY) == TODAY + DAY


def test_the_11th_day_below_is_known_before_it_comes() -> None:
    assert with_days_below(1).changes_on(TODAY) == TODAY + 10 * DAY
    assert with_days_below(10).changes_on(TODAY) == TODAY + DAY


def test_a_rating_holds_until_the_next_recorded_day() -> None:
    record = a_record({TODAY - 9 * DAY: 300, TODAY - 3 * DAY: 200, TODAY: 700})
    held = [record.on(TODAY + n * DAY) for n in (-9, -8, -4, -3, -1, 0, 1, 500)]
    assert held == [300, 300, 300, 200, 200, 700, 700, 700]
    assert record.days_below(TODAY) == 3


def test_no_rating_is_known_before_the_first_one_recorded() -> None:
    record = a_record({TODAY - 9 * DAY: 300})
    assert record.on(TODAY - 10 * DAY) is None
    assert record.days_on_record(TODAY) == 10
    assert record.days_below(TODAY) == 0


def test_of_a_seller_never_rated_nothing_is_known_and_no_day_will_change_it() -> None:
    record = RatingRecord()
    assert record.on(TODAY) is None
    assert (record.days_on_record(TODAY), record.days_below(TODAY)) == (0, 0)
    assert not record.is_met(TODAY)
    assert record.qualifies_on(TODAY) is None
    assert record.changes_on(TODAY) is None


def test_days_on_record_are_those_of_the_window_only() -> None:
    assert a_record({date(2020, 1, 1): 800}).days_on_record(TODAY) == 184


def test_recording_a_day_again_corrects_it_also_in_the_past() -> None:
    record = with_days_below(11)
    corrected = record.recorded(a_record({TODAY - 10 * DAY: 250, TODAY - 9 * DAY: 249}).entries)
    assert corrected.days_below(TODAY) == 10
    assert len(corrected.entries) == len(record.entries) + 1


def test_a_day_named_twice_in_a_message_has_the_last_of_its_ratings() -> None:
    twice = (*a_record({TODAY: 100}).entries, *a_record({TODAY: 900}).entries)
    assert RatingRecord().recorded(twice).on(TODAY) == 900


def test_entries_stand_in_order_however_they_came() -> None:
    days = [TODAY, TODAY - 5 * DAY, TODAY - 2 * DAY]
    entries = a_record(dict.fromkeys(days, 500)).entries
    assert [entry.date for entry in entries] == sorted(days)


def test_qualifies_on_is_today_where_it_is_met_today() -> None:
    assert with_days_below(10).qualifies_on(TODAY) == TODAY


def test_qualifies_on_is_null_where_the_rating_stays_below() -> None:
    assert with_days_below(11).qualifies_on(TODAY) is None
    assert with_days_below(11).changes_on(TODAY) is None


def test_qualifies_on_is_the_day_on_which_enough_days_below_have_left_the_window() -> None:
    # Below on 20 days up to 10 August; the 10th of them leaves the window on 31 January.
    record = a_record({date(2025, 1, 1): 800, date(2026, 7, 22): 249, date(2026, 8, 11): 250})
    assert record.days_below(TODAY) == 20
    assert record.qualifies_on(TODAY) == date(2027, 1, 31)
    assert record.days_below(date(2027, 1, 31)) == 10
    assert record.days_below(date(2027, 1, 30)) == 11


def test_a_seller_rated_for_the_first_time_qualifies_as_soon_as_a_window_is_on_record() -> None:
    def qualifies(first: date) -> date | None:
        return a_record({first: 800}).qualifies_on(first)

    assert qualifies(date(2026, 3, 1)) == date(2026, 8, 28)
    assert qualifies(date(2026, 8, 29)) == date(2027, 2, 28)
    assert qualifies(date(2026, 8, 30)) == date(2027, 3, 1)
    assert qualifies(date(2027, 8, 30)) == date(2028, 2, 29)
    assert qualifies(date(2027, 8, 31)) == date(2028, 3, 1)


def test_nothing_changes_by_itself_while_a_good_rating_keeps_the_requirement_met() -> None:
    assert a_record({FIRST_DAY: 800}).changes_on(TODAY) is None


def test_the_entry_that_holds_on_the_windows_first_day_is_kept_and_older_ones_are_not() -> None:
    record = a_record({FIRST_DAY - 9 * DAY: 100, FIRST_DAY - 5 * DAY: 249, TODAY: 800})
    assert [entry.rating for entry in record.kept(TODAY).entries] == [249, 800]
    on_the_day = a_record({FIRST_DAY - DAY: 100, FIRST_DAY: 800})
    assert [entry.rating for entry in on_the_day.kept(TODAY).entries] == [800]


def test_nothing_is_dropped_of_a_record_too_short() -> None:
    record = a_record({FIRST_DAY + n * DAY: 800 for n in range(1, 20)})
    assert record.kept(TODAY) == record
