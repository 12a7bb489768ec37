"""What a policy may be (docs/rules.md, section 4; docs/api.md)."""

from typing import Any

import pytest

from domain.case.policy import Coverage, effective_policy
from domain.case.status import Reason
from domain.shared.errors import explain
from tests.domain.case.build import HOUR, facts_for
from tests.domain.case.world import World


def test_no_overrides_are_the_numbers_of_the_programme() -> None:
    policy = effective_policy(None)
    assert policy == effective_policy({})
    assert policy.window == policy.cooperation_window == 72 * HOUR
    assert policy.email_hours == (0, 24, 36, 48, 66)
    assert policy.call_hours == (0, 0.25, 1, 4, 8, 24, 32, 48, 56, 64, 70)


def test_any_default_is_overridden_by_name() -> None:
    policy = effective_policy({"coverage": "enrolled", "window": "PT96H", "quiet_from": "20:00"})
    assert policy.coverage is Coverage.ENROLLED
    assert policy.window == 96 * HOUR
    assert policy.quiet_from.hour == 20
    assert policy.email_hours == (0, 24, 36, 48, 66)


def test_with_a_shorter_window_defaults_beyond_it_fall_away() -> None:
    policy = effective_policy({"window": "PT48H"})
    assert policy.email_hours == (0, 24, 36)
    assert policy.call_hours == (0, 0.25, 1, 4, 8, 24, 32)


@pytest.mark.parametrize(
    ("overrides", "problem"),
    [
        ({"windw": "PT48H"}, "windw: there is no such field"),
        ({"window": "PT0S"}, "window: "),
        ({"window": "P31D"}, "window: "),
        ({"window": "soon"}, "window: "),
        ({"call_hours": []}, "call_hours: "),
        ({"call_hours": [0, 1, 1, 60]}, "call_hours must increase"),
        ({"call_hours": [4, 1]}, "call_hours must increase"),
        ({"call_hours": [-1, 60]}, "call_hours.0: "),
        ({"call_hours": [0, "NaN"]}, "call_hours.1: "),
        ({"window": "PT48H", "call_hours": [0, 24, 60]}, "call_hours must lie before the end"),
        ({"window": "PT48H", "email_hours": [0, 48]}, "email_hours must lie before the end"),
        ({"email_hours": [0]}, "email_hours needs two or more"),
        ({"quiet_from": "08:00"}, "quiet_from must differ"),
        ({"quiet_from": "21:00Z"}, "without an offset"),
        ({"coverage": "nobody"}, "coverage: "),
        ({"minimum_rung_calls": 0}, "minimum_rung_calls: "),
        ({"redials": -1}, "redials: "),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_with_the_fields_name(
    overrides: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 (the message is what is tested)
        effective_policy(overrides)
    assert problem in explain(refusal.value)


@pytest.mark.parametrize(
    "overrides",
    [
        pytest.param({"call_hours": [0, 60]}, id="too-few-calls"),
        pytest.param({"call_hours": [0, 1, 2, 3, 4]}, id="none-in-the-last-third"),
        pytest.param({"minimum_rung_calls": 12}, id="more-must-ring-than-are-made"),
        pytest.param({"call_hours": [0, 0.1, 0.2, 60]}, id="too-close-to-each-other"),
        pytest.param(
            {"quiet_from": "08:10", "quiet_until": "08:00", "window": "PT36H"},
            id="quiet-nearly-all-day",
        ),
    ],
)
def test_a_policy_that_cannot_meet_what_really_tried_takes_is_refused(
    overrides: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match="call_hours: at no hour of the day"):
        effective_policy(overrides)


@pytest.mark.parametrize(
    "call_hours",
    [
        pytest.param([0, 24, 48], id="the-last-as-the-last-third-begins"),
        pytest.param([0, 24, 50], id="the-last-soon-after"),
    ],
)
def test_a_policy_that_just_meets_what_really_tried_takes_is_taken_and_deactivates(
    call_hours: list[float],
) -> None:
    """Quiet hours are so short that they move no call: the last third begins at 48."""
    policy = {"call_hours": call_hours, "quiet_from": "08:01", "quiet_until": "08:02"}
    assert World(policy=policy).play(73).case.reason == Reason.NOT_REACHED


def test_a_policy_survives_being_stored() -> None:
    policy = effective_policy({"window": "PT48H", "quiet_from": "20:30"})
    assert type(policy).model_validate_json(policy.model_dump_json()) == policy


def test_a_case_keeps_its_policy_when_it_is_stored() -> None:
    world = World(policy={"window": "PT48H"}).play(5)
    again = type(world.case).model_validate_json(world.case.model_dump_json())
    assert again.policy == facts_for(world.case, {"window": "PT48H"}).policy
