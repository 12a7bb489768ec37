"""The intervals of means, rates and paired rates are those of the books."""

from statistics import fmean, stdev

import pytest

from simulation.intervals import of_mean, of_paired_rates, of_rate
from simulation.measures import Sums


def sums_of(*values: float) -> Sums:
    sums = Sums()
    for value in values:
        sums.add(value)
    return sums


@pytest.mark.parametrize(("count", "student"), [(10, 2.2622), (16, 2.1314), (300, 1.9679)])
def test_the_interval_of_a_mean_is_students(count: int, student: float) -> None:
    values = [float(n * n % 7) for n in range(count)]
    found = of_mean(sums_of(*values), count)
    half = student * stdev(values) / count**0.5
    assert found == pytest.approx((fmean(values) - half, fmean(values) + half), abs=0.01)
    assert of_mean(sums_of(3), 1) is None


def test_the_interval_of_a_rate_is_wilsons() -> None:
    # The example of Newcombe (1998), table I: 81 of 263.
    low, high = of_rate(sums_of(*[1] * 81), 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert of_rate(sums_of(), 10)[0] == 0
    assert of_rate(sums_of(*[1] * 10), 10)[1] == pytest.approx(1)


def test_four_cases_that_differ_in_one_direction_are_not_certain() -> None:
    """The sign test says as much: they do so by chance one time in eight."""
    low, high = of_paired_rates(sums_of(-1, -1, -1, -1), 300)
    assert low < 0 < high


def test_many_that_differ_in_one_direction_are() -> None:
    low, high = of_paired_rates(sums_of(*[1] * 12), 300)
    assert 0 < low < 12 / 300 < high


def test_no_case_that_differs_does_not_prove_that_none_would() -> None:
    low, high = of_paired_rates(sums_of(), 300)
    assert low == -high
    assert 0.005 < high < 0.02
