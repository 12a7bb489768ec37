"""How likely sellers answer an e-mail and how soon, from cases that closed.

An answer says nothing of which e-mail it is to, and most e-mails are watched only until a call, the
seller's answer to another one, or the end of the case. To take each answer for one to the newest
e-mail would make answers quick, and slow ones would be missing. So what is worked out is a rate: by
an e-mail's age, how likely it is answered within the next hour. Each answer counts for every e-mail
that it may be to, by these rates (expectation maximisation). Sellers who read no e-mail of ours
have none; how likely somebody who has not answered is one of them is worked out too.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import exp, log
from typing import NamedTuple

_EDGES = (0.0, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 30, 36, 48, 60, 72, 96, 144, 240, 480, 720)
"""Hours. Between two of them the rate is taken as even."""
_BINS = len(_EDGES) - 1
_ROUNDS = 200
_WATCHED = 24
"""Hours. An e-mail that was watched for less and not answered counts as not seen."""

Exposure = tuple[float, ...]
"""For how many hours e-mails of an age were watched, by that age."""


class EmailAnswers(NamedTuple):
    """What was worked out of sellers who read e-mails."""

    answered: float
    """The share of e-mails that are answered."""
    median: float
    p90: float
    """Within so many hours half, and nine tenths, of the answers come."""


class EmailsSeen:
    """The e-mails to many sellers, for how long each was watched, and who has answered."""

    def __init__(self) -> None:
        self._silent: Counter[Exposure] = Counter()
        self._answered: Counter[tuple[Exposure, tuple[int, ...]]] = Counter()
        """With the ages of the e-mails at the answer, as numbers of their bins."""
        self.seen = 0
        """How many e-mails were answered, or watched for a day."""
        self.answers = 0

    def add(self, ages: Sequence[float], *, answered: bool) -> None:
        """Take in a seller.

        Args:
            ages: how old each e-mail was, in hours, when the seller was reached or the case closed.
            answered: whether it was an answer that reached the seller.
        """
        if not ages:
            return
        exposure = tuple(
            float(sum(max(0.0, min(_whole(age), end) - begin) for age in ages))
            for begin, end in pairwise(_EDGES)
        )
        if answered:
            self._answered[exposure, tuple(sorted(map(_bin, ages)))] += 1
            self.answers += 1
        else:
            self._silent[exposure] += 1
        self.seen += answered + sum(age >= _WATCHED for age in ages[: len(ages) - answered])

    def fit(self, never_read: float) -> EmailAnswers:
        """Return what was worked out, where a share of the sellers reads no e-mail."""
        rates = [1 / _EDGES[-1]] * _BINS
        for _ in range(_ROUNDS):
            rates = self._again(rates, never_read)
        lost = [rate * (end - begin) for rate, begin, end in _of_bins(rates)]
        answered = 1 - exp(-sum(lost))
        return EmailAnswers(answered, _age(rates, answered / 2), _age(rates, answered * 0.9))

    def _again(self, rates: list[float], never_read: float) -> list[float]:
        exposed, answers = [0.0] * _BINS, [0.0] * _BINS
        for exposure, sellers in self._silent.items():
            kept = exp(-sum(rate * hours for rate, hours in zip(rates, exposure, strict=True)))
            reads = (1 - never_read) * kept
            share = reads / (reads + never_read) if reads else 0.0
            for number, hours in enumerate(exposure):
                exposed[number] += sellers * share * hours
        for (exposure, ages), sellers in self._answered.items():
            for number, hours in enumerate(exposure):
                exposed[number] += sellers * hours
            total = sum(rates[number] for number in ages)
            for number in ages:
                part = rates[number] / total if total else 1 / len(ages)
                answers[number] += sellers * part
        return [a / hours if hours else 0.0 for a, hours in zip(answers, exposed, strict=True)]


def _of_bins(rates: list[float]) -> list[tuple[float, float, float]]:
    return [(rate, *edges) for rate, edges in zip(rates, pairwise(_EDGES), strict=True)]


def _whole(age: float) -> float:
    """Round an age, so that many sellers are alike; a young one less."""
    return round(age * 4) / 4 if age < 12 else float(round(age))


def _bin(age: float) -> int:
    return min(bisect_right(_EDGES, max(age, 0.0)) - 1, _BINS - 1)


def _age(rates: list[float], answered: float) -> float:
    """Return the age at which so large a share of the e-mails has been answered."""
    to_go = -log(1 - answered)
    for rate, begin, end in _of_bins(rates):
        if rate * (end - begin) >= to_go and rate:
            return begin + to_go / rate
        to_go -= rate * (end - begin)
    return _EDGES[-1]
