"""Runs many cases on several processors. The results do not depend on how many there are.

The cases come in blocks of a fixed size, which are merged in order.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

from domain.case.policy import Policy
from simulation.measures import Measured, Measures, measured
from simulation.play import CasePlay, Stage
from simulation.seller import Seller
from simulation.world import World

BLOCK = 250
_AHEAD = 4
"""How many blocks wait for each process, so that none is idle and the memory does not grow."""


def case_id(seed: int, case: int) -> str:
    """Return the id of a simulated case. It is the same under every policy."""
    return f"simulated/{seed}/{case}"


class Run:
    """Cases of one world, played under several policies with the same luck."""

    def __init__(self, world: World, policies: Mapping[str, Policy], seed: int) -> None:
        self._stages = {name: Stage(world, rules) for name, rules in policies.items()}
        self._world, self._seed = world, seed

    def block(self, cases: range) -> dict[str, Measures]:
        """Play a block of cases under each policy."""
        found = {name: Measures() for name in self._stages}
        for case in cases:
            first: Measured | None = None
            for name in self._stages:
                of_case, hours = measured(self.play(name, case))
                first = first or of_case
                found[name].add(of_case, hours, first)
        if len(cases) == BLOCK:
            one = next(iter(found.values()))
            for each in found.values():
                each.end_block(one)
        return found

    def play(self, policy: str, case: int) -> CasePlay:
        """Play one case to its end."""
        stage = self._stages[policy]
        seller = Seller(self._world, stage.mixes, self._seed, case)
        play = CasePlay(stage, seller, case_id(self._seed, case))
        play.play()
        return play


_run: Run | None = None
"""That of a process of the pool."""


def _begin(world: World, policies: Mapping[str, Policy], seed: int) -> None:
    global _run  # noqa: PLW0603  # a process of a pool keeps what all its blocks need
    _run = Run(world, policies, seed)


def _play(cases: range) -> dict[str, Measures]:
    assert _run
    return _run.block(cases)


def simulate(
    world: World,
    policies: Mapping[str, Policy],
    *,
    cases: int,
    seed: int,
    processes: int | None = None,
    tell: Callable[[int], None] = lambda cases: None,
) -> dict[str, Measures]:
    """Play cases under each policy, and return what was measured.

    Args:
        world: what they meet.
        policies: each by its name. Differences are from the first.
        cases: how many.
        seed: their luck. The same seed gives the same answer.
        processes: on how many processors. None: on all there are.
        tell: is told how many cases have been played, again and again.

    Raises:
        BrokenProcessPool: a process was killed.
    """
    merged = {name: Measures() for name in policies}
    for number, found in enumerate(_blocks(world, policies, cases, seed, processes), start=1):
        for name, measures in found.items():
            merged[name].merge(measures)
        tell(min(number * BLOCK, cases))
    return merged


def _blocks(
    world: World, policies: Mapping[str, Policy], cases: int, seed: int, processes: int | None
) -> Iterator[dict[str, Measures]]:
    ranges = (range(n, min(n + BLOCK, cases)) for n in range(0, cases, BLOCK))
    workers = min(processes or _processors(), -(-cases // BLOCK))
    if workers == 1:
        run = Run(world, policies, seed)
        yield from map(run.block, ranges)
        return
    with ProcessPoolExecutor(
        workers, get_context("spawn"), _begin, (world, dict(policies), seed)
    ) as pool:
        waiting: deque[Future[dict[str, Measures]]] = deque()
        for cases_of_block in ranges:
            waiting.append(pool.submit(_play, cases_of_block))
            if len(waiting) > _AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _processors() -> int:
    """Return how many this process may use, or how many there are where nobody says that."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
