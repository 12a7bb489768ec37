"""`list`: what is urgent is on top, however many cases are open."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.common import SearchAttributePair, TypedSearchAttributes

from domain.case.events import Decision
from domain.case.status import Status
from runtime.connection import connect, register_search_attributes
from runtime.dev_server import dev_server
from temporal_client.search_attributes import (
    DEADLINE,
    ISSUE_CODES,
    REASON,
    SELLER,
    SINCE,
    STATUS,
    STORE,
)
from tests.cli.conftest import Cli
from tests.engine import HOUR, Engine, issue
from tests.patience import PATIENCE
from tests.workflows.events import CONTACT, PLAN, TAKE, WITHDRAW, decided, joins
from tests.workflows.test_case_line import upserted
from workflows.case.issue_case import IssueCase

MINUTE = timedelta(minutes=1)


def found_by(seller: str, status: Status, since: datetime, deadline: datetime) -> Any:
    """What a case shows of itself, here without a worker that would."""
    values = ((STATUS, status), (STORE, "US"), (SELLER, seller), (SINCE, since))
    pairs = [SearchAttributePair[Any](key, value) for key, value in (*values, (DEADLINE, deadline))]
    return TypedSearchAttributes(pairs)


async def test_what_is_urgent_is_on_top_though_more_are_open_than_are_shown(tmp_path: Path) -> None:
    async with dev_server(tmp_path) as server:
        client, cli = await connect(server.address), Cli(server.address)
        await register_search_attributes(client)
        now = datetime.now(UTC)

        async def start(seller: str, status: Status, waits: timedelta, left: timedelta) -> None:
            await client.start_workflow(
                "IssueCase",
                id=f"case/US/{seller}",
                task_queue="nobody",
                search_attributes=found_by(seller, status, now - waits, now + left),
            )

        await start("DUE-FIRST", Status.WORKING, 9 * HOUR, MINUTE / 2)
        await start("DUE-SECOND", Status.CONTACTING, HOUR, MINUTE)
        await start("NEWER", Status.PLAN_REVIEW, HOUR, -HOUR)
        await start("OLDEST", Status.ESCALATED, 90 * HOUR, -HOUR)
        await start("ENDING", Status.DEACTIVATING, HOUR, -HOUR)
        await client.start_workflow(
            "IssueCase",
            id="case/US/OPENING",
            task_queue="nobody",
            search_attributes=TypedSearchAttributes([SearchAttributePair(STATUS, "contacting")]),
        )
        # Newer than all of them, and due later.
        later = (
            start(f"LATER{n}", Status.CONTACTING, MINUTE, (1 + n / 100) * HOUR) for n in range(300)
        )
        await asyncio.gather(*later)
        async with asyncio.timeout(PATIENCE):
            while (await client.count_workflows("WorkflowType = 'IssueCase'")).count < 306:
                await asyncio.sleep(0.05)

        async def found(*arguments: str) -> list[str]:
            answer = await cli("list", "--json", *arguments)
            assert answer.code == 0, answer.err
            return [row["seller"] for row in json.loads(answer.out)["cases"]]

        urgent = ["OLDEST", "NEWER", "DUE-FIRST", "DUE-SECOND", "LATER0", "LATER1"]
        top, timed, before, ever, never, everything = await asyncio.gather(
            found("--limit", "6"),
            found("--limit", "3", "--status", "contacting"),
            found("--limit", "2", "--due-before", "8h"),
            found("--limit", "2", "--due-before", "9999-12-31T23:59:59Z"),
            found("--limit", "2", "--due-before", "1970-01-01"),
            found("--limit", "100000"),
        )
        assert top == urgent
        assert timed == ["DUE-SECOND", "LATER0", "LATER1"]
        assert before == ever == ["DUE-FIRST", "DUE-SECOND"]
        assert never == []
        assert everything[:6] == urgent
        assert everything[-3:] == ["LATER299", "ENDING", None]
        assert len(everything) == 306


async def test_it_says_who_a_case_waits_for_since_when_why_and_over_what(
    engine: Engine, cli: Cli
) -> None:
    silent = await engine.open(seller_id="SILENT", store="CA", name="Les Épices d'Ève")
    await silent.tell(IssueCase.add_issue, joins(issue("ISS-2")))
    review = await engine.open(seller_id="REVIEW", store="CA", issues=(issue("A"), issue("B")))
    await review.tell(IssueCase.submit_plan, PLAN)
    stuck = await engine.open(seller_id="STUCK", store="CA")
    await stuck.tell(IssueCase.report_contact, CONTACT)
    await stuck.play(73 * HOUR)
    escalated = await stuck.reaches(Status.ESCALATED)
    gone = await engine.open(seller_id="GONE", store="CA")
    await gone.tell(IssueCase.withdraw, WITHDRAW)
    await gone.end()
    async with asyncio.timeout(PATIENCE):
        query = "CaseStore = 'CA' AND (CaseStatus = 'withdrawn' OR CaseReason = 'no_cooperation')"
        while (await engine.client.count_workflows(query)).count < 2:
            await asyncio.sleep(0.05)
    await review.tell(IssueCase.assign, TAKE)
    as_json, plain, review_needed, taken = await asyncio.gather(
        cli("list", "--store", "CA", "--all", "--json"),
        cli("list", "--store", "CA"),
        cli("list", "--store", "CA", "--needs", "review", "--json"),
        cli("list", "--store", "CA", "--worked-by", TAKE.by, "--json"),
    )
    rows = {row["seller"]: row for row in json.loads(as_json.out)["cases"]}
    assert [*rows] == ["REVIEW", "STUCK", "SILENT", "GONE"]  # by its clock STUCK waits from later
    whose = {seller: (row["waits_for"], row["reason"]) for seller, row in rows.items()}
    assert whose == {
        "REVIEW": ("desk", None),
        "STUCK": ("desk", "no_cooperation"),
        "SILENT": ("seller", None),
        "GONE": (None, "raised_in_error"),
    }
    since = datetime.fromisoformat(rows["STUCK"]["since"])
    assert abs(since - escalated.timeline[-1].at) < MINUTE
    assert rows["REVIEW"]["issue_codes"] == ["LISTING_POLICY"]
    assert rows["SILENT"]["name"] == "Les Épices d'Ève"
    assert [i["id"] for i in rows["SILENT"]["issues"]] == ["ISS-1", "ISS-2"]
    needs = {seller: row["needs"] for seller, row in rows.items()}
    assert needs == {"REVIEW": ["review"], "STUCK": ["decision"], "SILENT": [], "GONE": []}
    for found in (review_needed, taken):
        (only,) = json.loads(found.out)["cases"]
        assert (only["seller"], only["assignee"]) == ("REVIEW", TAKE.by)
    for shown in ("CA/STUCK", "cooperation)", "desk", "Épices", "LISTING_POLICY"):
        assert shown in plain.out, plain.out


async def test_a_reason_is_nothing_to_be_found_by_any_more_once_it_is_past(engine: Engine) -> None:
    case = await engine.open()
    await case.tell(IssueCase.report_contact, CONTACT)
    await case.play(73 * HOUR)
    await case.reaches(Status.ESCALATED)
    before = (await case.handle.describe()).typed_search_attributes
    assert before.get(REASON) == "no_cooperation"
    await case.tell(IssueCase.decide, decided(Decision.RESUME))
    after = (await case.handle.describe()).typed_search_attributes
    assert (after.get(STATUS), after.get(REASON)) == ("working", None)


async def test_what_a_case_is_found_by_takes_no_event_but_at_a_change(engine: Engine) -> None:
    many = tuple(
        issue(f"ISS-{n}").model_copy(update={"code": f"{'C' * 60}_{n}"}) for n in range(30)
    )
    case = await engine.open(issues=many)
    codes = (await case.handle.describe()).typed_search_attributes.get(ISSUE_CODES)
    assert codes is not None
    assert len(codes) == 20  # what Temporal takes of one attribute is bounded
    assert len(await upserted(case)) <= 2  # at the opening, and when the clock starts
