"""What a case costs, beside its bare twin.

Where processor time is measured, everything but the server runs in one process, so that it is the
worker's and the client's together.
"""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, assert_never

from temporalio.client import Client

from activities.opening import hours_of
from domain.case import step_results
from domain.case.advance import advance
from domain.case.attempt import Channel
from domain.case.case import Case
from domain.case.policy import effective_policy
from domain.case.steps import CaseFacts, Reach
from domain.shared.result import Result
from experiments.benchmarks.bare import bare_workflow_id
from experiments.benchmarks.bare_worker import bare_worker
from experiments.benchmarks.machine import actions, stored
from experiments.benchmarks.opening import open_bare, open_case, open_listed
from experiments.benchmarks.report import Found, Row
from experiments.benchmarks.silent_cases import (
    RING_SECONDS,
    history_of,
    long_calls,
    ringing,
    silence,
    silent_cases,
)
from providers.protocols import Mail
from runtime.connection import connect, register_search_attributes
from runtime.dev_server import dev_server
from runtime.providers import providers_of
from runtime.settings import Settings
from runtime.workers import IDENTITY, working
from tests.engine import EVERYONE, HOUR, account, issue
from tests.workflows.events import ACCEPT, PLAN

ABOUT = (
    "The silent case has default hours and opens at nine in the morning; its clock is played "
    "forward, and skips of time are left out. The other case is opened, e-mailed and called, and "
    "its plan is accepted. Medians of alternating rounds. Actions are [what Temporal Cloud bills]"
    "(https://docs.temporal.io/cloud/actions), by the server's metric `action`.\n\n"
    "Goals that are missed, and why. *Events, bytes and actions* of the silent case: they were set "
    "before the default had a further e-mail, before each look at a ringing call was a try of its "
    "own (so that no worker is held), and before the programme was told of a deactivation. The "
    "twin does all of that, and does not keep to them either. What a case has beyond its twin is "
    "how lists, searches and the desk find it (`UpsertWorkflowSearchAttributes`), and its result "
    "with the timeline, which reports read without a worker. *A plan is answered*: a worker keeps "
    "no workflow in memory, since the SDK loses tasks then (`experiments/lost_tasks.md`), so it "
    "replays the history for each answer, the twin's too. *Processor*: for the same reason each of "
    "the six tasks of a whole case replays what came before, three whole histories in all. Of a "
    "case a whole replay takes twice what it takes of its twin (4.8 and 2.3 ms with the SDK's "
    "`Replayer`, 2026-12-01): timeline, decisions, search attributes and what the Web UI shows are "
    "worked out anew at each step. What the Web UI shows is a sixth of that. The SDK wants it as a "
    "text before anybody asks for it."
)
ROUNDS = 7
CASES_A_ROUND = 40
_ROUNDS_OF_SINGLES = 5
_SINGLE = 7
_SETTLES = 0.5
_UNTIL_CALLED = 4
"""Seconds. All cases of a round have been called by then. Else a plan makes a case hang up."""

Opens = Callable[..., Awaitable[Any]]  # Any: handles of two workflows
WholeCase = Callable[[Client, str], Awaitable[None]]


