"""`audit` finds an appeal that waits too long, on a real server."""

from datetime import timedelta

from cli.operate.audit_report import FindingKind
from domain.appeal.events import Verdict
from tests.cli.operate.test_audit import findings, finds
from tests.engine import HOUR, Engine
from tests.workflows.appeals import deactivated, submit

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
