"""Cases that were open when a new version was deployed go on: old histories replay."""

import asyncio
import gzip
import json
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner
from temporalio.workflow import NondeterminismError

from domain.case.case import Case
from domain.case.step_results import CaseOutcome
from domain.case.steps import Step
from runtime.workers import WORKFLOWS
from tests.engine import Engine, issue
from tests.record import CONTINUED, FOLDER, SECOND_PROVIDER, STORIES, WEBHOOKS
from tests.workflows.events import CONTACT, PLAN, WITHDRAW, joins
from workflows.case import perform
from workflows.case.issue_case import IssueCase
from workflows.shared.payloads import DATA_CONVERTER

GOLDEN = sorted(FOLDER.glob("*.json.gz"))


def history(file: Path) -> WorkflowHistory:
    """A golden history."""
    recorded = json.loads(gzip.decompress(file.read_bytes()))
    started = recorded["events"][0]["workflowExecutionStartedEventAttributes"]
    return WorkflowHistory.from_json(started["workflowId"], recorded)


def replayer() -> Replayer:
    """As the worker is set up, which the outcome depends on."""
    return Replayer(
        workflows=WORKFLOWS,
        data_converter=DATA_CONVERTER,
        workflow_runner=UnsandboxedWorkflowRunner(),
    )


def test_every_story_has_its_history() -> None:
    recorded = {file.name.split(".")[0] for file in GOLDEN}
    assert recorded >= (STORIES | SECOND_PROVIDER | CONTINUED | WEBHOOKS).keys()


@pytest.mark.parametrize("file", GOLDEN, ids=lambda f: f.name)
async def test_an_old_history_replays(file: Path) -> None:
    await replayer().replay_workflow(history(file))


async def test_a_change_that_would_break_open_cases_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unchanged = perform.perform

    async def changed(case: Case, step: Step) -> CaseOutcome:
        await workflow.sleep(1)  # a timer that no history has
        return await unchanged(case, step)

    monkeypatch.setattr("workflows.case.issue_case.perform", changed)
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(history(FOLDER / "deactivated-silent.json.gz"))


async def test_updates_that_race_the_opening_leave_a_history_that_replays(engine: Engine) -> None:
    async def race(number: int) -> WorkflowHistory:
        case = await engine.open(seller_id=f"RACE{number}", wait=False)
        await asyncio.sleep(number * 0.001)
        await asyncio.gather(
            case.tell(IssueCase.report_contact, CONTACT),
            case.tell(IssueCase.submit_plan, PLAN),
            case.tell(IssueCase.add_issue, joins(issue("ISS-2"))),
        )
        await case.tell(IssueCase.withdraw, WITHDRAW)
        await case.end()
        return await case.handle.fetch_history()

    for old in await asyncio.gather(*(race(number) for number in range(20))):
        await replayer().replay_workflow(old)
