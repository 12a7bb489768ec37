"""Policies beside each other: each measure with its 95 % interval, and what differs."""

from collections.abc import Mapping

from domain.shared.text import Frozen
from simulation.intervals import of_mean, of_paired_rates, of_rate
from simulation.measures import QUANTILES, RATES, Hours, Measured, Measures, Sums

_LEAST_BLOCKS = 10
"""With fewer, the spread of a quantile between blocks says too little."""


class Figure(Frozen):
    """A value and its 95 % interval. An end is null where too few cases tell nothing of it."""

    value: float
    low: float | None
    high: float | None


class Compared(Frozen):
    """A measure under one policy. Rates are of 1, amounts of a case, hours of a reached seller."""

    figure: Figure | None
    """Null: nobody was reached, so there are no hours."""
    difference: Figure | None = None
    """From the first policy, pair by pair: each case has the same luck under both. Null for it."""

    @property
    def is_certain(self) -> bool:
        """Whether the interval of the difference leaves out 0."""
        found = self.difference
        if found is None or found.low is None or found.high is None:
            return False
        return found.low > 0 or found.high < 0


Comparison = dict[str, dict[str, Compared]]
"""For each measure, in the order of docs/simulation.md: by policy."""


def compared(measures: Mapping[str, Measures]) -> Comparison:
    """Return the comparison of policies. The first is what the others differ from."""
    first = next(iter(measures))
    found: Comparison = {}
    for name in (*QUANTILES, *Measured._fields):
        of_policy = _quantile if name in QUANTILES else _mean
        found[name] = {
            policy: of_policy(name, sums, None if policy == first else measures[first])
            for policy, sums in measures.items()
        }
    order = ("reached", *QUANTILES)
    return {name: found[name] for name in (*order, *(n for n in found if n not in order))}


def _mean(name: str, measures: Measures, first: Measures | None) -> Compared:
    count, sums, is_rate = measures.count, measures.sums[name], name in RATES
    figure = _figure(sums, count, of_rate(sums, count) if is_rate else of_mean(sums, count))
    if first is None:
        return Compared(figure=figure)
    differs = measures.differences[name]
    interval = of_paired_rates(differs, count) if is_rate else of_mean(differs, count)
    return Compared(figure=figure, difference=_figure(differs, count, interval))


def _figure(sums: Sums, count: int, interval: tuple[float, float] | None) -> Figure:
    low, high = interval or (None, None)
    return Figure(value=sums.mean(count), low=low, high=high)


def _quantile(name: str, measures: Measures, first: Measures | None) -> Compared:
    figure = _quantile_of(measures.hours, name)
    theirs = None if first is None else _quantile_of(first.hours, name)
    if figure is None or theirs is None:
        return Compared(figure=figure)
    value, low, high = figure.value - theirs.value, None, None
    if measures.blocks >= _LEAST_BLOCKS:
        spread = of_mean(measures.quantile_differences[name], measures.blocks)
        assert spread
        half = (spread[1] - spread[0]) / 2
        low, high = value - half, value + half
    return Compared(figure=figure, difference=Figure(value=value, low=low, high=high))


def _quantile_of(hours: Hours, name: str) -> Figure | None:
    found = hours.quantile(QUANTILES[name])
    return found and Figure(value=found.value, low=found.low, high=found.high)
