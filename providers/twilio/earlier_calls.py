"""How long earlier calls to a number keep it from being called again (docs/rules.md, section 4)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from providers.spacing import Spacing
from providers.twilio.api import Call, CallStatus, TwilioApi

_ASKED_ABOUT = 3
"""Answered calls that are looked into. No more can matter: after contact few calls are placed."""
_JOINED = frozenset({CallStatus.IN_PROGRESS, CallStatus.COMPLETED})


async def wait_after(
    calls: Iterable[Call], now: datetime, spacing: Spacing, api: TwilioApi
) -> timedelta:
    """Return how long to wait after calls that have ended.

    Args:
        calls: the calls to the number, newest first. Twilio does not tell whose they were.
        now: Twilio's time.
        spacing: what to keep to.
        api: asked which of them reached the desk.
    """
    # One that failed did not ring, and one without a date has never been seen after its end.
    rang = [call for call in calls if call.date_created and call.status is not CallStatus.FAILED]
    wait = timedelta(0)
    for call in rang:
        apart = _placed(call) + spacing.distance - now
        if apart > wait and not await _only_said_something(call, api):
            wait = apart
    for call in [c for c in rang if _is_answered(c)][:_ASKED_ABOUT]:
        paused = _ended(call) + spacing.after_contact - now
        if paused > wait and await _reached_the_desk(call, api):
            return paused
    return wait


async def _only_said_something(call: Call, api: TwilioApi) -> bool:
    """Return whether a call that was answered said a code, or the like, and was no case's.

    Such a call has no machine detection, and dials nobody.
    """
    undetected = call.status is CallStatus.COMPLETED and call.answered_by is None
    return undetected and not await api.children(call.sid)


def _placed(call: Call) -> datetime:
    assert call.date_created is not None
    return call.date_created


def _ended(call: Call) -> datetime:
    return call.end_time or _placed(call)


def _is_answered(call: Call) -> bool:
    return call.status is CallStatus.COMPLETED and not call.is_by_machine


async def _reached_the_desk(call: Call, api: TwilioApi) -> bool:
    return any(leg.status in _JOINED for leg in await api.children(call.sid))
