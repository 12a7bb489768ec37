"""A worker takes no policy that would cost an account unfairly fast (docs/api.md)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError

from domain.case.policy_limits import LEAST_WINDOW
from domain.case.status import Status
from tests.domain.case.test_fairness import NINE_SECONDS
from tests.engine import engine_in
from tests.patience import PATIENCE
from tests.workflows.events import WITHDRAW
from workflows.case.issue_case import IssueCase


async def test_nobody_is_deactivated_after_nine_seconds_by_whoever_may_start_a_case(
    tmp_path: Path, server: str
) -> None:
    async with engine_in(tmp_path, least_window=LEAST_WINDOW, server=server) as engine:
        unfair: dict[str, Any]
        for unfair, field in (
            (NINE_SECONDS, "window"),
            ({"minimum_rung_calls": 1}, "minimum_rung"),
        ):
            case = await engine.open(rules=unfair, wait=False)
            with pytest.raises(WorkflowFailureError) as failure:
                await asyncio.wait_for(case.handle.result(), PATIENCE)
            assert f"policy: {field}" in str(failure.value.cause)
            who = case.handle.id.split("/")
            assert await engine.providers.accounts.is_active(who[1], who[2])
        fair = await engine.open(rules={"window": "PT24H", "email_hours": [0, 20]})
        assert (await fair.view()).status is Status.CONTACTING
        await fair.tell(IssueCase.withdraw, WITHDRAW)
