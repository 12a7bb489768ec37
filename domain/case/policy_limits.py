"""The limits of a policy that the start of a case may set (docs/api.md).

Whoever may start a workflow may override the policy. A worker accepts only a policy that leaves
sellers the time that the programme promises, and enough calls and e-mails to reach them.
"""

from collections.abc import Callable
from datetime import time, timedelta

from domain.case.policy import Policy

LEAST_WINDOW = timedelta(hours=24)
"""The default. A setting of the worker changes it."""

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)

_LEAST_SPANS = {
    "cooperation_window": 24 * _HOUR,
    "call_spacing": 15 * _MINUTE,
    "redial_after": 5 * _MINUTE,
    "conversation_call_every": 4 * _HOUR,
    "closing_email_timeout": _HOUR,
    "desk_reminder": _HOUR,
}
"""Below these, a policy hurries the seller (the first), rings without pause (the next three), lets
nobody know how the case ended (the fifth), or e-mails the desk without pause (the last)."""

_LEAST_CALLS = 3
_DAY_BEGINS, _DAY_ENDS = time(8), time(21)
_TO_ANSWER = _HOUR
"""The time that the final notice must leave to answer it."""
_APART = _HOUR
"""Calls closer than this meet the same absence."""

_LEAST_DAY = 8 * _HOUR
"""The part of a day in which calls must be allowed."""


def _hours_of_a_day(policy: Policy) -> timedelta:
    opens, closes = (
        timedelta(hours=t.hour, minutes=t.minute, seconds=t.second, microseconds=t.microsecond)
        for t in (policy.quiet_until, policy.quiet_from)
    )
    return closes - opens


def _calls_apart(policy: Policy) -> int:
    """Return how many calls count if those within an hour of a counted call do not."""
    apart = [policy.call_hours[0]]
    for hour in policy.call_hours[1:]:
        if hour - apart[-1] >= _APART / _HOUR:
            apart.append(hour)
    return len(apart)


_RULES: tuple[tuple[Callable[[Policy], bool], str], ...] = (
    (
        lambda p: _DAY_BEGINS <= p.quiet_until < p.quiet_from <= _DAY_ENDS,
        "quiet_from, quiet_until: must be 21:00 or earlier, and 08:00 or later",
    ),
    (
        lambda p: _hours_of_a_day(p) >= _LEAST_DAY,
        "quiet_from, quiet_until: must leave 8 hours of a day or more for calls",
    ),
    (
        lambda p: p.minimum_rung_calls >= _LEAST_CALLS,
        f"minimum_rung_calls: must be {_LEAST_CALLS} or more",
    ),
    (
        lambda p: p.call_hours[0] * _HOUR <= p.window / 3,
        "call_hours: the first must lie in the first third of the window",
    ),
    (
        lambda p: _calls_apart(p) >= p.minimum_rung_calls,
        "call_hours: as many as minimum_rung_calls must lie an hour or more apart",
    ),
    (
        lambda p: p.window / 2 <= p.email_hours[-1] * _HOUR <= p.window - _TO_ANSWER,
        "email_hours: the last, which is the final notice, must lie in the second half of the "
        "window, and an hour or more before its end",
    ),
)


def unfair(policy: Policy, least_window: timedelta = LEAST_WINDOW) -> str | None:
    """Return what is unfair about a policy, with the field's name; None if nothing is.

    A least window under 24 hours is for demos and tests. Then it is the only limit.
    """
    if policy.window < least_window:
        return f"window: must be {_words(least_window)} or more"
    if least_window < LEAST_WINDOW:
        return None
    for field, least in _LEAST_SPANS.items():
        if getattr(policy, field) < least:
            return f"{field}: must be {_words(least)} or more"
    return next((problem for holds, problem in _RULES if not holds(policy)), None)


def _words(span: timedelta) -> str:
    hours = span / _HOUR
    return f"{hours:g} h" if hours >= 1 else f"{span / _MINUTE:g} min"
