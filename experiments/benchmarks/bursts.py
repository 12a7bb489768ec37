"""Many first calls that fall due at the same second, as when calling hours begin in the morning.

No time is skipped. The cases open in quiet hours that end some seconds later, at the same moment
for all. Each case moves its first call to that moment.
"""

import asyncio
import statistics
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.case.attempt import Channel
from domain.shared.account import Account
from experiments.benchmarks.bare import BARE_QUEUE, BareDue, Due, bare_workflow_id
from experiments.benchmarks.crowd import POLICY, Crowd, seller
from experiments.benchmarks.machine import memory, processor_seconds
from experiments.benchmarks.report import Row
from tests.engine import issue
from workflows.case.input import CaseInput

_OPENED_IN_TIME = 2
"""The time until the calls fall due, as a multiple of what the last lot took to open."""
_LONGEST = 900
"""How long the calls are waited for, in seconds."""


class MemoryWatch:
    """Watches the memory of processes, all together, until it is cancelled."""

    def __init__(self, pids: Sequence[int]) -> None:
        self._pids = pids
        self.before = self.most = self._now()

    def _now(self) -> float:
        return sum(memory(pid)[0] for pid in self._pids)

    async def watch(self) -> None:
        """Look four times a second."""
        while True:
            self.most = max(self.most, self._now())
            await asyncio.sleep(0.25)


def calling_hours_begin(crowd: Crowd, count: int) -> datetime:
    """Return when the calling hours of the next lot begin."""
    wait = timedelta(seconds=15 + _OPENED_IN_TIME * count / crowd.rate)
    return (datetime.now(UTC) + wait).replace(microsecond=0)


def called_from(begins: datetime, ends: datetime | None = None) -> dict[str, Any]:
    """Return a policy with these calling hours; by default they last for half a day."""
    ends = ends or begins + timedelta(hours=12)
    return POLICY | {"quiet_until": f"{begins:%H:%M:%S}", "quiet_from": f"{ends:%H:%M:%S}"}


async def _dialled(crowd: Crowd, before: Mapping[str, object], count: int) -> dict[str, float]:
    """Return when each call that is new since `before` was dialled, by workflow id."""
    until = time.monotonic() + _LONGEST
    new: list[str] = []
    while len(new) < count and time.monotonic() < until:
        await asyncio.sleep(1)
        new = [key for key in crowd.calls() if key not in before]
    calls = crowd.calls()
    return {key.rsplit("/", 2)[0]: calls[key][0] for key in new}


class Burst:
    """Calls that were due at the same second, and how late each was, in seconds."""

    def __init__(
        self, dialled: dict[str, float], due: datetime, watch: MemoryWatch, spent: float
    ) -> None:
        self.late = sorted(at - due.timestamp() for at in dialled.values())
        self.median, self.last = statistics.median(self.late), self.late[-1]
        self.nine_of_ten = statistics.quantiles(self.late, n=10)[8]
        self.memory, self.spent = watch, spent


def rows_of_bursts(what: str, ours: Burst, twins: Burst) -> list[Row]:
    """Return how late the calls were."""
    return [
        Row(what, f"{len(ours.late)}", f"{len(twins.late)}"),
        Row("  late, median", f"{ours.median:.1f} s", f"{twins.median:.1f} s"),
        Row("  late, 90 %", f"{ours.nine_of_ten:.1f} s", f"{twins.nine_of_ten:.1f} s"),
        Row("  late, the last", f"{ours.last:.1f} s", f"{twins.last:.1f} s"),
    ]


async def burst(crowd: Crowd, workers: Sequence[int], count: int, *, bare: bool) -> Burst:
    """Open cases, or twins, whose calls fall due at the same second; wait for all the calls.

    `workers` are the ids of the processes whose processor time and memory count.
    """
    due = calling_hours_begin(crowd, count)
    before = crowd.calls()

    async def case(seller_id: str) -> None:
        await crowd.case(night_owl(seller_id), called_from(due))

    async def twin(seller_id: str) -> None:
        start = CaseInput(account=night_owl(seller_id), issues=(issue(),), policy=POLICY)
        await crowd.client.start_workflow(
            BareDue.run,
            Due(start, [(Channel.CALL, due)]),
            id=bare_workflow_id(seller_id),
            task_queue=BARE_QUEUE,
        )

    await crowd.open(twin if bare else case, count, calls=0)
    require_before(due)
    watch = MemoryWatch(workers)
    spent = sum(map(processor_seconds, workers))
    watching = asyncio.create_task(watch.watch())
    dialled = await _dialled(crowd, before, count)
    watching.cancel()
    return Burst(dialled, due, watch, sum(map(processor_seconds, workers)) - spent)


def night_owl(seller_id: str) -> Account:
    """Return a seller whose clock shows UTC."""
    return seller(seller_id, int(seller_id[4:]), time_zone="Africa/Abidjan")


def require_before(due: datetime) -> None:
    """Raise RuntimeError if the calls are due already."""
    if datetime.now(UTC) >= due:
        raise RuntimeError("the cases were not all open when their calls fell due")