class StampedMail:
    """A mail that remembers when each message was handed over."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail
        self.handed_over: dict[str, float] = {}

    async def send(self, message: EmailMessage, returns_to: str | None = None) -> Result:
        """Deliver, and remember when."""
        self.handed_over.setdefault(str(message["To"]), time.perf_counter())
        return await self._mail.send(message)


def _when_silent(channel: Channel) -> Result:
    match channel:
        case Channel.CALL:
            return Result.NO_ANSWER
        case Channel.EMAIL:
            return Result.ACCEPTED
        case _:
            assert_never(channel)


def _idle_advance() -> Row:
    """`advance` of a case in the middle of its 72 hours, with nothing to do."""
    now = datetime(2026, 3, 6, 17, tzinfo=UTC)
    who = account("IDLE", time_zone="America/Los_Angeles")
    policy = effective_policy(EVERYONE)
    case = Case(id="case/US/IDLE/1", account=who, issues=(issue(),), opened_at=now)
    step_results.looked_up(case, CaseFacts(policy=policy, hours=hours_of(who, policy, now)), now)
    for hours in (0.0, 0.25, 1.0, 4.0, 8.0, 24.0):
        now = case.opened_at + hours * HOUR
        for step in advance(case, now):
            if isinstance(step, Reach):
                attempt = next(a for a in case.attempts.under_way if a.number == step.number)
                step_results.reached_out(case, step.number, _when_silent(attempt.channel), now)
    advance(case, now)
    rounds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _ in range(10_000):
            advance(case, now)
        rounds.append((time.perf_counter() - begin) / 10_000 * 1e6)
    took = statistics.median(rounds)
    return Row("`advance`, nothing to do", f"{took:.1f} µs", "", "under 5 µs", took < 5)


async def _first_notice(client: Client, mail: StampedMail) -> Row:
    """Measure from the start of a case until its first e-mail is handed over."""

    async def took(one: Opens, seller_id: str) -> float:
        await asyncio.sleep(_SETTLES)  # until the case before is done, and the server idle
        kind = "case" if one is open_case else "twin"
        address = f"{kind}{seller_id}@bench.example"
        begin = time.perf_counter()
        await one(client, seller_id, email=address)
        while not (stamps := [t for to, t in mail.handed_over.items() if address in to]):
            await asyncio.sleep(0.002)
        return (stamps[0] - begin) * 1000

    ours, bare = await _alternating(took, "notice")
    return Row(
        "opening to first notice, median",
        f"{ours:.0f} ms",
        f"{bare:.0f} ms",
        "under 60 ms",
        ours < 60,
    )


async def _plan_answered(client: Client) -> Row:
    """`submit_plan` while the first call rings, until it is answered."""

    async def took(one: Opens, seller_id: str) -> float:
        handle = await one(client, seller_id)
        await asyncio.sleep(0.1)
        begin = time.perf_counter()
        await handle.execute_update("submit_plan", PLAN)
        return (time.perf_counter() - begin) * 1000

    ours, bare = await _alternating(took, "plan")
    return Row(
        "a plan is answered, median", f"{ours:.0f} ms", f"{bare:.0f} ms", "under 20 ms", ours < 20
    )


async def _alternating(
    took: Callable[[Opens, str], Awaitable[float]], name: str
) -> tuple[float, float]:
    """Return the median of a case's and of a bare twin's rounds."""
    rounds: dict[Opens, list[float]] = {open_case: [], open_bare: []}
    for number in range(_ROUNDS_OF_SINGLES):
        for one in rounds if number % 2 else reversed(rounds):
            spans = [await took(one, f"{name}{number}x{i}") for i in range(_SINGLE)]
            rounds[one].append(statistics.median(spans))
    return statistics.median(rounds[open_case]), statistics.median(rounds[open_bare])


async def _processor_time(client: Client, server: Path) -> list[Row]:
    """Measure a whole case, the bare twin, and one that shows itself in lists, by turns."""
    kinds = (whole_case, bare_case, _listed_case)
    spent: dict[WholeCase, list[float]] = {one: [] for one in kinds}
    grown: Counter[WholeCase] = Counter()
    for number in range(ROUNDS + 1):
        for one in kinds if number % 2 else reversed(kinds):  # so that none is always the first
            stored_before = stored(server)
            cost = await cost_of_a_round(client, number, one)
            if number:  # the first one warms up
                spent[one].append(cost)
                grown[one] += stored(server) - stored_before
    ours, bare, listed = (spent[one] for one in kinds)
    ratio, listed_ratio = (
        statistics.median(a / b for a, b in zip(ours, others, strict=True))
        for others in (bare, listed)
    )
    disk, bare_disk = (grown[one] / (ROUNDS * CASES_A_ROUND) for one in (whole_case, bare_case))
    before = await actions(server)
    await whole_case(client, "COUNTED")
    counted = await actions(server) - before
    await bare_case(client, "COUNTED")
    twin = await actions(server) - before - counted
    history, likewise = [
        await history_of(client.get_workflow_handle(workflow_id))
        for workflow_id in ("case/US/COUNTED", bare_workflow_id("COUNTED"))
    ]
    return [
        Row(
            f"processor time of a whole case, median of {ROUNDS} rounds of {CASES_A_ROUND}",
            f"{statistics.median(ours):.1f} ms",
            f"{statistics.median(bare):.1f} ms",
        ),
        Row("  ratio", f"{ratio:.2f} x", "", "at most 1.05 x", ratio <= 1.05),
        Row(
            "  ratio to a twin that shows itself in lists and searches as a case does",
            f"{listed_ratio:.2f} x",
            f"{statistics.median(listed):.1f} ms",
        ),
        Row("  its events", f"{history.events}", f"{likewise.events}"),
        Row("  its bytes", f"{history.size / 1024:.1f} KB", f"{likewise.size / 1024:.1f} KB"),
        Row("  its disk (SQLite)", f"{disk / 1000:.1f} KB", f"{bare_disk / 1000:.1f} KB"),
        Row("  its billable actions", f"{counted.total()}", f"{twin.total()}"),
    ]


async def cost_of_a_round(client: Client, number: int, one: WholeCase) -> float:
    """Return the processor time of each case of a round, in milliseconds."""
    begin = time.process_time()
    await asyncio.gather(*(one(client, f"R{number}C{i}") for i in range(CASES_A_ROUND)))
    return (time.process_time() - begin) / CASES_A_ROUND * 1000


async def whole_case(client: Client, seller_id: str) -> None:
    """Run a case whose plan is accepted."""
    await _accepted(await open_case(client, seller_id))


async def bare_case(client: Client, seller_id: str) -> None:
    """Run the bare twin of such a case."""
    await _accepted(await open_bare(client, seller_id))


async def _listed_case(client: Client, seller_id: str) -> None:
    await _accepted(await open_listed(client, f"{seller_id}-LISTED"))


async def _accepted(handle: Any) -> None:  # Any: handles of two workflows
    await asyncio.sleep(_UNTIL_CALLED)
    await handle.execute_update("submit_plan", PLAN)
    await handle.execute_update("review_plan", ACCEPT)
    await handle.result()


async def measure(folder: Path, found: Found) -> list[Row]:
    """Measure every figure."""
    settings = Settings(state=folder, ring_seconds=RING_SECONDS, drain_seconds=1)
    rows = [_idle_advance()]
    async with dev_server(folder / "temporal") as server:
        client = await connect(server.address, identity=IDENTITY)
        await register_search_attributes(client)
        providers = providers_of(settings, client)
        mail = StampedMail(providers.mail)
        async with (
            working(client, settings, replace(providers, mail=mail)),
            bare_worker(client),
        ):
            rows += await silence(client, folder / "temporal")
            rows.append(await _first_notice(client, mail))
            rows.append(await _plan_answered(client))
            rows += await _processor_time(client, folder / "temporal")
            rows += await silent_cases(client, folder / "temporal")
    rows += await long_calls(folder / "long calls")
    return rows + await ringing(folder / "ringing")
