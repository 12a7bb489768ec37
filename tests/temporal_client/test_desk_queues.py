"""What waits for the desk is found without asking a case."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from domain.shared.names import CASES_QUEUE, case_workflow_id_of
from temporal_client.desk_queues import Queue, cases_of_person, cases_of_queue, count_queues
from temporal_client.found_cases import FoundCase
from temporal_client.search_attributes import ASSIGNEE, ROW
from tests.engine import EVERYONE, HOUR, Engine, OpenCase, account, engine_in, issue
from tests.patience import PATIENCE
from tests.record import OFTEN
from tests.workflows.events import ASK, CONTACT, PLAN, TAKE, WITHDRAW, joins
from tests.workflows.test_case_line import upserted
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase

MEMO_SET = "workflow_properties_modified_event_attributes"


async def in_queue(
    engine: Engine, queue: Queue, is_there: Callable[[list[str | None]], bool]
) -> list[FoundCase]:
    """The cases of a queue as soon as its sellers are as they are to be."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await cases_of_queue(engine.client, queue, 100)
            if is_there([one.seller for one in found]):
                return found
            await asyncio.sleep(0.05)


async def memos_set(case: OpenCase) -> int:
    """How many events have set the memo."""
    history = await case.handle.fetch_history()
    return sum(event.WhichOneof("attributes") == MEMO_SET for event in history.events)


async def test_a_case_goes_from_queue_to_queue(engine: Engine) -> None:
    case = await engine.open(seller_id="QUEUED", name="Les Épices d'Ève")
    waiting = await in_queue(engine, Queue.SELLER, lambda sellers: "QUEUED" in sellers)
    (row,) = [one for one in waiting if one.seller == "QUEUED"]
    view = await case.view()
    assert (row.name, row.time_zone) == ("Les Épices d'Ève", view.account.time_zone)
    assert row.deadline == view.deadline
    await case.tell(IssueCase.submit_plan, PLAN)
    await in_queue(engine, Queue.REVIEW, lambda sellers: "QUEUED" in sellers)
    await in_queue(engine, Queue.SELLER, lambda sellers: "QUEUED" not in sellers)
    await case.tell(IssueCase.review_plan, ASK)
    await in_queue(engine, Queue.CONVERSATION, lambda sellers: "QUEUED" in sellers)
    assert (await count_queues(engine.client))[Queue.CONVERSATION] >= 1
    await case.tell(IssueCase.withdraw, WITHDRAW)
    await in_queue(engine, Queue.CONVERSATION, lambda sellers: "QUEUED" not in sellers)


async def test_what_waits_longest_comes_first(engine: Engine) -> None:
    for seller in ("FIRST", "SECOND"):
        case = await engine.open(seller_id=seller)
        await case.tell(IssueCase.submit_plan, PLAN)
        await asyncio.sleep(1)  # a search tells seconds apart
    found = await in_queue(engine, Queue.REVIEW, lambda sellers: "SECOND" in sellers)
    ours = [one.seller for one in found if one.seller in ("FIRST", "SECOND")]
    assert ours == ["FIRST", "SECOND"]


async def test_a_list_that_is_read_again_is_right_whatever_was_kept_of_it(engine: Engine) -> None:
    names = [f"AGAIN{n}" for n in range(6)]
    cases = []
    for name in names:
        cases.append(await engine.open(seller_id=name, store="CA"))
        await cases[-1].tell(IssueCase.submit_plan, PLAN)
        await asyncio.sleep(1)  # a search tells seconds apart
    hints: dict[str, datetime] = {}

    async def first_two(expected: list[str]) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await cases_of_queue(engine.client, Queue.REVIEW, 2, "CA", hints)
                if [one.seller for one in found] == expected:
                    return
                await asyncio.sleep(0.05)

    await first_two(names[:2])
    for number in range(4):
        await cases[number].tell(IssueCase.withdraw, WITHDRAW)
        await first_two(names[number + 1 : number + 3])
    await cases[4].tell(IssueCase.withdraw, WITHDRAW)
    await first_two(names[5:])


async def test_a_person_finds_the_cases_that_are_theirs(engine: Engine) -> None:
    case = await engine.open(seller_id="TAKEN")
    take = TAKE.model_copy(update={"by": "dr.kim", "to": "dr.kim"})
    await case.tell(IssueCase.assign, take)
    until = (await case.view()).assigned_until
    async with asyncio.timeout(PATIENCE):
        while not (found := await cases_of_person(engine.client, "dr.kim", 10)):
            await asyncio.sleep(0.05)
    assert [(one.seller, one.assignee, one.assigned_until) for one in found] == [
        ("TAKEN", "dr.kim", until)
    ]
    assert await cases_of_person(engine.client, "dr.kim.other", 10) == []
    await case.tell(IssueCase.assign, {"by": "dr.kim", "to": None, "held_by": "dr.kim"})
    described = await case.handle.describe()
    assert described.typed_search_attributes.get(ASSIGNEE) is None


async def test_the_memo_takes_no_event_until_it_changes(engine: Engine) -> None:
    case = await engine.open()
    await case.tell(IssueCase.report_contact, CONTACT)
    assert await memos_set(case) == 0
    assert len(await upserted(case)) <= 3  # at the opening, when the clock starts, now
    await case.tell(IssueCase.add_issue, joins(issue("ISS-2")))
    assert await memos_set(case) == 1


async def test_a_case_that_was_started_without_a_memo_gets_one(engine: Engine) -> None:
    who = account("ELSEWHERE", name="Started elsewhere")
    start = CaseInput(account=who, issues=(issue(),), policy=EVERYONE)
    handle = await engine.client.start_workflow(
        IssueCase.run, start, id=case_workflow_id_of(who), task_queue=CASES_QUEUE
    )
    case = OpenCase(handle, engine.skipper)
    await case.settled()
    memo = await (await case.handle.describe()).memo()
    assert memo[ROW]["name"] == "Started elsewhere"
    assert await memos_set(case) == 1


async def test_a_case_that_continues_as_new_stays_in_its_queues(tmp_path: Path) -> None:
    async with engine_in(tmp_path, config=OFTEN) as engine:
        case = await engine.open(seller_id="GOESON", name="Goes on")
        await case.tell(IssueCase.assign, TAKE)
        await case.play(30 * HOUR)
        await case.settled()
        assert (await case.handle.describe()).run_id != case.handle.first_execution_run_id
        (row,) = await in_queue(engine, Queue.SELLER, lambda sellers: sellers == ["GOESON"])
        assert (row.name, row.assignee) == ("Goes on", TAKE.to)
        assert await memos_set(case) == 0  # the new run has it from its beginning
