"""The whole, as its users meet it: the service, the command `temporal`, the demo."""

import asyncio
import json
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from domain.case.status import Status
from reference.time_zones import EDITION
from tests.patience import PATIENCE

ROOT = Path(__file__).parent.parent
TEMPORAL = str(Path(sys.executable).parent / "temporal")


def _environment(**settings: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **settings}


async def run(*command: str, cwd: Path, **settings: str) -> tuple[int, str, str]:
    """Run a command to its end: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env=_environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 2 * PATIENCE)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def service(
    folder: Path, *arguments: str, **settings: str
) -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """`worker.py --dev` in `folder`, until SIGTERM: its address, and the lines it logs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "worker.py"),
        "--dev",
        *arguments,
        cwd=folder,
        env=_environment(CASE72_RING_SECONDS="0.1", CASE72_LOG="json", **settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    lines: list[dict[str, Any]] = []
    try:
        first = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
        while not any(line["event"] == "serving" for line in lines):
            lines.append(json.loads(await asyncio.wait_for(process.stderr.readline(), PATIENCE)))
        yield first.decode().split()[1], lines
    finally:
        process.send_signal(signal.SIGTERM)
        _, rest = await asyncio.wait_for(process.communicate(), PATIENCE)
        lines += [json.loads(line) for line in rest.splitlines()]
    assert process.returncode == 0


async def query(address: str, workflow_id: str, folder: Path) -> dict[str, Any]:
    """The case view, by the command `temporal`."""
    arguments = ["--address", address, "workflow", "query", "--workflow-id", workflow_id]
    code, out, err = await run(TEMPORAL, *arguments, "--type", "case", "-o", "json", cwd=folder)
    assert code == 0, err
    view: dict[str, Any] = json.loads(out)["queryResult"][0]
    return view


async def until(
    address: str, workflow_id: str, folder: Path, holds: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """The view once `holds` is true of how the command `temporal` describes the workflow.

    A query before would run a task that waits, whose log lines then come twice: see "What the
    platform gets wrong" in docs/architecture.md.
    """
    arguments = ["--address", address, "workflow", "describe", "--workflow-id", workflow_id]
    async with asyncio.timeout(PATIENCE):
        while True:
            code, out, err = await run(TEMPORAL, *arguments, "-o", "json", cwd=folder)
            assert code == 0, err
            if holds(json.loads(out)):
                return await query(address, workflow_id, folder)
            await asyncio.sleep(0.2)


async def test_a_case_is_driven_with_nothing_but_temporal_and_json_across_a_restart(
    tmp_path: Path,
) -> None:
    start = json.loads((ROOT / "examples" / "silent.json").read_text("utf-8"))
    case = "case/US/A3LANTERN"
    known = {
        "emergency_phone": start["account"]["emergency_phone"],
        "selling_plan": "professional",
    }
    feed = {"by": "feed", "ratings": [{"date": "2025-01-06", "rating": 412}], "account": known}
    seller = {"account": {"store": "US", "seller_id": "A3LANTERN"}}
    (tmp_path / "start.json").write_text(json.dumps(start), "utf-8")
    plan = {
        "by": "seller",
        "root_causes": ["A supplier changed the product"],
        "corrective_actions": ["The listing was removed"],
        "preventive_measures": ["Two people check each listing"],
        "evidence": [],
        "files": [],
    }

    async with service(tmp_path) as (address, first):
        assert first[-1]["time_zones"] == EDITION
        standing = ["--workflow-id", "enrollment/US/A3LANTERN"]
        command = ["--address", address, "workflow", "execute-update-with-start", *standing]
        command += ["--type", "Enrollment", "--task-queue", "cases"]
        command += ["--id-conflict-policy", "UseExisting", "--input", json.dumps(seller)]
        command += ["--update-name", "record_ratings", "--update-input", json.dumps(feed)]
        code, out, err = await run(TEMPORAL, *command, cwd=tmp_path)
        assert code == 0, out + err
        command = ["--address", address, "workflow", "query", *standing, "--type", "enrollment"]
        code, out, err = await run(TEMPORAL, *command, "-o", "json", cwd=tmp_path)
        assert code == 0, out + err
        assert json.loads(out)["queryResult"][0]["status"] == "enrolled"
        command = ["--address", address, "workflow", "start", "--type", "IssueCase"]
        command += ["--task-queue", "cases", "--workflow-id", case, "--input-file", "start.json"]
        assert (await run(TEMPORAL, *command, cwd=tmp_path))[0] == 0
        view = await until(address, case, tmp_path, _is_settled)
        # One attempt or two: at night, the seller's, the call waits.
        assert view["attempts"]
        assert all(attempt["result"] for attempt in view["attempts"])
        case_id = view["id"]

    async with service(tmp_path) as (address, second):
        assert (await query(address, case, tmp_path))["id"] == case_id
        for name, argument in (
            ("submit_plan", plan),
            ("review_plan", {"by": "kim", "decision": "accept", "note": None}),
        ):
            command = ["--address", address, "workflow", "update", "execute", "--workflow-id", case]
            command += ["--name", name, "--input", json.dumps(argument)]
            code, out, err = await run(TEMPORAL, *command, cwd=tmp_path)
            assert code == 0, out + err
        view = await until(address, case, tmp_path, _has_completed)
        assert (view["status"], view["reason"]) == (Status.RESOLVED, "plan_accepted")
        assert view["closed_at"]
        search = ["--address", address, "workflow", "list", "-o", "json", "--query"]
        search += ["CaseStatus = 'resolved' AND CaseStore = 'US' AND CaseSeller = 'A3LANTERN'"]
        async with asyncio.timeout(PATIENCE):
            while not json.loads((await run(TEMPORAL, *search, cwd=tmp_path))[1] or "[]"):
                await asyncio.sleep(0.2)
    assert second[-1]["event"] == "stopped"
    _tell_the_story_once(first + second, view)


def _is_settled(described: dict[str, Any]) -> bool:
    begun = int(described["workflowExecutionInfo"]["historyLength"]) > 10
    under_way = described.get("pendingActivities") or described.get("pendingWorkflowTask")
    return begun and not under_way


def _has_completed(described: dict[str, Any]) -> bool:
    return bool(
        described["workflowExecutionInfo"]["status"] == "WORKFLOW_EXECUTION_STATUS_COMPLETED"
    )


def _tell_the_story_once(lines: list[dict[str, Any]], view: dict[str, Any]) -> None:
    """One line for each event of the case, across a restart, and nobody named in any."""
    story = [line for line in lines if line.get("case") == view["id"]]
    told = [(line["event"], line.get("attempt"), line.get("result")) for line in story]
    assert told == [(e["what"], e.get("attempt"), e.get("result")) for e in view["timeline"]]
    assert all({"virtual", "timestamp", "status"} <= line.keys() for line in story)
    everything = json.dumps(lines, ensure_ascii=False)
    for private in ("name", "email", "emergency_phone"):
        assert view["account"][private] not in everything


async def test_the_demo_ends_with_every_case_as_it_should_twice_in_a_row(tmp_path: Path) -> None:
    for over in ((), ("--over-http",)):  # the account service, simulated and as a real one
        code, out, err = await run(sys.executable, "-m", "examples.demo", *over, cwd=tmp_path)
        assert code == 0, out + err
        assert "NOT AS IT SHOULD" not in out
        assert out.count("case/") == 6
        sellers = re.findall(r"│ ((?:US|CA)/[0-9A-Z]+) +│ +\d+ │ (\w+) +│", out)
        assert len(sellers) == 7
        assert Counter(status for _, status in sellers) == {
            "enrolled": 5,
            "invited": 1,
            "not_eligible": 1,
        }


@pytest.mark.parametrize(
    ("settings", "arguments", "named"),
    [
        ({"CASE72_RING_SECONDS": "soon"}, [], "ring_seconds"),
        ({"CASE72_TELEPHONE": "carrier pigeon"}, [], "telephone"),
        ({"CASE72_ENCRYPTION_KEYS_FILE": "nowhere"}, [], "encryption_keys_file"),
        ({}, ["--queue", "nonsense"], "--queue"),
    ],
)
async def test_a_wrong_setting_is_named_and_exits_2(
    tmp_path: Path, settings: dict[str, str], arguments: list[str], named: str
) -> None:
    command = [sys.executable, str(ROOT / "worker.py"), *arguments]
    code, _, err = await run(*command, cwd=tmp_path, **settings)
    assert code == 2
    assert named in err
    assert "Traceback" not in err


async def test_a_server_that_is_not_there_yet_ends_in_what_systemd_restarts(tmp_path: Path) -> None:
    """After a power cut the worker may well be up before Temporal is."""
    command = [sys.executable, str(ROOT / "worker.py")]
    code, _, err = await run(*command, cwd=tmp_path, TEMPORAL_ADDRESS="127.0.0.1:1")
    unit = (ROOT / "deploy" / "systemd" / "case72-worker.service").read_text()
    assert "Restart=always\n" in unit
    assert f"RestartPreventExitStatus={code}\n" not in unit
    assert code == 1
    assert "127.0.0.1:1" in err
    assert "Traceback" not in err
