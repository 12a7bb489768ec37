"""The numbers of a case (docs/rules.md, sections 3 to 6).

A case freezes its policy when it opens. To change a number for the cases to come, change the
default here; cases already open keep theirs.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import Field, JsonValue, model_validator

from domain.case.calling_hours import calling_hours, spaced_calls
from domain.shared import fresh_link
from domain.shared.text import Frozen

_HOUR = timedelta(hours=1)
_LONGEST_WINDOW = timedelta(days=30)

Hours = Annotated[
    tuple[Annotated[float, Field(ge=0, le=_LONGEST_WINDOW / _HOUR, allow_inf_nan=False)], ...],
    Field(min_length=1, max_length=50),
]
Span = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=90))]


def _hours(*defaults: float) -> Any:  # Any: what pydantic's own Field() answers
    """A field whose defaults fall away where they lie beyond a shorter window."""

    def within(known: dict[str, Any]) -> tuple[float, ...]:
        return tuple(hour for hour in defaults if hour * _HOUR < known["window"])

    return Field(default_factory=within, validate_default=True)


class Coverage(StrEnum):
    """Whose cases the promise holds for."""

    ENROLLED = "enrolled"
    EVERYONE = "everyone"


class Policy(Frozen):
    """Hours count from the beginning of the outreach; times of day are the seller's."""

    coverage: Coverage = Coverage.ENROLLED

    # The 72 hours (section 4)
    window: Annotated[timedelta, Field(gt=timedelta(0), le=_LONGEST_WINDOW)] = 72 * _HOUR
    email_hours: Hours = _hours(0, 24, 36, 48, 66)
    call_hours: Hours = _hours(0, 0.25, 1, 4, 8, 24, 32, 48, 56, 64, 70)
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    call_spacing: Span = timedelta(minutes=15)
    opening_spread: Annotated[timedelta, Field(ge=timedelta(0), le=_HOUR)] = timedelta(minutes=30)
    """Over how long after an opening the calls of all cases that were moved to it are spread."""
    late_notice: Span = timedelta(minutes=15)
    """A first notice later than this after the beginning has the rest planned anew."""
    redial_after: Span = timedelta(minutes=5)
    redials: Annotated[int, Field(ge=0, le=10)] = 2
    minimum_rung_calls: Annotated[int, Field(ge=1, le=50)] = 3
    call_timeout: Span = timedelta(minutes=15)
    email_timeout: Span = _HOUR

    # Working it out (section 5)
    cooperation_window: Span = 72 * _HOUR
    conversation_call_every: Span = 24 * _HOUR
    maximum_rejections: Annotated[int, Field(ge=1, le=20)] = 3
    desk_told_of_plans: bool = True
    """Whether the desk hears of a plan at once, and not first when it is reminded."""
    desk_reminder: Span = 24 * _HOUR
    assignment_expires: Span = 4 * _HOUR
    """For how long after the last act of whoever took a case it is theirs."""
    request_spacing: Span = timedelta(minutes=5)
    requests_per_day: Annotated[int, Field(ge=1, le=100)] = 6
    link_spacing: Span = fresh_link.SPACING
    links_per_day: Annotated[int, Field(ge=1, le=100)] = fresh_link.PER_DAY

    second_person: bool = False
    """Whether a decision to deactivate waits until another person confirms it."""

    # Deactivating (section 6)
    deactivation_timeout: Span = 24 * _HOUR
    closing_email_timeout: Span = 24 * _HOUR

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for name, hours in (("email_hours", self.email_hours), ("call_hours", self.call_hours)):
            if any(a >= b for a, b in pairwise(hours)):
                raise ValueError(f"{name} must increase from one to the next")
            if hours[-1] * _HOUR >= self.window:
                raise ValueError(f"{name} must lie before the end of the window")
        if self.email_hours[0] != 0:
            raise ValueError("email_hours must begin with 0: the notice goes out at once")
        if self.quiet_from.tzinfo or self.quiet_until.tzinfo:
            raise ValueError("quiet_from and quiet_until are local times, without an offset")
        if self.quiet_from == self.quiet_until:
            raise ValueError("quiet_from must differ from quiet_until")
        if len(self.email_hours) < 2:
            raise ValueError("email_hours needs two or more: a notice and the final notice")
        return self


def effective_policy(overrides: Mapping[str, JsonValue] | None) -> Policy:
    """The defaults with `overrides`, fit to open a case with.

    Raises:
        ValueError: (pydantic.ValidationError is one) an unknown field, a value out of its
            range, or a policy under which nobody could ever really be tried.
    """
    policy = Policy.model_validate(dict(overrides or {}))
    if not _can_really_try(policy):
        raise ValueError(
            "call_hours: at no hour of the day could a case opened with this policy ring "
            f"{policy.minimum_rung_calls} times, once in the last third of the window; give "
            "more call_hours, a longer window, or shorter quiet hours"
        )
    return policy


def _can_really_try(policy: Policy) -> bool:
    """Whether some moment of a day leaves an agenda that `really_tried` could accept."""
    midnight = datetime(2000, 1, 3, tzinfo=UTC)
    hours = calling_hours(
        policy.quiet_from,
        policy.quiet_until,
        UTC,
        midnight,
        midnight + policy.window + timedelta(days=2),
    )
    for quarter in range(96):
        begins = midnight + quarter * timedelta(minutes=15)
        deadline = begins + policy.window
        calls = spaced_calls(
            (begins + h * _HOUR for h in policy.call_hours),
            begins=begins,
            ends=deadline,
            hours=hours,
            spacing=policy.call_spacing,
            last_call=None,
        )
        last_third = deadline - policy.window / 3
        if len(calls) >= policy.minimum_rung_calls and calls[-1] >= last_third:
            return True
    return False
