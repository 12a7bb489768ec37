"""What a worker counts of appeals, and what it looks up of them (docs/observability.md)."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.appeal.events import Verdict
from domain.appeal.status import AppealStatus
from domain.case.status import Status
from domain.shared.names import CASES_QUEUE, case_workflow_id
from runtime.appeals_watch import OpenAppeals, look_up
from temporal_client.names import appeal_name
from temporal_client.workflows import Workflows
from tests.engine import Engine, account, issue
from tests.patience import PATIENCE
from tests.scraping import watched
from tests.workflows.appeals import FIRST, answer, deactivated, submit
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


async def seen(engine: Engine, now: datetime, desk_within: timedelta, at_least: int) -> OpenAppeals:
    """What is open, once the search knows of so many appeals that wait for the desk."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await look_up(engine.client, desk_within, now)
            waiting = [n for (s, _), n in found.by_status_and_age.items() if s == "submitted"]
            if sum(waiting) >= at_least:
                return found
            await asyncio.sleep(0.2)


async def test_open_appeals_are_told_by_age_and_by_how_urgent_they_are(engine: Engine) -> None:
    for seller in ("AGE1", "AGE2"):
        await deactivated(engine, seller)
        await submit(engine, seller)
    now = datetime.now(UTC)  # other tests may have appeals on the server too
    fresh = await seen(engine, now + timedelta(hours=1), WEEK, 2)
    assert fresh.by_status_and_age[AppealStatus.SUBMITTED, "under_1d"] >= 2
    assert fresh.due_soon == 0
    assert timedelta(hours=1) <= fresh.oldest < DAY
    later = await seen(engine, now + 6 * DAY, WEEK, 2)
    assert later.by_status_and_age[AppealStatus.SUBMITTED, "3d_to_7d"] >= 2
    assert later.by_status_and_age[AppealStatus.SUBMITTED, "over_7d"] == 0
    assert later.due_soon >= 2
    overdue = await seen(engine, now + 8 * DAY, WEEK, 2)
    assert overdue.by_status_and_age[AppealStatus.SUBMITTED, "over_7d"] >= 2
    assert overdue.oldest > WEEK


async def test_a_worker_counts_appeals_and_answers_once(tmp_path: Path) -> None:
    async with watched(tmp_path) as worker:
        case = await worker.client.start_workflow(
            IssueCase.run,
            CaseInput(account=account("COUNTED"), issues=(issue(harmful=True),)),
            id=case_workflow_id("US", "COUNTED"),
            task_queue=CASES_QUEUE,
        )
        assert (await asyncio.wait_for(case.result(), PATIENCE)).status is Status.DEACTIVATED
        workflows, name = Workflows(worker.client), appeal_name("US", "COUNTED")
        await workflows.execute_update_with_start(name, "appeal", FIRST, "first")
        await workflows.execute_update(name, "decide_appeal", answer(Verdict.UPHOLD), "second")
        scraped = await worker.scrape()
    of_appeals = {"workflow_type": "Appeal", "task_queue": "cases"}
    assert scraped("case72_appeals_submitted_total", **of_appeals) == 1
    assert scraped("case72_appeals_answered_total", verdict="uphold", **of_appeals) == 1
    assert scraped("case72_appeals_answered_total") == 1
    assert scraped("case72_desk_wait_seconds_count", about="appeal") == 1
    assert scraped("case72_appeals_open", status="submitted") == 0
