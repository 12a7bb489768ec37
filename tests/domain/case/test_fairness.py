"""What no start may ask for, however its policy reads (docs/api.md)."""

from datetime import timedelta
from typing import Any

import pytest

from domain.case.policy import effective_policy
from domain.case.policy_limits import LEAST_WINDOW, unfair
from tests.domain.case.build import HOUR

NINE_SECONDS: dict[str, Any] = {
    "window": "PT9S",
    "email_hours": [0, 0.001],
    "call_hours": [0, 0.002],
    "call_spacing": "PT1S",
    "minimum_rung_calls": 1,
}


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"window": "PT48H"},
        {"window": "P7D", "call_hours": [0, 24, 120], "email_hours": [0, 120]},
        {"window": "PT24H", "email_hours": [0, 23], "call_hours": [8, 12, 23]},
        {"window": "PT24H", "email_hours": [0, 23], "call_hours": [0, 1, 23]},
        {"quiet_from": "20:00", "quiet_until": "09:00"},
        {"quiet_from": "16:00", "desk_reminder": "PT1H"},
        {"minimum_rung_calls": 5, "call_spacing": "PT1H", "redials": 0},
        {"coverage": "everyone", "cooperation_window": "PT24H", "maximum_rejections": 1},
    ],
    ids=str,
)
def test_what_is_no_harsher_than_the_programme_is_fair(overrides: dict[str, Any]) -> None:
    assert unfair(effective_policy(overrides)) is None


@pytest.mark.parametrize(
    ("overrides", "problem"),
    [
        (NINE_SECONDS, "window: must be 24 h or more"),
        (
            {"window": "PT23H59M", "email_hours": [0, 20], "call_hours": [0, 12, 20]},
            "window: must be 24 h or more",
        ),
        ({"cooperation_window": "PT1S"}, "cooperation_window: must be 24 h or more"),
        ({"minimum_rung_calls": 1}, "minimum_rung_calls: must be 3 or more"),
        ({"minimum_rung_calls": 2}, "minimum_rung_calls: must be 3 or more"),
        ({"email_hours": [0, 0.001]}, "email_hours: the last, which is the final notice"),
        ({"email_hours": [0, 35.9]}, "email_hours: the last, which is the final notice"),
        ({"email_hours": [0, 71.5]}, "email_hours: the last, which is the final notice"),
        ({"call_hours": [70, 70.5, 71, 71.5]}, "call_hours: the first must lie in the first third"),
        ({"call_hours": [24.5, 50, 60, 70]}, "call_hours: the first must lie in the first third"),
        ({"call_spacing": "PT1S"}, "call_spacing: must be 15 min or more"),
        ({"redial_after": "PT1S"}, "redial_after: must be 5 min or more"),
        ({"conversation_call_every": "PT1S"}, "conversation_call_every: must be 4 h or more"),
        ({"desk_reminder": "PT0.001S"}, "desk_reminder: must be 1 h or more"),
        ({"quiet_from": "08:05"}, "quiet_from, quiet_until: must leave 8 hours of a day"),
        ({"quiet_from": "15:59"}, "quiet_from, quiet_until: must leave 8 hours of a day"),
        *(
            (
                {"quiet_from": "16:00", "quiet_until": later},
                "quiet_from, quiet_until: must leave 8 hours of a day",
            )
            for later in ("08:30", "08:00:30", "08:00:00.5")
        ),
        (
            {"window": "PT24H", "email_hours": [0, 23], "call_hours": [0, 0.25, 0.5, 0.75, 23.5]},
            "call_hours: as many as minimum_rung_calls must lie an hour or more apart",
        ),
        (
            {"window": "PT24H", "email_hours": [0, 23], "call_hours": [8, 8.25, 8.5, 8.75, 23]},
            "call_hours: as many as minimum_rung_calls must lie an hour or more apart",
        ),
        ({"closing_email_timeout": "PT1S"}, "closing_email_timeout: must be 1 h or more"),
        ({"quiet_from": "21:01"}, "quiet_from, quiet_until: must be 21:00 or earlier"),
        ({"quiet_until": "07:59"}, "quiet_from, quiet_until: must be 21:00 or earlier"),
        ({"quiet_from": "02:00", "quiet_until": "03:00"}, "quiet_from, quiet_until: must be"),
        ({"quiet_from": "12:00", "quiet_until": "13:00"}, "quiet_from, quiet_until: must be"),
    ],
    ids=str,
)
def test_what_would_cost_an_account_unfairly_fast_is_named(
    overrides: dict[str, Any], problem: str
) -> None:
    found = unfair(effective_policy(overrides))
    assert found is not None
    assert found.startswith(problem)


def test_the_least_window_is_the_workers_and_under_a_day_it_is_all_that_is_asked() -> None:
    brief = effective_policy(NINE_SECONDS)
    assert unfair(brief, timedelta(seconds=9)) is None
    assert unfair(brief, timedelta(seconds=10)) is not None
    assert (
        unfair(effective_policy({"window": "PT48H"}), 72 * HOUR) == "window: must be 72 h or more"
    )
    assert unfair(effective_policy(None), 72 * HOUR) is None
    assert LEAST_WINDOW == 24 * HOUR
