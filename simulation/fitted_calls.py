"""How likely sellers pick up, by hour and weekday, from calls that were made.

Some sellers never pick up. They are called the most, so they would lower every hour's rate. Who of
those who have not picked up is such a seller is not known; how likely they are is worked out
together with the rates (expectation maximisation).
"""

from collections import Counter
from math import floor, prod
from typing import NamedTuple

from simulation.world import Calls

_MOST_ROUNDS = 500
_CLOSE = 1e-5
"""The rounds end when the share of those who never pick up changes by less."""
_SOME = 0.1
"""Where the rounds begin. From 0, and from 1, they would not move."""
LEAST = 30
"""With fewer calls than these an hour's rate says too little."""

Slot = tuple[int, int]
"""The hour of the day and the weekday of a call, where the seller is."""


class PickUps(NamedTuple):
    """What was worked out."""

    by_hour: tuple[float, ...]
    by_weekday: tuple[float, ...]
    never: float
    calls_by_hour: Counter[int]
    calls_by_weekday: Counter[int]


class CallsSeen:
    """The calls of many sellers: how many, and who has picked up."""

    def __init__(self) -> None:
        self._made: Counter[Slot] = Counter()
        """Calls to sellers who have picked up at least once."""
        self._picked_up: Counter[Slot] = Counter()
        self._in_vain: Counter[tuple[Slot, ...]] = Counter()
        """The calls of each seller who has not, by how many sellers."""
        self.sellers = 0

    def add(self, calls: list[tuple[Slot, bool]]) -> None:
        """Take in the calls to one seller, and which of them they picked up."""
        if not calls:
            return
        self.sellers += 1
        if any(picked_up for _, picked_up in calls):
            self._made.update(slot for slot, _ in calls)
            self._picked_up.update(slot for slot, picked_up in calls if picked_up)
        else:
            self._in_vain[tuple(sorted(slot for slot, _ in calls))] += 1

    def fit(self, base: Calls) -> PickUps:
        """Return the rates. An hour or a weekday with too few calls keeps the base's."""
        by_hour, by_weekday = list(base.picked_up), list(base.by_weekday)
        never = _SOME
        of_hour, of_weekday = self._totals()
        for _ in range(_MOST_ROUNDS if self.sellers >= LEAST else 0):
            exposed, silent = self._exposed(by_hour, by_weekday, never)
            before, never = never, silent / self.sellers
            for axis, values, total, others, most in (
                (0, by_hour, of_hour, by_weekday, 1.0),
                (1, by_weekday, of_weekday, by_hour, 10.0),
            ):
                for number in range(len(values)):
                    if total[number] >= LEAST:
                        values[number] = min(self._rate(axis, number, exposed, others), most)
            if abs(never - before) < _CLOSE:
                break
        factors = tuple(round(factor, 4) for factor in by_weekday)
        return PickUps(_allowed(by_hour, factors), factors, round(never, 4), of_hour, of_weekday)

    def _totals(self) -> tuple[Counter[int], Counter[int]]:
        of_hour: Counter[int] = Counter()
        of_weekday: Counter[int] = Counter()
        every = [*self._made.items()]
        every += [(slot, n) for calls, n in self._in_vain.items() for slot in calls]
        for (hour, weekday), number in every:
            of_hour[hour] += number
            of_weekday[weekday] += number
        return of_hour, of_weekday

    def _exposed(
        self, by_hour: list[float], by_weekday: list[float], never: float
    ) -> tuple[dict[Slot, float], float]:
        """Return the calls to sellers who may pick up, and how many sellers never do."""
        exposed: dict[Slot, float] = dict(self._made)
        silent = 0.0
        for calls, sellers in self._in_vain.items():
            missed = prod(1 - min(by_hour[h] * by_weekday[d], 0.999) for h, d in calls)
            is_never = never / (never + (1 - never) * missed)
            silent += sellers * is_never
            for slot in calls:
                exposed[slot] = exposed.get(slot, 0) + sellers * (1 - is_never)
        return exposed, silent

    def _rate(
        self, axis: int, number: int, exposed: dict[Slot, float], others: list[float]
    ) -> float:
        hits = sum(n for slot, n in self._picked_up.items() if slot[axis] == number)
        at_risk = sum(
            n * others[slot[1 - axis]] for slot, n in exposed.items() if slot[axis] == number
        )
        return hits / at_risk if at_risk else 0.0


def _allowed(by_hour: list[float], by_weekday: tuple[float, ...]) -> tuple[float, ...]:
    """Return the hours' rates, so low that no weekday makes one of more than 1."""
    most = max(by_weekday)
    highest = floor(10_000 / most) / 10_000 if most > 1 else 1.0
    return tuple(min(round(rate, 4), highest) for rate in by_hour)
