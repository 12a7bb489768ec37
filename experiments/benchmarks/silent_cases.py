"""A case that is silent for 72 hours, and what a call costs while it rings."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from temporalio.client import Client

from domain.case.attempt import NOTICES, Channel
from domain.case.view import CaseView
from experiments.benchmarks.bare import BARE_QUEUE, BareSilent, Due, bare_workflow_id
from experiments.benchmarks.machine import actions, stored
from experiments.benchmarks.opening import open_case, start_of
from experiments.benchmarks.report import Row
from runtime.clock import time_skipper
from tests.engine import HOUR, OpenCase, engine_in

RING_SECONDS = 0.2
_SHORT, _LONG = 2, 12
_MANY = 20
_QUERY = "grpc_QueryWorkflow"
_LOOK = "activity_retry"
_RINGS = 25


@dataclass(frozen=True)
class History:
    """The history of a workflow that has ended, without the skips of its time."""

    events: int
    size: int
    result: int
    transitions: int
    skips: int


async def silent_case(client: Client, seller_id: str = "SILENT") -> tuple[Any, CaseView]:
    """Run a silent case with default hours, opened at about nine in the morning.

    Return its handle, and the view with which it ended.
    """
    skipper = time_skipper(client)
    handle = await open_case(client, seller_id)
    await asyncio.sleep(1)
    await skipper.fast_forward(handle, 73 * HOUR)
    return handle, await OpenCase(handle, skipper).end()


async def bare_silent(client: Client, like: CaseView, seller_id: str = "TWIN") -> Any:
    """Run the bare twin of a silent case. Return its handle."""
    handle = await client.start_workflow(
        BareSilent.run,
        Due(start_of(seller_id), _from_now(like)),
        id=bare_workflow_id(seller_id),
        task_queue=BARE_QUEUE,
    )
    await asyncio.sleep(1)
    await time_skipper(client).fast_forward(handle, 73 * HOUR)
    await handle.result()
    return handle


def _from_now(view: CaseView) -> list[tuple[Channel, datetime]]:
    """Return the attempts of an outreach, as if it had begun now."""
    moved = datetime.now(UTC) - view.opened_at
    made = [a for a in view.attempts if a.about in NOTICES]
    return [(a.channel, a.at + moved) for a in made]


async def history_of(handle: Any) -> History:  # Any: handles of several workflows
    """Read the history of a workflow that has ended."""
    events = (await handle.fetch_history()).events
    own = [e for e in events if not _of_time_skipping(e.WhichOneof("attributes") or "")]
    result = next(e for e in own if e.HasField("workflow_execution_completed_event_attributes"))
    described = (await handle.describe()).raw_description.workflow_execution_info
    return History(
        events=len(own),
        size=sum(e.ByteSize() for e in own),
        result=result.ByteSize(),
        transitions=described.state_transition_count - (len(events) - len(own)),
        skips=len(events) - len(own),
    )


def _of_time_skipping(event: str) -> bool:
    return "time_skipping" in event or "options_updated" in event


async def silence(client: Client, server: Path) -> list[Row]:
    before = await actions(server)
    handle, view = await silent_case(client)
    counted = await actions(server) - before
    twins = await bare_silent(client, view)
    twin = await actions(server) - before - counted
    ours, bare = await history_of(handle), await history_of(twins)
    calls = sum(a.channel is Channel.CALL for a in view.attempts)
    what = f"silent case ({calls} calls, {len(view.attempts) - calls} e-mails)"
    return [
        Row(
            f"{what}: events", f"{ours.events}", f"{bare.events}", "at most 155", ours.events < 156
        ),
        Row(
            f"{what}: bytes",
            f"{ours.size / 1024:.1f} KB",
            f"{bare.size / 1024:.1f} KB",
            "at most 18 KB",
            ours.size <= 18 * 1024,
        ),
        Row("  of which the result with its timeline", f"{ours.result / 1024:.1f} KB", "0.0 KB"),
        Row("  state transitions", f"{ours.transitions}", f"{bare.transitions}"),
        Row(
            f"{what}: billable actions, calls of {RING_SECONDS} s",
            f"{counted.total()}",
            f"{twin.total()}",
        ),
        *(
            Row(f"  {kind}", f"{counted[kind]}", f"{twin[kind]}")
            for kind in sorted(counted | twin, key=lambda kind: -counted[kind])
        ),
    ]


async def silent_cases(client: Client, server: Path) -> list[Row]:
    """Measure many silent cases, skips of time included."""
    before, spent = stored(server), time.process_time()
    await asyncio.gather(*(silent_case(client, f"SILENT{number}") for number in range(_MANY)))
    spent = (time.process_time() - spent) / _MANY
    disk = (stored(server) - before) / _MANY
    return [
        Row(f"each of {_MANY} silent cases at once: processor time", f"{spent * 1000:.0f} ms"),
        Row("  its disk (SQLite)", f"{disk / 1000:.1f} KB"),
    ]


async def long_calls(folder: Path) -> list[Row]:
    """Measure a silent case whose calls ring for 25 seconds each."""
    async with engine_in(folder, ring_seconds=_RINGS) as engine:
        before = await actions(folder / "temporal")
        await silent_case(engine.client)
        counted = await actions(folder / "temporal") - before
    told = counted.total() - counted[_LOOK]
    return [
        Row(
            f"silent case: billable actions, calls of {_RINGS} s, looked at every 10 s",
            f"{counted.total()}",
            goal="at most 90",
            met=counted.total() <= 90,
        ),
        Row(
            "  of which no look, as if the provider called back",
            f"{told}",
            goal="at most 65",
            met=told <= 65,
        ),
    ]


async def ringing(folder: Path) -> list[Row]:
    """Measure the cost of a ringing call: the difference of a short and a long one."""
    lasting = []
    for seconds in (_SHORT, _LONG):
        async with engine_in(folder / str(seconds), ring_seconds=seconds) as engine:
            server = folder / str(seconds) / "temporal"
            case = await engine.open(wait=False)
            await case.when(lambda view: view.attempts and view.attempts[-1].result)
            counted = await actions(server)
            lasting.append(counted.total() - counted[_QUERY])
    figure = f"{(lasting[1] - lasting[0]) / (_LONG - _SHORT):.2f}"
    return [Row("billable actions for each second that a call rings (looks)", figure)]
