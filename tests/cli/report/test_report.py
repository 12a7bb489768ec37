"""`report` and `archive`, against a real server."""

import asyncio
import csv
import json
from pathlib import Path

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest

from temporal_client.names import case_name_of_id
from tests.cli.conftest import Cli
from tests.engine import Engine
from tests.patience import PATIENCE
from tests.workflows.events import ACCEPT, PLAN, WITHDRAW
from workflows.case.issue_case import IssueCase


async def until_found(engine: Engine, query: str, number: int) -> None:
    """What cases are found by lags a little."""
    async with asyncio.timeout(PATIENCE):
        while (await engine.client.count_workflows(query)).count < number:
            await asyncio.sleep(0.02)


async def forget(engine: Engine, case_id: str) -> None:
    """Delete a closed case, as Temporal's retention does."""
    name = case_name_of_id(case_id)
    await engine.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=engine.client.namespace,
            workflow_execution=WorkflowExecution(
                workflow_id=name.workflow_id, run_id=name.run_id or ""
            ),
        )
    )
    async with asyncio.timeout(PATIENCE):
        while (await engine.client.count_workflows(f"WorkflowId = '{name.workflow_id}'")).count:
            await asyncio.sleep(0.02)


async def test_a_row_for_each_case_a_page_and_an_archive(
    cli: Cli, engine: Engine, tmp_path: Path
) -> None:
    resolved = await engine.open(seller_id="REPORTED-1", store="CA")
    await resolved.tell(IssueCase.submit_plan, PLAN)
    await resolved.tell(IssueCase.review_plan, ACCEPT)
    ended = await resolved.end()
    withdrawn = await engine.open(seller_id="REPORTED-2", store="CA")
    await withdrawn.tell(IssueCase.withdraw, WITHDRAW)
    await withdrawn.end()
    waits = await (await engine.open(seller_id="REPORTED-3", store="CA")).settled()
    await until_found(engine, "CaseStore = 'CA' AND CaseSeller STARTS_WITH 'REPORTED-'", 3)
    await until_found(engine, "CloseTime > '2000-01-01T00:00:00Z' AND CaseStore = 'CA'", 2)

    as_csv, as_jsonl, page = (tmp_path / name for name in ("r.csv", "r.jsonl", "r.html"))
    simulated = tmp_path / "simulated.json"
    policy, world = "examples/policies/default.json", "examples/worlds/calm.json"
    what = ("--policy", policy, "--world", world, "--cases", "20", "--json", str(simulated))
    assert (await cli("simulate", *what)).code == 0
    files = ("--csv", str(as_csv), "--jsonl", str(as_jsonl), "--html", str(page))
    plus = ("--simulation", str(simulated), "--by", "issue")
    answer = await cli("report", "--since", "60d", "--store", "CA", *files, *plus)
    assert answer.code == 0, answer.err
    lines = {row["case_id"]: row for row in map(json.loads, as_jsonl.read_text().splitlines())}
    assert lines[ended.id]["status"] == "resolved"
    assert lines[ended.id]["plans_until_accepted"] == 1
    assert lines[waits.id]["closed_at"] is None
    with as_csv.open(newline="") as opened:
        rows = {row["case_id"]: row for row in csv.DictReader(opened)}
    assert rows.keys() == lines.keys()
    assert rows[ended.id]["contact"] == "plan"
    assert ended.account.email not in as_csv.read_text() + as_jsonl.read_text() + page.read_text()
    assert "<svg" in page.read_text()
    assert "Simulated policies" in page.read_text()
    assert "http" not in page.read_text().replace("http://www.w3.org/", "")

    # What the archive keeps is reported also where Temporal has forgotten it.
    archive = tmp_path / "closed"
    kept = await cli("archive", "--to", str(archive))
    assert kept.code == 0, kept.err
    again = await cli("archive", "--to", str(archive))
    assert "Archived: 0;" in again.out
    await forget(engine, ended.id)
    forgotten = await cli("report", "--since", "60d", "--store", "CA", "--jsonl", str(as_jsonl))
    assert ended.id not in as_jsonl.read_text(), forgotten.err
    whole = await cli(
        *("report", "--since", "60d", "--store", "CA", "--jsonl", str(as_jsonl)),
        *("--archive", str(archive), "--personal"),
    )
    assert whole.code == 0, whole.err
    rows_again = {row["case_id"]: row for row in map(json.loads, as_jsonl.read_text().splitlines())}
    assert rows_again.keys() == lines.keys()
    assert rows_again[ended.id] == lines[ended.id] | {
        name: getattr(ended.account, name)
        for name in ("name", "email", "emergency_phone", "extension")
    }


async def test_bad_input_names_the_option(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    other = str(tmp_path / "other.json")
    for arguments, said in (
        (("--since", "2026-11-02", "--until", "2026-11-01"), "--since: must be before --until"),
        (("--personal",), "--personal: is only for"),
        (("--csv", str(tmp_path / "no" / "such.csv")), "--csv:"),
        (("--csv", other, "--html", other), "two of them name the same file"),
        (("--html", str(tmp_path)), "--html"),
        (("--simulation", other), "other.json: is not what `simulate --json` writes"),
    ):
        answer = await cli("report", *arguments)
        assert answer.code == 2
        assert said in answer.err
    (tmp_path / "closed-2026-11-01.parquet").write_bytes(b"nonsense")
    answer = await cli("report", "--archive", str(tmp_path))
    assert answer.code == 2
    assert "--archive:" in answer.err
