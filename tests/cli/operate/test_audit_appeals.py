"""`audit` finds an appeal that waits too long, on a real server."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from temporalio.service import RPCError

from cli.operate.audit_report import FindingKind
from domain.appeal.events import Verdict
from domain.appeal.status import AppealStatus
from providers.protocols import ProviderFailed
from providers.simulated.account_service import SimulatedMarketplace
from providers.temporal.own_workflows import Enrollments
from tests.cli.operate.test_audit import MINUTE, findings, finds
from tests.engine import HOUR, Engine
from tests.patience import PATIENCE, looks
from tests.workflows.appeals import OpenAppeal, appeal_of, deactivated, submit

DAY = timedelta(days=1)


async def test_an_appeal_is_found_once_the_desk_has_had_its_time(engine: Engine) -> None:
    await deactivated(engine, "LATE")
    appeal = await submit(engine, "LATE")
    await appeal.play(6 * DAY)
    assert await findings(engine.client) == ()
    await appeal.play(DAY + HOUR)
    found = await finds(engine.client, FindingKind.APPEAL_UNANSWERED)
    assert (found.where, found.page) == ("appeal/US/LATE", "docs/runbook/appeal-unanswered.md")
    await appeal.decide(Verdict.UPHOLD)
    assert await findings(engine.client) == ()


async def fails(*_: object) -> None:
    """Stand in for what does not answer."""
    raise ProviderFailed("it does not answer")


async def test_a_look_up_that_fails_again_and_again_is_found(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deactivated(engine, "UNKNOWN")
    with monkeypatch.context() as away:
        away.setattr(SimulatedMarketplace, "is_active", fails)
        sending = asyncio.create_task(submit(engine, "UNKNOWN"))
        appeal = appeal_of(engine, "UNKNOWN")
        await begun(appeal)
        await appeal.failing()
        await appeal.play(10 * MINUTE)
        found = await finds(engine.client, FindingKind.PROVIDER_FAILING)
        assert found.where == "appeal/US/UNKNOWN"
        assert "look up appeal" in found.what
    await appeal.play(10 * MINUTE)
    await sending


async def begun(appeal: OpenAppeal) -> None:
    """Wait until the workflow is there."""
    async with asyncio.timeout(PATIENCE):
        async for _ in looks():
            with suppress(RPCError):
                await appeal.handle.describe()
                return


async def test_a_programme_that_cannot_be_told_of_a_reinstatement_is_found(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deactivated(engine, "UNTOLD")
    appeal = await submit(engine, "UNTOLD")
    with monkeypatch.context() as away:
        away.setattr(Enrollments, "reinstate", fails)
        await appeal.decide(Verdict.REINSTATE)
        await appeal.reaches(AppealStatus.REINSTATED)
        await appeal.failing()
        await appeal.play(10 * MINUTE)
        found = await finds(engine.client, FindingKind.PROVIDER_FAILING)
        assert found.where == "appeal/US/UNTOLD"
        assert "tell reinstatement" in found.what
    await appeal.play(10 * MINUTE)
    await appeal.end()
