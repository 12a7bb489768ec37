"""How fast this machine is just now: limits of time are for the machine they were set on."""

from collections.abc import Callable
from time import process_time

_ROUNDS = 500_000
_SECONDS_THEN = 0.025
"""What the rounds took on the machine that the limits of the tests were set on."""
_SAMPLES = 3
"""The least of so many counts: one that lost the processor says nothing."""


def slowness(clock: Callable[[], float] = process_time) -> float:
    """Return how many times longer this machine takes now, and 1 at least.

    `process_time` leaves out what other processes do meanwhile; `monotonic` has it in.
    """
    return max(1.0, min(_taken(clock) for _ in range(_SAMPLES)) / _SECONDS_THEN)


def _taken(clock: Callable[[], float]) -> float:
    began = clock()
    total = 0
    for number in range(_ROUNDS):
        total += number * number % 7
    return clock() - began
