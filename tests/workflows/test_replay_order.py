"""What came apart stays apart when a case is replayed (workflows/shared/reconciler.py)."""

from pathlib import Path

from domain.shared.events import SendLink
from tests.engine import engine_in
from tests.workflows.events import CALL_ME, CONTACT, WITHDRAW
from tests.workflows.test_replay import replayer
from workflows.case.issue_case import IssueCase


async def test_an_update_just_after_a_call_ended_replays(tmp_path: Path, server: str) -> None:
    async with engine_in(tmp_path, ring_seconds=1.5, server=server) as engine:
        case = await engine.open(wait=False)
        await case.when(lambda v: v.attempts and all(a.result for a in v.attempts))
        await case.tell(IssueCase.report_contact, CONTACT)
        await case.tell(IssueCase.request_call, CALL_ME)
        await case.tell(IssueCase.send_link, SendLink(by="seller"))
        await case.when(lambda v: all(a.result for a in v.attempts))
        await case.tell(IssueCase.withdraw, WITHDRAW)
        history = await case.handle.fetch_history()
        await replayer().replay_workflow(history)
