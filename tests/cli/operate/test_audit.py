"""`audit`: each thing that goes wrong is made to, on a real server, and found."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import PollWorkflowTaskQueueRequest
from temporalio.client import Client, WorkflowHandle

from cli.operate import server_checks
from cli.operate.audit_checks import check_everything
from cli.operate.audit_report import Finding, FindingKind
from cli.operate.time_zones_check import too_old
from domain.case.case import Case
from domain.case.status import Status
from domain.case.step_results import CaseOutcome
from domain.case.steps import Step
from domain.shared.account import SellerAccount, Store
from domain.shared.names import CASES_QUEUE, EMAIL_QUEUE, case_workflow_id, enrollment_workflow_id
from domain.shared.steps import WaitUntil
from reference import time_zones
from reference.time_zones import EDITION
from runtime.providers import providers_of
from runtime.settings import Settings
from runtime.workers import working
from temporal_client.workflows import Workflows
from tests.cli.conftest import Cli
from tests.engine import BENCH, EVERYONE, HOUR, Engine, OpenCase, account, engine_in, issue
from tests.patience import PATIENCE
from tests.workflows.events import CONTACT, WITHDRAW
from workflows.case import perform
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase
from workflows.enrollment import perform as perform_enrollment
from workflows.enrollment.input import EnrollmentInput

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


async def findings(client: Client, *, ask: bool = False) -> tuple[Finding, ...]:
    today = datetime.now(UTC).date()
    return (await check_everything(Workflows(client), ask=ask, zones_checked=today)).findings


async def finds(client: Client, kind: FindingKind, within: float = PATIENCE) -> Finding:
    """The finding of a kind, once there is one; and that there is no other of it."""
    async with asyncio.timeout(within):
        while not (some := [f for f in await findings(client) if f.kind is kind]):
            await asyncio.sleep(0.2)
    (finding,) = some
    return finding


async def test_nothing_is_found_where_all_is_well(engine: Engine, cli: Cli) -> None:
    await engine.know("WELL")
    await engine.open()
    ahead = await engine.open()
    await ahead.play(60 * HOUR)
    await ahead.settled()
    for arguments in ((), ("--ask",)):
        answer = await cli("audit", *arguments)
        assert (answer.code, "nothing is wrong" in answer.out, answer.err) == (0, True, "")
    answer = await cli("audit", "--json")
    nothing = {"cases": 2, "asked": 0, "time_zones": EDITION, "findings": []}
    assert (answer.code, json.loads(answer.out)) == (0, nothing)


async def test_time_zones_are_found_to_be_old_after_six_months(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = datetime(2027, 4, 28, tzinfo=UTC)
    monkeypatch.setattr(time_zones, "PUBLISHED", {EDITION: date(2026, 10, 28)})
    assert too_old(last - SECOND, None) == []
    (found,) = too_old(last, None)
    assert (found.kind, found.page) == (
        FindingKind.TIME_ZONES_OLD,
        "docs/runbook/time-zones-old.md",
    )
    assert EDITION in found.what
    assert found.lasts == last - datetime(2026, 10, 28, tzinfo=UTC)
    # Somebody looked since, and there was no newer one.
    assert too_old(last, date(2026, 11, 1)) == []
    # An audit looks, too.
    monkeypatch.setattr(time_zones, "PUBLISHED", {EDITION: date(2026, 1, 1)})
    checked = datetime.now(UTC).date() - timedelta(days=190)
    report = await check_everything(Workflows(engine.client), ask=False, zones_checked=checked)
    assert FindingKind.TIME_ZONES_OLD in [finding.kind for finding in report.findings]


async def test_an_escalation_is_found_once_nobody_has_decided_for_a_day(
    engine: Engine, cli: Cli
) -> None:
    case = await engine.open(seller_id="UNDECIDED")
    await case.tell(IssueCase.report_contact, CONTACT)
    await case.play(73 * HOUR)
    await case.reaches(Status.ESCALATED)
    assert await findings(engine.client) == ()
    await case.play(25 * HOUR)
    answer = await cli("audit")
    assert answer.code == 1
    assert "case/US/UNDECIDED: escalated (no_cooperation), and nobody has decided" in answer.out
    assert ", 26 h " in answer.out or ", 25 h " in answer.out
    answer = await cli("audit", "--json")
    (found,) = json.loads(answer.out)["findings"]
    assert (answer.code, found["page"]) == (1, "docs/runbook/escalation-undecided.md")
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_a_provider_that_always_fails_is_found_and_nobody_named(engine: Engine) -> None:
    case = await engine.open(email="outage@bluekettle.example", wait=False)
    await case.when(lambda view: any(a.result for a in view.attempts))
    assert await findings(engine.client) == ()
    await case.play(10 * MINUTE)
    found = await finds(engine.client, FindingKind.PROVIDER_FAILING)
    assert found.where == case.handle.id
    assert "activity send email failed" in found.what
    assert "ProviderFailed" in found.what
    assert found.lasts is not None
    assert 9 * MINUTE < found.lasts < 12 * MINUTE
    assert "bluekettle" not in found.model_dump_json()
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_an_agenda_that_nothing_will_perform_is_found_when_the_case_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    as_intended = perform.perform

    async def oversleeps(case: Case, step: Step) -> CaseOutcome:
        if isinstance(step, WaitUntil):
            await workflow.sleep(10 * HOUR)
        return await as_intended(case, step)

    monkeypatch.setattr("workflows.case.issue_case.perform", oversleeps)
    async with engine_in(tmp_path, server=server) as engine:
        case = await engine.open()
        await case.play(HOUR)
        assert await findings(engine.client) == ()
        (found,) = await findings(engine.client, ask=True)
        assert (found.kind, found.where) == (FindingKind.LATE_ATTEMPTS, case.handle.id)
        assert "call (notice) was due and has not begun" in found.what


async def test_a_queue_without_a_worker_and_what_waits_for_one_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    monkeypatch.setattr(server_checks, "LATE", SECOND)
    async with engine_in(tmp_path, queues=[CASES_QUEUE, EMAIL_QUEUE], server=server) as engine:
        case = await engine.open(wait=False)
        late = await finds(engine.client, FindingKind.LATE_ATTEMPTS)
        assert late.where == case.handle.id
        assert late.what == "activity place call waits for a worker on queue telephony"
        missing = [f for f in await findings(engine.client) if f.kind is MISSING]
        assert [found.where for found in missing] == ["queue telephony", "queue calls"]


MISSING = FindingKind.QUEUE_WITHOUT_WORKER

BRIEF = EVERYONE | {
    "window": "PT6S",
    "email_hours": [0, 5 / 3600],
    "call_hours": [0, 1 / 3600, 5 / 3600],
    "call_spacing": "PT0.2S",
    "late_notice": "PT1S",
}
"""A case whose 72 hours are six seconds, all of them real."""


async def test_a_case_whose_worker_has_gone_is_found_and_nobody_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    monkeypatch.setattr(server_checks, "LATE", SECOND)
    async with engine_in(tmp_path, queues=[], server=server) as engine:
        settings = Settings(state=tmp_path, ring_seconds=0, drain_seconds=0, **BENCH)
        workers = working(engine.client, settings, providers_of(settings, engine.client))
        await workers.__aenter__()
        ahead = await engine.open()
        await ahead.play(10 * HOUR)
        case = await engine.open(rules=BRIEF, wait=False)
        await case.settled()
        await workers.__aexit__(None, None, None)
        passed = await finds(engine.client, FindingKind.DEADLINE_PASSED)
        assert passed.what == "its deadline has passed, and it is still contacting"
        late = await finds(engine.client, FindingKind.LATE_ATTEMPTS)
        assert late.what == "its next step waits for a worker on queue cases"
        # One whose clock is hours ahead is late by as much as it has waited.
        await ahead.handle.cancel()
        await asyncio.sleep(4)
        waits = [f for f in await findings(engine.client) if f.where == ahead.handle.id]
        assert [f.kind for f in waits] == [FindingKind.LATE_ATTEMPTS]
        assert waits[0].lasts is not None
        assert SECOND < waits[0].lasts < 30 * SECOND
        begun = asyncio.get_running_loop().time()
        silent = [
            f for f in await findings(engine.client, ask=True) if f.kind is FindingKind.NO_ANSWER
        ]
        assert {f.where for f in silent} == {case.handle.id, ahead.handle.id}
        assert asyncio.get_running_loop().time() - begun < 8


async def test_a_case_that_does_not_replay_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    as_intended = perform.perform

    async def otherwise(case: Case, step: Step) -> CaseOutcome:
        await workflow.sleep(1)  # a timer that its history has not
        return await as_intended(case, step)

    async with engine_in(tmp_path, server=server) as engine:
        handle: WorkflowHandle[IssueCase, object] = await engine.client.start_workflow(
            IssueCase.run,
            CaseInput(account=account("FAULTY"), issues=(issue(),), policy=EVERYONE),
            id=case_workflow_id("US", "FAULTY"),
            task_queue=CASES_QUEUE,
            task_timeout=SECOND,  # so that it fails often, soon
        )
        await OpenCase(handle, engine.skipper).settled()
        monkeypatch.setattr("workflows.case.issue_case.perform", otherwise)
        telling = asyncio.ensure_future(handle.execute_update(IssueCase.report_contact, CONTACT))
        found = await finds(engine.client, FindingKind.STUCK_WORKFLOW)
        assert found.where == "case/US/FAULTY"
        assert found.what.endswith("non deterministic error, TMPRL1100")
        monkeypatch.setattr("workflows.case.issue_case.perform", as_intended)
        await asyncio.wait_for(telling, PATIENCE)
        assert await findings(engine.client) == ()


async def test_an_enrollment_that_is_stuck_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    async def breaks(*_: object) -> perform_enrollment.EnrollmentOutcome:
        raise RuntimeError("as after a faulty deployment")

    monkeypatch.setattr("workflows.enrollment.seller_enrollment.perform", breaks)
    async with engine_in(tmp_path, server=server) as engine:
        start = EnrollmentInput(
            account=SellerAccount(
                store=Store.US, seller_id="FAULTY", emergency_phone="+12065550110"
            )
        )
        await engine.client.start_workflow(
            "Enrollment",
            start,
            id=enrollment_workflow_id("US", "FAULTY"),
            task_queue=CASES_QUEUE,
            task_timeout=SECOND,
        )
        found = await finds(engine.client, FindingKind.STUCK_WORKFLOW, within=60)
        assert found.where == "enrollment/US/FAULTY"
        assert found.what.startswith("its workflow task fails again and again: ")


async def test_what_times_out_again_and_again_is_found_within_a_minute_however_many_are_open(
    tmp_path: Path, server: str
) -> None:
    async with engine_in(tmp_path, queues=[], server=server) as engine:
        client = engine.client

        async def takes_and_never_answers() -> None:
            while True:
                await client.workflow_service.poll_workflow_task_queue(
                    PollWorkflowTaskQueueRequest(
                        namespace=client.namespace, task_queue=TaskQueue(name=CASES_QUEUE)
                    )
                )

        worker = asyncio.ensure_future(takes_and_never_answers())
        loop = asyncio.get_running_loop()
        begun = loop.time()
        start = CaseInput(account=account("HANGS"), issues=(issue(),), policy=EVERYONE)
        await client.start_workflow(
            IssueCase.run, start, id=case_workflow_id("US", "HANGS"), task_queue=CASES_QUEUE
        )
        seller = EnrollmentInput(account=SellerAccount(store=Store.US, seller_id="HANGS"))
        await client.start_workflow(
            "Enrollment",
            seller,
            id=enrollment_workflow_id("US", "HANGS"),
            task_queue=CASES_QUEUE,
        )

        async def stuck(*, quick: bool) -> dict[str, str]:
            found = (await check_everything(Workflows(client), quick=quick)).findings
            return {f.where: f.what for f in found if f.kind is FindingKind.STUCK_WORKFLOW}

        hangs = "its workflow task times out again and again"
        both = {"case/US/HANGS": hangs, "enrollment/US/HANGS": hangs}
        while await stuck(quick=True) != both:
            assert loop.time() < begun + 60
            await asyncio.sleep(1)
        assert await stuck(quick=False) == both
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
