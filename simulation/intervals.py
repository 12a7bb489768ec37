"""The 95 % intervals of what is measured over many cases."""

from math import sqrt
from typing import Protocol

Z = 1.959964
"""Standard deviations to either side of a normal mean that hold 95 %."""


class SumsOfValues(Protocol):
    """The sum of values, and the sum of their squares."""

    total: float
    squares: float


def of_mean(sums: SumsOfValues, count: int) -> tuple[float, float] | None:
    """Return Student's interval of the mean of `count` values. None: one value tells nothing."""
    if count < 2:
        return None
    mean = sums.total / count
    variance = max((sums.squares - sums.total * mean) / (count - 1), 0.0)
    half = _student(count - 1) * sqrt(variance / count)
    return mean - half, mean + half


def of_rate(hits: SumsOfValues, count: int) -> tuple[float, float]:
    """Return Wilson's interval of a rate."""
    rate, z2 = hits.total / count, Z * Z
    middle = (rate + z2 / (2 * count)) / (1 + z2 / count)
    spread = Z * sqrt(rate * (1 - rate) / count + z2 / (4 * count * count)) / (1 + z2 / count)
    return max(middle - spread, 0.0), min(middle + spread, 1.0)


def of_paired_rates(differences: SumsOfValues, count: int) -> tuple[float, float]:
    """Return Bonett and Price's interval of the difference of two rates of the same cases.

    A case's difference is 1, -1, or 0. One of each of the first two is added. So a few cases that
    differ all in one direction are not taken for certain, nor are none.
    """
    net, differing = differences.total / (count + 2), (differences.squares + 2) / (count + 2)
    half = Z * sqrt((differing - net * net) / (count + 2))
    return max(net - half, -1.0), min(net + half, 1.0)


def _student(freedom: int) -> float:
    """Return what `Z` is for so few values, by the first terms of its expansion."""
    first = (Z**3 + Z) / (4 * freedom)
    second = (5 * Z**5 + 16 * Z**3 + 3 * Z) / (96 * freedom**2)
    return Z + first + second
