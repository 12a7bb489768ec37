"""Chance without a state: each draw is a function of the seed, the case, and what is drawn.

So a seller has the same luck under every policy, in whatever order a case draws, and in whatever
process it is played. What differs between two policies is then the policies' doing.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import timedelta
from enum import IntEnum
from functools import cache
from hashlib import blake2b
from itertools import accumulate
from math import exp, log
from statistics import NormalDist
from struct import Struct
from typing import Generic, TypeVar

from simulation.world import Delay

_KEY, _NUMBERS = Struct("<QQQq"), Struct("<8Q")
_FRACTION = 2.0**-53
_NORMAL = NormalDist()
_NINE_TENTHS = _NORMAL.inv_cdf(0.9)
_HOUR_MS = 3_600_000
_LONGEST_HOURS = 24 * 365

T = TypeVar("T")


class Drawn(IntEnum):
    """What is drawn. The numbers are part of a seed's meaning, so they never change."""

    OPENING = 1
    SELLER = 2
    AT_THE_TELEPHONE = 3
    CALL = 4
    EMAIL = 5
    PLAN = 6
    REVIEW = 7
    DECISION = 8


def draw(seed: int, case: int, what: Drawn, index: int = 0) -> tuple[float, ...]:
    """Return eight independent numbers, evenly spread from 0 to below 1."""
    digest = blake2b(_KEY.pack(seed, case, what, index)).digest()
    return tuple((number >> 11) * _FRACTION for number in _NUMBERS.unpack(digest))


class Mix(Generic[T]):
    """Values with their shares."""

    def __init__(self, shares: Mapping[T, float]) -> None:
        self._values = tuple(shares)
        self._ends = tuple(accumulate(shares.values()))[:-1]

    def at(self, luck: float) -> T:
        """Return the value that a number from 0 to below 1 falls on."""
        return self._values[bisect_right(self._ends, luck)]


@cache
def _parameters(delay: Delay) -> tuple[float, float]:
    return log(delay.median), log(delay.p90 / delay.median) / _NINE_TENTHS


def delay_at(delay: Delay, luck: float) -> timedelta:
    """Return the delay that a number from 0 to below 1 falls on, in whole milliseconds.

    None is longer than a year.
    """
    mean, spread = _parameters(delay)
    hours = exp(mean + spread * _NORMAL.inv_cdf(max(luck, _FRACTION)))
    return timedelta(milliseconds=round(min(hours, _LONGEST_HOURS) * _HOUR_MS))
