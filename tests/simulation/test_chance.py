"""A draw depends on the seed, the case and what is drawn, and on nothing else."""

from collections import Counter
from statistics import fmean, quantiles

import pytest

from simulation.chance import Drawn, Mix, delay_at, draw
from simulation.world import Delay


def test_the_same_is_drawn_again_and_anything_else_is_another() -> None:
    one = draw(7, 1, Drawn.CALL, 3)
    assert draw(7, 1, Drawn.CALL, 3) == one
    others = [
        draw(8, 1, Drawn.CALL, 3),
        draw(7, 2, Drawn.CALL, 3),
        draw(7, 1, Drawn.EMAIL, 3),
        draw(7, 1, Drawn.CALL, 4),
        draw(7, 1, Drawn.CALL, -3),
    ]
    assert all(not set(one) & set(other) for other in others)


def test_what_a_seed_means_never_changes() -> None:
    assert draw(7, 1, Drawn.CALL, 3)[0] == pytest.approx(0.255257173256636, abs=1e-12)


def test_draws_are_even_and_below_one() -> None:
    drawn = [luck for case in range(2000) for luck in draw(7, case, Drawn.SELLER)]
    assert 0 <= min(drawn) < 0.001
    assert 0.999 < max(drawn) < 1
    assert fmean(drawn) == pytest.approx(0.5, abs=0.01)
    tenths = Counter(int(luck * 10) for luck in drawn)
    assert all(1400 < tenths[n] < 1800 for n in range(10))


def test_delays_have_the_median_and_the_ninetieth_percentile() -> None:
    delay = Delay(median=3, p90=18)
    hours = [delay_at(delay, (n + 0.5) / 5000).total_seconds() / 3600 for n in range(5000)]
    tenths = quantiles(hours, n=10)
    assert tenths[4] == pytest.approx(3, rel=0.01)
    assert tenths[8] == pytest.approx(18, rel=0.01)


def test_a_delay_is_of_whole_milliseconds_and_never_endless() -> None:
    assert delay_at(Delay(median=1, p90=2), 0.123456).microseconds % 1000 == 0
    assert delay_at(Delay(median=2000, p90=2160), 1 - 2**-53).days <= 365
    assert delay_at(Delay(median=1, p90=1), 0.0).total_seconds() == 3600


def test_a_mix_gives_each_value_its_share() -> None:
    mix = Mix({"a": 0.2, "b": 0.0, "c": 0.8})
    assert [mix.at(luck) for luck in (0.0, 0.199, 0.2, 0.999999)] == ["a", "a", "c", "c"]
