"""What a worker counts of cases, as Prometheus reads it."""

import asyncio
import re
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.client import Client

from domain.case.attempt import Channel
from domain.case.events import Decide, Decision, EventKind
from domain.case.view import CaseView
from domain.shared.names import CASES_QUEUE, case_workflow_id
from reference.time_zones import EDITION
from runtime.clock import time_skipper
from runtime.credentials import Credential
from runtime.dev_server import free_ports
from runtime.metrics import RENEW_BY, TIME_ZONES, serving_metrics, show_credentials
from tests.engine import EVERYONE, HOUR, OpenCase, account, issue
from tests.patience import PATIENCE
from tests.scraping import Scraped, scrape, watched
from tests.test_whole import ROOT, run
from tests.workflows.events import ACCEPT, CONTACT, PLAN, WITHDRAW
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase

LABELS = {"namespace", "task_queue", "workflow_type", "activity_type", "le"}
LABELS |= {"credential", "edition", "status", "reason", "channel", "result", "what", "about"}
LABELS |= {"verdict", "age"}
DEACTIVATE = Decide(by="lead.ortiz", decision=Decision.DEACTIVATE, note="Nobody there")


async def opened(client: Client, seller_id: str, phone: str = "+12065550110") -> OpenCase:
    """A case, its first attempts made."""
    handle = await client.start_workflow(
        IssueCase.run,
        CaseInput(
            account=account(seller_id, emergency_phone=phone), issues=(issue(),), policy=EVERYONE
        ),
        id=case_workflow_id("US", seller_id),
        task_queue=CASES_QUEUE,
    )
    case = OpenCase(handle, time_skipper(client))
    await quiet(case)
    return case


async def quiet(case: OpenCase) -> None:
    """Wait until nothing is under way, without a query.

    A query that meets a cold cache while a task waits runs that task as if for the first time
    ("What the platform gets wrong" in docs/architecture.md).
    """
    async with asyncio.timeout(PATIENCE):
        while True:
            found = (await case.handle.describe()).raw_description
            begun = found.workflow_execution_info.history_length > 10
            if begun and not found.pending_activities and not found.pending_workflow_task.attempt:
                return
            await asyncio.sleep(0.05)


# Every step of a case replays all before it.
async def test_every_event_of_a_case_is_counted_once(tmp_path: Path) -> None:
    async with watched(tmp_path) as worker:
        silent = await opened(worker.client, "SILENT")
        await silent.play(73 * HOUR)
        answers = await opened(worker.client, "ANSWERS", "+12065550102")
        await answers.play(0.5 * HOUR)
        await answers.tell(IssueCase.submit_plan, PLAN)
        await answers.play(2 * HOUR)
        await answers.tell(IssueCase.review_plan, ACCEPT)
        idle = await opened(worker.client, "IDLE", "+12065550111")
        await idle.tell(IssueCase.report_contact, CONTACT)
        await idle.play(73 * HOUR)
        await quiet(idle)
        await idle.play(30 * HOUR)
        await idle.tell(IssueCase.decide, DEACTIVATE)
        mistaken = await opened(worker.client, "MISTAKEN")
        await mistaken.tell(IssueCase.withdraw, WITHDRAW)
        views = [await case.end() for case in (silent, answers, idle, mistaken)]
        scraped = await worker.scrape()
        _agree(scraped, views)

        reached = {"workflow_type": "IssueCase", "task_queue": "cases"}
        assert scraped("case72_time_to_contact_seconds_count", **reached) == 2
        assert 900 < scraped("case72_time_to_contact_seconds_sum") < 910  # 0.25 h, and at once
        assert scraped("case72_time_to_contact_seconds_bucket", le="300") == 1
        assert scraped("case72_escalations_total", reason="no_cooperation") == 1
        assert 30 <= scraped("case72_desk_wait_seconds_sum", about="escalation") / 3600 < 32
        assert 2 <= scraped("case72_desk_wait_seconds_sum", about="plan") / 3600 < 2.6
        lateness = "case72_attempt_lateness_seconds"
        made = sum(len(view.attempts) for view in views)
        assert scraped(f"{lateness}_count") == made
        assert scraped(f"{lateness}_bucket", le="300") == made


def _agree(scraped: Scraped, views: list[CaseView]) -> None:
    """The numbers are those of the cases themselves."""
    (opened,) = [s for s in scraped.samples if s.name == "case72_cases_opened_total"]
    assert opened.value == len(views)  # in the one series that there is from the start
    ended = Counter((view.status, view.reason or "") for view in views)
    assert len(ended) == 4
    assert ended == {
        (s.labels["status"], s.labels["reason"]): s.value
        for s in scraped.samples
        if s.name == "case72_cases_ended_total"
    }
    channels = {EventKind.CALL: Channel.CALL, EventKind.EMAIL: Channel.EMAIL}
    entries = [entry for view in views for entry in view.timeline if entry.what in channels]
    assert Counter((channels[entry.what], entry.result) for entry in entries) == {
        (s.labels["channel"], s.labels["result"]): s.value
        for s in scraped.samples
        if s.name == "case72_attempts_total"
    }


async def test_a_worker_says_how_old_its_time_zones_are(tmp_path: Path) -> None:
    async with watched(tmp_path, CASE72_TIME_ZONES_CHECKED="2027-05-03") as worker:
        scraped = await worker.scrape()
    newest = datetime.fromtimestamp(scraped(TIME_ZONES, edition=EDITION), UTC)
    assert newest == datetime(2027, 5, 3, tzinfo=UTC)


async def test_it_is_known_when_credentials_are_to_be_renewed() -> None:
    expires = datetime(2027, 5, 31, tzinfo=UTC)
    address = f"127.0.0.1:{free_ports(0)[0]}"
    runtime = serving_metrics(address)
    assert runtime
    show_credentials(runtime, "default", [Credential("API key", expires, issued=None)])
    scraped = await scrape(f"http://{address}/metrics")
    due = scraped(RENEW_BY, credential="API key", namespace="default")
    assert datetime.fromtimestamp(due, UTC) == datetime(2027, 5, 24, tzinfo=UTC)


async def test_labels_tell_of_no_seller(tmp_path: Path) -> None:
    async with watched(tmp_path) as worker:
        case = await opened(worker.client, "PRIVATE")
        await case.tell(IssueCase.withdraw, WITHDRAW)
        await case.end()
        samples = (await worker.scrape()).samples
    assert {name for s in samples if s.name.startswith("case72") for name in s.labels} <= LABELS
    values = {value for s in samples for value in s.labels.values()} - {"+Inf"}
    assert not [value for value in values if re.search("PRIVATE|@|[+]", value)]


@pytest.mark.parametrize("address", ["9464", "localhost:9464", "127.0.0.1:70000", "127.0.0.1:x"])
async def test_an_address_that_is_none_is_said_and_exits_2(tmp_path: Path, address: str) -> None:
    command = [sys.executable, str(ROOT / "worker.py")]
    code, _, err = await run(*command, cwd=tmp_path, CASE72_METRICS=address)
    assert code == 2
    assert err.startswith("settings (CASE72_*): metrics: give an IP address")


async def test_an_address_that_is_taken_is_said_and_exits_2(tmp_path: Path) -> None:
    async with watched(tmp_path) as worker:
        taken = worker.url.removeprefix("http://").removesuffix("/metrics")
        command = [sys.executable, str(ROOT / "worker.py")]
        code, _, err = await run(*command, cwd=tmp_path, CASE72_METRICS=taken)
        assert code == 2
        assert err.startswith(f"CASE72_METRICS={taken}: ")
        assert "already in use" in err
