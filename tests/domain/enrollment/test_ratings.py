"""The rating requirement against itself counted out day by day (docs/rules.md, section 2)."""

import random
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.enrollment.ratings import RatingRecord, window_length, window_start
from tests.domain.enrollment.build import a_record
from tests.domain.enrollment.status_oracle import AHEAD, DAY, DayByDay, minus_six_months, window

MANY = settings(max_examples=settings().max_examples * 5)
SOME = settings(max_examples=settings().max_examples // 2)

Recorded = dict[date, int]

TURNS_OF_THE_MONTH = [
    *(date(2024, 2, 28) + n * DAY for n in range(3)),
    *(date(2024, 8, 28) + n * DAY for n in range(5)),
    *(date(2025, 2, 27) + n * DAY for n in range(3)),
    *(date(2025, 8, 27) + n * DAY for n in range(6)),
    *(
        date(year, month, 30) + n * DAY
        for year in (2026, 2028)
        for month in (3, 5, 12)
        for n in (0, 1)
    ),
    *(date(2028, 2, 28) + n * DAY for n in range(3)),
]
TODAYS = st.sampled_from(TURNS_OF_THE_MONTH) | st.dates(date(2023, 1, 1), date(2028, 12, 31))
SCORES = st.sampled_from([249, 250, 0, 1000, 249, 250, 600])
STRETCHES = st.lists(
    st.tuples(st.sampled_from([1, 1, 2, 3, 5, 9, 10, 11, 12, 30, 90, 170, 180, 184, 300]), SCORES),
    max_size=9,
)


@st.composite
def _histories(draw: st.DrawFn) -> tuple[date, Recorded]:
    """A day, and what was recorded up to it: stretches of days, each with one rating."""
    today = draw(TODAYS)
    recorded: Recorded = {}
    day = today + DAY
    for length, score in draw(STRETCHES):
        day -= length * DAY
        recorded[day] = score
    return today, recorded


HISTORIES = _histories()


def assert_every_answer(record: RatingRecord, recorded: Recorded, today: date) -> None:
    truth = DayByDay(recorded, today)
    assert record.on(today) == truth.rating()
    assert record.days_below(today) == truth.days_below(today)
    assert record.days_on_record(today) == truth.days_on_record(today)
    assert record.is_met(today) == truth.is_met(today)
    assert record.qualifies_on(today) == truth.qualifies_on()
    assert record.changes_on(today) == truth.changes_on()


@MANY
@given(HISTORIES)
def test_every_answer_is_the_one_counted_out_day_by_day(history: tuple[date, Recorded]) -> None:
    today, recorded = history
    assert_every_answer(a_record(recorded), recorded, today)


@SOME
@given(HISTORIES)
def test_the_outlook_is_right_on_every_day_to_come_and_final_where_it_ends(
    history: tuple[date, Recorded],
) -> None:
    today, recorded = history
    truth = DayByDay(recorded, today)
    outlook = list(a_record(recorded).outlook(today))
    assert [ahead.day for ahead in outlook] == [today + n * DAY for n in range(len(outlook))]
    for ahead in outlook:
        assert ahead.days_below == truth.days_below(ahead.day)
        assert ahead.on_record == (window(ahead.day) <= truth.ratings.keys())
        assert ahead.met == truth.is_met(ahead.day)
    rest = (today + n * DAY for n in range(len(outlook), AHEAD + 1))
    assert {truth.is_met(day) for day in rest} == {outlook[-1].met}


@SOME
@given(HISTORIES, st.integers(0, AHEAD))
def test_what_is_dropped_is_not_asked_for_today_or_on_any_later_day(
    history: tuple[date, Recorded], days: int
) -> None:
    today, recorded = history
    kept = a_record(recorded).kept(today)
    assert set(kept.entries) <= set(a_record(recorded).entries)
    assert_every_answer(kept, recorded, today)
    assert_every_answer(kept, recorded, today + days * DAY)
    assert kept.kept(today) == kept


@SOME
@given(
    HISTORIES,
    st.dictionaries(st.integers(0, 400), SCORES, max_size=12),
    st.integers(1, 6),
    st.randoms(use_true_random=False),
)
def test_corrections_in_several_messages_in_any_order_do_what_they_do_at_once(
    history: tuple[date, Recorded],
    days_back: dict[int, int],
    size: int,
    chance: random.Random,
) -> None:
    today, recorded = history
    corrections = [(today - days * DAY, score) for days, score in days_back.items()]
    at_once = a_record(recorded).recorded(a_record(dict(corrections)).entries).kept(today)
    chance.shuffle(corrections)
    one_by_one = a_record(recorded).kept(today)
    for first in range(0, len(corrections), size):
        message = a_record(dict(corrections[first : first + size]))
        one_by_one = one_by_one.recorded(message.entries).kept(today)
    assert one_by_one == at_once
    assert_every_answer(one_by_one, recorded | dict(corrections), today)


@SOME
@given(
    TODAYS,
    st.lists(
        st.tuples(st.sampled_from([0, 1, 2, 9, 11, 40, 120, 183]), st.integers(0, 250), SCORES),
        max_size=6,
    ),
)
def test_a_record_that_forgets_as_the_days_go_by_answers_as_one_that_does_not(
    today: date, messages: list[tuple[int, int, int]]
) -> None:
    record, recorded = RatingRecord(), Recorded()
    for days_later, days_back, score in messages:
        today += days_later * DAY
        recorded[today - days_back * DAY] = score
        record = record.recorded(a_record({today - days_back * DAY: score}).entries).kept(today)
        assert_every_answer(record, recorded, today)


def test_years_of_daily_ratings_and_corrections_stay_small_and_answer_right() -> None:
    chance = random.Random(72)
    record, recorded = RatingRecord(), Recorded()
    for days in range(4 * 365):
        today = date(2024, 1, 1) + days * DAY
        score = 249 if chance.random() < 0.055 else chance.randrange(250, 1001)
        news = {today: score, today - chance.randrange(500) * DAY: chance.choice([249, 250])}
        recorded |= news
        record = record.recorded(a_record(news).entries).kept(today)
        assert len(record.entries) <= 186
        if days % 19 == 0:
            assert_every_answer(record, recorded, today)


def test_a_window_is_six_calendar_months_on_every_day_of_eight_years() -> None:
    for n in range(8 * 366):
        day = date(2022, 1, 1) + n * DAY
        assert window_start(day) == min(window(day)) == minus_six_months(day) + DAY
        assert window_length(day) == len(window(day))
        assert 181 <= window_length(day) <= 184
