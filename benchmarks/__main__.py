"""What a case costs (`make bench`): figures, each beside the goal it is held against.

Every server is an embedded one with a SQLite file (WAL, FULL). Where processor time is measured,
everything else runs in one process, so that it is the worker's and the client's together. What many
cases cost is measured apart, since it takes long: `make bench-many`.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from temporalio.client import Client

from activities.opening import hours_of
from benchmarks import commands, killed_worker
from benchmarks.bare import BARE_QUEUE, BareCase
from benchmarks.bare_worker import bare_worker
from benchmarks.table import Row, report
from domain.attempt import Channel, Result
from domain.case import Case
from domain.names import CASES_QUEUE
from domain.policy import effective_policy
from domain.steps import CaseFacts, Reach
from providers.protocols import Mail
from runtime.clock import time_skipper
from runtime.connection import connect, register_search_attributes
from runtime.dev_server import dev_server
from runtime.service import providers_of, worker_identity, workers_of
from runtime.settings import Settings
from tests.engine import EVERYONE, HOUR, OpenCase, account, issue
from tests.workflows.events import ACCEPT, PLAN
from workflows.case_input import CaseInput
from workflows.issue_case import IssueCase
from workflows.search import at_start

ROUNDS = 7
CASES_A_ROUND = 40
SINGLE = 25
_SETTLES = 0.5


class StampedMail:
    """Notes when each message was handed over."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail
        self.handed_over: dict[str, float] = {}

    async def send(self, message: EmailMessage) -> Result:
        """Deliver, and note when."""
        self.handed_over.setdefault(str(message["To"]), time.perf_counter())
        return await self._mail.send(message)


def idle_advance() -> Row:
    """`advance` of a case in the middle of its 72 hours, with nothing to do."""
    now = datetime(2026, 3, 6, 17, tzinfo=UTC)
    who = account("IDLE", time_zone="America/Los_Angeles")
    policy = effective_policy(EVERYONE)
    case = Case(id="case/US/IDLE/1", account=who, issues=(issue(),), opened_at=now)
    case.looked_up(
        CaseFacts(policy=policy, hours=hours_of(who, policy, now), number_valid=True), now
    )
    for hours in (0.0, 0.25, 1.0, 4.0, 8.0, 24.0):
        now = case.opened_at + hours * HOUR
        for step in case.advance(now):
            if isinstance(step, Reach):
                attempt = next(a for a in case.under_way if a.number == step.number)
                rang = attempt.channel is Channel.CALL
                case.reached_out(step.number, Result.NO_ANSWER if rang else Result.ACCEPTED, now)
    case.advance(now)
    rounds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _ in range(10_000):
            case.advance(now)
        rounds.append((time.perf_counter() - begin) / 10_000 * 1e6)
    return "advance, nothing to do", f"{statistics.median(rounds):.1f} µs", "under 5 µs"


async def silent_case(client: Client) -> list[Row]:
    """A silent case with default hours, opened at about nine in the morning."""
    skipper = time_skipper(client)
    handle = await _open(client, "SILENT", "+12065550110")
    case = OpenCase(handle, skipper)
    await asyncio.sleep(1)
    begin = time.perf_counter()
    await skipper.fast_forward(handle, 73 * HOUR)
    view = await case.end()
    took = time.perf_counter() - begin
    events = (await handle.fetch_history()).events
    own = [e for e in events if not _of_time_skipping(e.WhichOneof("attributes") or "")]
    size = sum(e.ByteSize() for e in own)
    result = next(e for e in own if e.HasField("workflow_execution_completed_event_attributes"))
    calls = sum(a.channel is Channel.CALL for a in view.attempts)
    what = f"silent case ({calls} calls, {len(view.attempts) - calls} e-mails)"
    return [
        (f"{what}: events", str(len(own)), "at most 155"),
        (f"{what}: bytes", f"{size / 1024:.1f} KB", "at most 18 KB"),
        ("  of which the result with its timeline", f"{result.ByteSize() / 1024:.1f} KB", ""),
        ("  wall time, skipping time", f"{took:.1f} s", ""),
    ]


def _of_time_skipping(event: str) -> bool:
    return "time_skipping" in event or "options_updated" in event


