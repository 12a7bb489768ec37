"""Two versions of the code side by side (docs/upgrading.md)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowUpdateFailedError

from cli.operate.audit_checks import check_everything
from cli.operate.audit_report import FindingKind
from domain.case.status import Status
from domain.shared.names import CASES_QUEUE
from domain.shared.result import Result
from temporal_client.queues import last_heard
from temporal_client.workflows import Workflows
from tests.engine import OpenCase, Running, issue, know
from tests.killable_server import kill
from tests.patience import PATIENCE
from tests.test_crashes import Host, opened, something, stage
from tests.test_whole import ROOT, TEMPORAL, run
from tests.workflows.enrollment_events import changed
from tests.workflows.events import WITHDRAW, joins
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment


async def make_current(client: Client, version: str) -> None:
    """As docs/upgrading.md says, once a worker of this version has come up."""
    address = client.service_client.config.target_host
    named = ("--deployment-name", "case72", "--build-id", version)
    command = (TEMPORAL, "worker", "deployment", "set-current-version", "--yes", *named)
    async with asyncio.timeout(PATIENCE):
        while (await run(*command, "--address", address, cwd=ROOT))[0] != 0:
            await asyncio.sleep(0.2)


async def version_of(some: Running[Any]) -> str:
    """The version that the workflow is with."""
    info = (await some.handle.describe()).raw_description.workflow_execution_info
    return info.versioning_info.deployment_version.build_id


async def move(client: Client, case: OpenCase) -> None:
    """Move a case to the newest version, as docs/upgrading.md says."""
    moved, _, why = await run(
        *(TEMPORAL, "workflow", "update-options", "--workflow-id", case.handle.id),
        *("--versioning-override-behavior", "auto_upgrade"),
        *("--address", client.service_client.config.target_host),
        cwd=ROOT,
    )
    assert moved == 0, why


async def test_a_case_ends_by_the_rules_of_the_version_it_began_with(tmp_path: Path) -> None:
    """The next version takes fewer issues: cases that are open keep to the old one."""
    async with stage(tmp_path, CASE72_VERSION="1") as (host, client):
        await host.start()
        await make_current(client, "1")
        old, seller = await opened(client, "OLD"), await know(client, "SELLER")
        assert [await version_of(w) for w in (old, seller)] == ["1", "1"]
        newer = Host(tmp_path, client.service_client.config.target_host, CASE72_VERSION="2")
        try:
            await newer.start("-m", "tests.next_version")
            await make_current(client, "2")
            new = await opened(client, "NEW")
            for number in (2, 3):
                await old.tell(IssueCase.add_issue, joins(issue(f"ISS-{number}")))
            await new.tell(IssueCase.add_issue, joins(issue("ISS-2")))
            with pytest.raises(WorkflowUpdateFailedError):
                await new.tell(IssueCase.add_issue, joins(issue("ISS-3")))
            await seller.tell(SellerEnrollment.change_account, changed(name="Another"))
            assert [await version_of(w) for w in (old, new, seller)] == ["1", "2", "2"]
        finally:
            await newer.stop()


async def test_a_case_can_be_moved_to_the_newest_version(tmp_path: Path) -> None:
    """One that is open for months would keep its workers up."""
    async with stage(tmp_path, CASE72_VERSION="1") as (host, client):
        worker = await host.start()
        await make_current(client, "1")
        case = await opened(client, "OLD")
        await case.settled()
        await kill(worker)
        newer = Host(tmp_path, client.service_client.config.target_host, CASE72_VERSION="2")
        try:
            await newer.start()
            await make_current(client, "2")
            await move(client, case)
            await case.tell(IssueCase.withdraw, WITHDRAW)
            assert (await case.end()).status is Status.WITHDRAWN
        finally:
            await newer.stop()


async def test_a_worker_replaced_by_a_newer_version_while_a_call_rings_dials_nobody_twice(
    tmp_path: Path,
) -> None:
    rings = {"CASE72_RING_SECONDS": "600", "CASE72_LOOK_AT_CALLS_SECONDS": "2"}
    async with stage(tmp_path, CASE72_VERSION="1", **rings) as (host, client):
        worker = await host.start()
        await make_current(client, "1")
        case = await opened(client, "RINGS")
        await something(host.calls)
        newer = Host(
            tmp_path, client.service_client.config.target_host, CASE72_VERSION="2", **rings
        )
        try:
            await newer.start()
            await make_current(client, "2")
            worker.terminate()  # a ringing call does not keep it
            await asyncio.wait_for(worker.wait(), 15)
            await move(client, case)
            host.end_calls()
            view = await case.when(
                lambda v: len(v.attempts) == 2 and all(a.result for a in v.attempts)
            )
            assert view.attempts[1].result is Result.NO_ANSWER
            assert await version_of(case) == "2"
            assert len(host.calls()) == 1
            assert len(host.rows("telephone.sqlite", "SELECT key FROM dials")) == 1
        finally:
            await newer.stop()


async def test_the_audit_finds_workers_of_a_version_that_gets_no_new_work(tmp_path: Path) -> None:
    async def unserved() -> list[str]:
        report = await check_everything(Workflows(client), quick=True)
        return [f.what for f in report.findings if f.kind is FindingKind.QUEUE_WITHOUT_WORKER]

    async with stage(tmp_path, CASE72_VERSION="1") as (host, client):
        await host.start()
        async with asyncio.timeout(PATIENCE):
            while await last_heard(client, CASES_QUEUE) is None:
                await asyncio.sleep(0.2)
        assert "of a version that gets no new work" in (await unserved())[0]
        await make_current(client, "1")
        async with asyncio.timeout(PATIENCE):
            while await unserved():
                await asyncio.sleep(0.2)
