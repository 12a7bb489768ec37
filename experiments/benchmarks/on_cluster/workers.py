"""What a second worker of each queue brings: cases opened, and calls that are due at once."""

import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

from experiments.benchmarks.bursts import Burst, burst, rows_of_bursts
from experiments.benchmarks.calls_due import NO_LIMIT
from experiments.benchmarks.crowd import AT_ONCE, RING_SECONDS
from experiments.benchmarks.many_cases import CALLS, CASES, ROUNDS
from experiments.benchmarks.on_cluster.connections import watching
from experiments.benchmarks.on_cluster.stage import ABOUT_CLUSTER, Stage, stage
from experiments.benchmarks.report import Found, Row

BATCH = max(AT_ONCE, CASES // 100)
_BLOCKS = (1, 2, 2, 1)
"""The workers of each queue in turn, so that neither number is always the first."""

ABOUT = f"""{ABOUT_CLUSTER} One worker for each queue, then two, in the blocks
{", ".join(map(str, _BLOCKS))}; in each block cases and their twins are opened in turn. The twins
have as many workers for their workflows. *Reached*: e-mailed and called once. Where the *processors
in use*, with this client's own, come to those of the machine, it was the machine that held it up,
and a second worker could bring nothing."""


class _Rates:
    """What was measured with a number of workers, round by round."""

    def __init__(self) -> None:
        self.opened: dict[bool, list[float]] = defaultdict(list)
        self.reached: dict[bool, list[float]] = defaultdict(list)
        self.seconds = 0.0
        self.spent: dict[str, float] = defaultdict(float)

    async def measure(self, on: Stage, rounds: int) -> None:
        """Open batches of cases and of twins in turn."""
        began, spent = time.monotonic(), on.processor_seconds()
        for number in range(rounds):
            for is_bare in (False, True) if number % 2 else (True, False):
                start = on.crowd.bare if is_bare else on.crowd.usual
                opened, reached = await on.crowd.open(start, BATCH)
                self.opened[is_bare].append(opened)
                self.reached[is_bare].append(reached)
        self.seconds += time.monotonic() - began
        for who, seconds in on.processor_seconds().items():
            self.spent[who] += seconds - spent[who]

    def medians(self) -> tuple[dict[bool, float], dict[bool, float]]:
        """Return the cases opened a second, and those reached; of the twins too."""
        opened, reached = (
            {bare: statistics.median(rates[bare]) for bare in (False, True)}
            for rates in (self.opened, self.reached)
        )
        return opened, reached

    def in_use(self) -> str:
        """Return the processors in use on average."""
        return ", ".join(f"{seconds / self.seconds:.2f}" for seconds in self.spent.values())


async def measure(folder: Path, found: Found) -> list[Row]:
    """Measure both with one worker and with two."""
    ring = {"CASE72_RING_SECONDS": str(RING_SECONDS)}
    async with (
        stage(folder, max(_BLOCKS), **ring, **NO_LIMIT) as on,
        watching(on) as seen,
    ):
        rates: dict[int, _Rates] = defaultdict(_Rates)
        rounds = max(1, ROUNDS // len(_BLOCKS))
        for workers in _BLOCKS:
            await on.serve_with(workers)
            for start in (on.crowd.usual, on.crowd.bare):  # every worker is there, and warm
                await on.crowd.open(start, AT_ONCE)
            await rates[workers].measure(on, rounds)
            _tell(workers, rates[workers])
        bursts: dict[int, tuple[Burst, Burst]] = {}
        opened = on.crowd.opened
        for workers in (1, 2):
            await on.serve_with(workers)
            await on.crowd.open(on.crowd.usual, AT_ONCE)
            pids = list(on.workers.values())
            bursts[workers] = (
                await burst(on.crowd, pids, CALLS, bare=False),
                await burst(on.crowd, pids, CALLS, bare=True),
            )
        return [
            *_rows_of_rates(rates),
            *_rows_of_calls(bursts, opened),
            *seen.rows(),
        ]


def _tell(workers: int, rates: _Rates) -> None:
    print(
        f"{workers} of each worker: opening {rates.opened[False][-1]:.0f} /s, bare "
        f"{rates.opened[True][-1]:.0f} /s",
        file=sys.stderr,
    )


def _rows_of_rates(rates: dict[int, _Rates]) -> list[Row]:
    found = []
    for workers, measured in sorted(rates.items()):
        opened, reached = measured.medians()
        ratios = zip(measured.opened[False], measured.opened[True], strict=True)
        ratio = statistics.median(ours / bare for ours, bare in ratios)
        found += [
            Row(
                f"{_count(workers)}: opening, by one client, {AT_ONCE} at once, median of "
                f"{len(measured.opened[False])} rounds of {BATCH}",
                f"{opened[False]:.0f} /s",
                f"{opened[True]:.0f} /s",
            ),
            Row("  ratio", f"{ratio:.2f} x", "", "at least 0.95 x", ratio >= 0.95),
            Row("  opened and reached", f"{reached[False]:.1f} /s", f"{reached[True]:.1f} /s"),
            Row("  processors in use: workers, Temporal, PostgreSQL", measured.in_use()),
        ]
    pairs = zip(rates[1].medians(), rates[2].medians(), strict=True)
    gains = [{bare: two[bare] / one[bare] for bare in one} for one, two in pairs]
    whats = ("what a second worker brings: opening", "  opened and reached")
    found += [
        Row(what, f"{gain[False]:.2f} x", f"{gain[True]:.2f} x")
        for what, gain in zip(whats, gains, strict=True)
    ]
    return found


def _rows_of_calls(bursts: dict[int, tuple[Burst, Burst]], opened: int) -> list[Row]:
    found = []
    for workers, (ours, twins) in sorted(bursts.items()):
        what = (
            f"{_count(workers)}: {CALLS} first calls due at the same second, some {opened} "
            "workflows open, any number at once, over at once: dialled"
        )
        found += rows_of_bursts(what, ours, twins)
        found.append(
            Row(
                "  processor time of the workers for each",
                f"{ours.spent / CALLS * 1000:.0f} ms",
                f"{twins.spent / CALLS * 1000:.0f} ms",
            )
        )
    (one, bare_one), (two, bare_two) = bursts[1], bursts[2]
    return [
        *found,
        Row(
            "what a second worker brings: lateness of the median call",
            f"{two.median / one.median:.2f} x",
            f"{bare_two.median / bare_one.median:.2f} x",
        ),
    ]


def _count(workers: int) -> str:
    return "one worker of each queue" if workers == 1 else f"{workers} workers of each queue"