async def first_notice(client: Client, mail: StampedMail) -> Row:
    """From asking for the start to the first e-mail handed to the mail server."""
    spans = []
    for i in range(SINGLE):
        await asyncio.sleep(_SETTLES)  # an idle server: the case before has done its part
        address = f"first{i}@bench.example"
        begin = time.perf_counter()
        await _open(client, f"FIRST{i}", "+12065550110", email=address)
        while not (stamps := [t for to, t in mail.handed_over.items() if address in to]):
            await asyncio.sleep(0.002)
        spans.append((stamps[0] - begin) * 1000)
    return "opening to first notice", f"{statistics.median(spans):.0f} ms", "median under 60 ms"


async def plan_answered(client: Client) -> Row:
    """`submit_plan` while the first call rings, answered with the view."""
    spans = []
    for i in range(SINGLE):
        handle = await _open(client, f"PLAN{i}", "+12065550110")
        await asyncio.sleep(0.1)
        begin = time.perf_counter()
        await handle.execute_update(IssueCase.submit_plan, PLAN)
        spans.append((time.perf_counter() - begin) * 1000)
    return "a plan is answered", f"{statistics.median(spans):.0f} ms", "median under 20 ms"


async def processor_time(client: Client) -> list[Row]:
    """A whole case against the bare twin, in alternating rounds."""
    ours: list[float] = []
    bare: list[float] = []
    pair = [(ours, whole_case), (bare, _bare_case)]
    for number in range(ROUNDS + 1):
        for spent, one in pair if number % 2 else reversed(pair):  # neither is always the first
            cost = await cost_of_a_round(client, number, one)
            if number:  # the first warms up
                spent.append(cost)
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    return [
        ("processor time of a whole case", f"{statistics.median(ours):.1f} ms", ""),
        ("  of the bare twin", f"{statistics.median(bare):.1f} ms", ""),
        ("  ratio", f"{ratio:.2f} x", "at most 1.10 x"),
    ]


async def cost_of_a_round(
    client: Client, number: int, one: Callable[[Client, str], Awaitable[None]]
) -> float:
    """Processor time in milliseconds for each case of a round."""
    begin = time.process_time()
    await asyncio.gather(*(one(client, f"R{number}C{i}") for i in range(CASES_A_ROUND)))
    return (time.process_time() - begin) / CASES_A_ROUND * 1000


async def whole_case(client: Client, seller_id: str) -> None:
    """A case whose plan is accepted."""
    handle = await _open(client, seller_id, "+12065550110")
    await asyncio.sleep(1)
    await handle.execute_update(IssueCase.submit_plan, PLAN)
    await handle.execute_update(IssueCase.review_plan, ACCEPT)
    await handle.result()


async def _bare_case(client: Client, seller_id: str) -> None:
    handle = await client.start_workflow(
        BareCase.run,
        CaseInput(account=account(seller_id), issues=(issue(),), policy=EVERYONE),
        id=f"bare/{seller_id}",
        task_queue=BARE_QUEUE,
    )
    await asyncio.sleep(1)
    await handle.execute_update(BareCase.submit_plan, PLAN)
    await handle.execute_update(BareCase.review_plan, ACCEPT)
    await handle.result()


async def _open(client: Client, seller_id: str, phone: str, **changes: str) -> Any:  # Any: handle
    who = account(seller_id, emergency_phone=phone, **changes)
    return await client.start_workflow(
        IssueCase.run,
        CaseInput(account=who, issues=(issue(),), policy=EVERYONE),
        id=f"case/US/{seller_id}",
        task_queue=CASES_QUEUE,
        search_attributes=at_start(who),
    )


async def measure(folder: Path) -> list[Row]:
    """Every figure."""
    settings = Settings(state=folder, ring_seconds=0.2, drain_seconds=1)
    rows = [idle_advance()]
    async with dev_server(folder / "temporal") as server:
        client = await connect(server.address, identity=worker_identity())
        await register_search_attributes(client)
        providers = providers_of(settings, client)
        mail = StampedMail(providers.mail)
        workers = workers_of(client, settings, replace(providers, mail=mail))
        async with workers[0], workers[1], workers[2], bare_worker(client):
            rows += await silent_case(client)
            rows.append(await first_notice(client, mail))
            rows.append(await plan_answered(client))
            rows += await processor_time(client)
    rows += await killed_worker.measure(folder / "killed")
    return rows + await commands.measure(folder / "commands")


if __name__ == "__main__":
    report(measure)
