"""A receiver of webhooks is dead for a day, while cases live through their 72 hours."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from domain.case.events import EventKind
from domain.case.status import Status
from domain.case.view import CaseView
from domain.shared.names import DELIVERY_WORKFLOW
from experiments.faults.checks import SIGNS
from experiments.faults.evidence import CaseSeen
from experiments.faults.scene import Scene, meanwhile, scene
from experiments.faults.trial import Trial
from runtime.clock import time_skipper
from temporal_client.search import OPEN, listed, query_of
from tests.receiver import ListeningReceiver, a_receiver

CASES = 60
WITHIN = 240
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
_ENDS_WITHIN = 60
_KILLED = 3


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Let cases live while one of two receivers is dead, then let a day pass and revive it."""
    trial = Trial(
        "webhook receiver dead for a day",
        seed,
        "Of two receivers of events one answers nothing but 503, for a day longer than the cases "
        f"live (the clocks of the deliveries are played forward), and {_KILLED} workers are killed "
        "meanwhile. Within an hour of its coming back it must have every event of every case, in "
        "order; the other must have them while it is dead",
    )
    async with a_receiver() as dead, a_receiver() as well, scene(folder, seed) as stage:
        file = folder / "webhooks.toml"
        file.write_text(dead.file("dead") + well.file("well"))
        dead.answer = 503
        # A call rings by the clock of its case, which may be played on to the next call at once.
        settings = {"CASE72_WEBHOOKS_FILE": str(file), "CASE72_RING_SECONDS": "0.01"}
        await stage.workers.complete(**settings)
        async with meanwhile(_kill(stage, trial, settings)):
            await stage.play(cases)
        await stage.workers.complete(**settings)
        await _until_ended(stage, deliveries="WorkflowId STARTS_WITH 'events/well/'")
        seen = await stage.crowd.seen()
        if dead.got:
            trial.violations.append("what answered 503 has taken an event")
        await _play_deliveries(stage, DAY)
        trial.faults["tries in vain"] = dead.asked
        dead.answer = 200
        await _play_deliveries(stage, HOUR)
        await _until_ended(stage)
        for receiver, name in ((dead, "dead"), (well, "well")):
            trial.violations += missed(receiver, name, seen)
            repeated = len(receiver.got) - len(set(receiver.ids))
            trial.notes.append(
                f"the receiver {name} got {len(receiver.got)} events, {repeated} twice"
            )
        await stage.judge(trial)
    return trial


async def _kill(stage: Scene, trial: Trial, settings: dict[str, str]) -> None:
    for _ in range(_KILLED):
        await asyncio.sleep(stage.random.uniform(2, 6))
        await stage.workers.kill(stage.random.choice(stage.workers.processes))
        trial.faults["worker killed"] += 1
        await stage.workers.complete(**settings)
    await asyncio.Event().wait()


async def _play_deliveries(stage: Scene, time: timedelta) -> None:
    skipper = time_skipper(stage.client)

    async def play(delivery: str) -> None:
        await skipper.fast_forward(skipper.client.get_workflow_handle(delivery), time)

    found = [one.id async for one in listed(stage.client, query_of(DELIVERY_WORKFLOW, OPEN))]
    for first in range(0, len(found), 10):
        await asyncio.gather(*map(play, found[first : first + 10]), return_exceptions=True)


async def _until_ended(stage: Scene, deliveries: str = "WorkflowType = 'EventDelivery'") -> None:
    """Wait until the deliveries have ended, or for long enough: what is missing is counted then."""
    query = query_of(DELIVERY_WORKFLOW, OPEN, deliveries)
    for _ in range(_ENDS_WITHIN):
        if not [one async for one in listed(stage.client, query)]:
            return
        await asyncio.sleep(1)


def missed(receiver: ListeningReceiver, name: str, seen: Sequence[CaseSeen]) -> Iterator[str]:
    """Check that it has each event of each case, in the order in which they happened."""
    first: dict[str, dict[str, str]] = {}
    for body in receiver.got:
        of_case = first.setdefault(body["data"].get("case_id", ""), {})
        of_case.setdefault(body["id"], body["type"])
    for view in (case.view for case in seen if case.view):
        got = first.get(view.id, {})
        if Counter(got.values()) != _happened(view):
            yield f"{view.id}: {name} got {', '.join(got.values())}"
        numbers = [int(event.split("_")[2]) for event in got]
        if numbers != sorted(numbers):
            yield f"{view.id}: {name} got events out of order: {', '.join(got.values())}"


def _happened(view: CaseView) -> Counter[str]:
    """Return the types of events that a case must have announced, by its timeline."""
    escalated = [e for e in view.timeline if e.status is Status.ESCALATED]
    return +Counter(
        {
            "case.opened": 1,
            "case.reached": int(any(e.what in SIGNS for e in view.timeline)),
            "case.plan_submitted": len(view.plans),
            "case.escalated": len(escalated),
            "case.closed": sum(e.what is EventKind.CLOSED for e in view.timeline),
        }
    )
