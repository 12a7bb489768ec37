"""Records golden histories: `python -m tests.record` adds the missing ones.

A history, once recorded, stays as it is: it stands for the cases that were open when a new
version was deployed. Record a new one, under a name of its own, when a workflow learns to do
something new; `python -m tests.record NAME` does only that one.
"""

import asyncio
import gzip
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from domain.events import Decision
from domain.record import Status
from runtime.dev_server import TIME_SKIPPING
from tests.engine import HOUR, Engine, OpenCase, engine_in, issue
from tests.workflows import test_rows as rows
from tests.workflows.events import PLAN, WITHDRAW, decided
from workflows.issue_case import IssueCase

FOLDER = Path(__file__).parent / "histories"

Record = Callable[[Engine], Awaitable[OpenCase]]


def _row(path: rows.Path, **seller: Any) -> Record:
    async def record(engine: Engine) -> OpenCase:
        case = await engine.open(**seller)
        await path(case)
        return case

    return record


async def _everything_in_one_case(engine: Engine) -> OpenCase:
    """Each update at least once, in a case that lives long."""
    case = await engine.open()
    await rows.joined_in_contacting(case)
    await rows.requested(case)
    await rows.accepted_after_a_conversation_but_rejected(case)
    await case.tell(IssueCase.change_contact, rows.NEW_ADDRESS)
    await rows.rejected(case)
    await rows.rejected(case)
    await rows.working(case)
    await case.reaches(Status.ESCALATED)
    await case.play(30 * HOUR)
    await case.tell(IssueCase.decide, decided(Decision.RESUME))
    await rows.harmful(case)
    return case


async def _continued(engine: Engine) -> OpenCase:
    case = await engine.open()
    await case.play(30 * HOUR)
    await case.settled()
    await case.tell(IssueCase.submit_plan, PLAN)
    await case.tell(IssueCase.withdraw, WITHDRAW)
    return case


async def _not_covered(engine: Engine) -> OpenCase:
    return await engine.open(rules={"coverage": "enrolled"}, wait=False)


async def _harmful_from_the_start(engine: Engine) -> OpenCase:
    return await engine.open(issues=(issue(harmful=True),), wait=False)


async def _escalated_by_an_outage_of_mail(engine: Engine) -> OpenCase:
    case = await engine.open(email="outage@bluekettle.example", wait=False)
    await case.play(50 * HOUR)
    await case.play(30 * HOUR)
    await case.reaches(Status.ESCALATED)
    return case


STORIES: dict[str, Record] = {
    "resolved-plan-accepted": _row(rows.accepted),
    "resolved-after-a-conversation": _row(rows.accepted_after_a_conversation),
    "resolved-by-conversation": _row(rows.resolved_by_conversation),
    "resolved-by-decision": _row(rows.decide(Decision.RESOLVE)),
    "deactivated-silent": _row(rows.silent),
    "deactivated-by-decision": _row(rows.decide(Decision.DEACTIVATE)),
    "deactivated-harm": _row(rows.harmful),
    "deactivated-harmful-from-the-start": _harmful_from_the_start,
    "withdrawn": _row(rows.withdrawn),
    "withdrawn-cancelled": _row(rows.cancelled),
    "not-covered": _not_covered,
    "escalated-not-really-tried": _row(rows.silent, **rows.NEVER_REALLY_TRIED),
    "escalated-outage-of-mail": _escalated_by_an_outage_of_mail,
    "escalated-no-cooperation": _row(rows.uncooperative),
    "every-update": _everything_in_one_case,
}

CONTINUED = "continued-as-new"
OFTEN = (*TIME_SKIPPING, "limit.historyCount.suggestContinueAsNew=40")


async def record(wanted: list[str]) -> None:
    """Record the stories `wanted`; without names, those that are missing."""
    names = wanted or [n for n in (*STORIES, CONTINUED) if not list(FOLDER.glob(f"{n}*.gz"))]
    with tempfile.TemporaryDirectory() as folder:
        async with engine_in(Path(folder, "engine")) as engine:
            for name in [n for n in names if n != CONTINUED]:
                case = await STORIES[name](engine)
                await _keep(engine, case, name)
        if CONTINUED in names:
            async with engine_in(Path(folder, "often"), config=OFTEN) as engine:
                await _keep(engine, await _continued(engine), CONTINUED)


async def _keep(engine: Engine, case: OpenCase, name: str) -> None:
    await asyncio.sleep(1)  # let what follows the last event come in
    query = f"WorkflowId = '{case.handle.id}'"
    runs = [run.run_id async for run in engine.client.list_workflows(query)]
    for number, run_id in enumerate(reversed(runs), start=1):
        handle = engine.client.get_workflow_handle(case.handle.id, run_id=run_id)
        history = await handle.fetch_history()
        suffix = f".{number}" if len(runs) > 1 else ""
        file = FOLDER / f"{name}{suffix}.json.gz"
        file.write_bytes(gzip.compress(history.to_json().encode(), mtime=0))
        print(f"{file.name}: {len(history.events)} events")


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:]))
    sys.stdout.flush()
    os._exit(0)
