"""When it is day where a telephone number is (docs/rules.md, section 2).

It asks this machine's data, so no workflow asks it.
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo

import phonenumbers
from phonenumbers import timezone

from domain.case.calling_hours import CallingWindow, calling_hours
from domain.case.policy import Policy
from reference.time_zones import PLACES, clock_of, zone_of

_QUIET_FROM, _QUIET_UNTIL = Policy().quiet_from, Policy().quiet_until
_STEPS = 10
"""Openings that are looked at, one after the other, for one that suits every place."""


def day_time(phone: str, time_zone: str | None, now: datetime) -> CallingWindow:
    """Return the hours from `now` on that are calling hours wherever the number may be.

    The hours are the default ones of cases. Where the number's places share none, or none is known,
    those of the seller's zone count, or else those of UTC.
    """
    places = timezone.time_zones_for_number(phonenumbers.parse(phone))
    zones = [zone_of(name) for name in places if name in PLACES]
    shared = _shared_hours(zones, now) if zones else None
    return shared or calling_hours(_QUIET_FROM, _QUIET_UNTIL, clock_of(time_zone), now, now)[0]


def _shared_hours(zones: Sequence[tzinfo], now: datetime) -> CallingWindow | None:
    moment = now
    for _ in range(_STEPS):
        windows = [calling_hours(_QUIET_FROM, _QUIET_UNTIL, z, moment, moment)[0] for z in zones]
        opens = max(window.opens for window in windows)
        if opens <= moment:
            return CallingWindow(moment, min(window.closes for window in windows))
        moment = opens
    return None
