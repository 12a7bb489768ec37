"""Receivers are told of appeals and of their answers (docs/rules.md, section 7)."""

from pathlib import Path

from domain.appeal.events import Verdict
from tests.engine import engine_in
from tests.receiver import a_receiver
from tests.workflows.appeals import AGAIN, deactivated, submit


async def test_appeals_and_their_answers_are_announced(tmp_path: Path, server: str) -> None:
    async with a_receiver() as crm:
        receivers = {"crm": crm.settings()}
        async with engine_in(tmp_path, server=server, receivers=receivers) as engine:
            await deactivated(engine, "APPEALS")
            appeal = await submit(engine, "APPEALS")
            await appeal.decide(Verdict.UPHOLD)
            await submit(engine, "APPEALS", AGAIN)
            await appeal.decide(Verdict.REINSTATE, "lead.diaz")
            view = await appeal.end()
            said = [("submitted", None), ("answered", "upheld")]
            said += [("submitted", None), ("answered", "reinstated")]
            await crm.when_types("appeal.", len(said))
            got = [event for event in crm.got if event["type"].startswith("appeal.")]
    assert [(e["type"].partition(".")[2], e["data"]["status"]) for e in got] == said
    assert view.deactivation is not None
    assert got[0]["data"] == {
        "appeal_id": view.id,
        "case_id": view.deactivation.case_id,
        "store": "US",
        "seller_id": "APPEALS",
        "status": None,
        "reason": None,
    }
