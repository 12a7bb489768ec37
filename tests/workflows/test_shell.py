"""What the shell adds to the decisions: cancelling, continuing as new, starts and restarts."""

import asyncio
import json
import sqlite3
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import (
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError

from domain.case.attempt import Channel, Purpose
from domain.case.events import ChangeContact, ConversationOutcome, EventKind
from domain.case.status import Reason, Status
from domain.shared.names import CASES_QUEUE, case_workflow_id
from domain.shared.result import Result
from providers.simulated.mail import SimulatedMail
from runtime.dev_server import TIME_SKIPPING
from tests.engine import EVERYONE, HOUR, Engine, OpenCase, account, engine_in, issue
from tests.patience import PATIENCE
from tests.reading import text_of
from tests.workflows.events import ACCEPT, CONTACT, PLAN, WITHDRAW, joins, talked
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase


def ledger(folder: Path, case_id: str) -> list[tuple[Any, ...]]:
    """The calls that were really dialled for a case."""
    with sqlite3.connect(folder / "telephone.sqlite") as db:
        query = "SELECT key, result, hung_up_at FROM calls WHERE case_id = ? ORDER BY dialled_at"
        return db.execute(query, (case_id,)).fetchall()


async def test_a_ringing_call_is_hung_up_when_the_seller_turns_up(
    tmp_path: Path, server: str
) -> None:
    async with engine_in(tmp_path, ring_seconds=60, server=server) as engine:
        case = await engine.open(wait=False)
        view = await case.when(lambda v: ledger(tmp_path, v.id))
        await case.tell(IssueCase.report_contact, CONTACT)
        view = await case.when(lambda v: all(a.result for a in v.attempts))
        (call,) = [a for a in view.attempts if a.channel is Channel.CALL]
        assert call.result is Result.CANCELLED
        ((_, _, hung_up_at),) = ledger(tmp_path, view.id)
        assert hung_up_at is not None


async def test_a_case_goes_on_over_many_runs_with_nothing_lost(tmp_path: Path) -> None:
    often = (*TIME_SKIPPING, "limit.historyCount.suggestContinueAsNew=40")
    async with engine_in(tmp_path, config=often) as engine:
        case = await engine.open()
        first_id = (await case.view()).id
        for _ in range(15):
            # After a run of less than a second Temporal lets the next begin later by the case's
            # clock, which skips whatever is due meanwhile.
            await asyncio.sleep(1.1)
            await engine.skipper.fast_forward(case.handle, 4 * HOUR)
        before = await case.settled()
        runs = [
            run async for run in engine.client.list_workflows(f"WorkflowId = '{case.handle.id}'")
        ]
        assert len(runs) > 2
        assert before.id == first_id
        assert [a.number for a in before.attempts] == list(range(1, len(before.attempts) + 1))
        await engine.skipper.fast_forward(case.handle, 13 * HOUR)
        view = await case.end()
        assert (view.status, view.reason) == (Status.DEACTIVATED, Reason.NOT_REACHED)
        assert len(ledger(tmp_path, first_id)) == sum(
            a.channel is Channel.CALL for a in view.attempts
        )


async def test_an_update_in_the_same_breath_as_the_start_waits_for_the_opening(
    engine: Engine,
) -> None:
    who = account("EAGER")
    start = WithStartWorkflowOperation(
        IssueCase.run,
        CaseInput(account=who, issues=(issue(),), policy=EVERYONE),
        id=case_workflow_id(who.store, who.seller_id),
        task_queue=CASES_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    taken = await engine.client.execute_update_with_start_workflow(
        IssueCase.submit_plan, PLAN, start_workflow_operation=start
    )
    assert taken.status == Status.PLAN_REVIEW
    case = OpenCase(await start.workflow_handle(), engine.skipper)
    await case.tell(IssueCase.review_plan, ACCEPT)
    assert (await case.end()).reason == Reason.PLAN_ACCEPTED


async def test_an_account_that_is_not_enrolled_is_not_covered_and_left_alone(
    engine: Engine,
) -> None:
    case = await engine.open(rules={"coverage": "enrolled"}, wait=False)
    view = await case.end()
    assert view.status is Status.NOT_COVERED
    assert view.reason is not None
    assert "not enrolled" in view.reason
    assert view.attempts == ()


async def test_harm_is_looked_at_before_coverage(engine: Engine) -> None:
    case = await engine.open(
        rules={"coverage": "enrolled"}, issues=(issue(harmful=True),), wait=False
    )
    view = await case.end()
    assert (view.status, view.reason) == (Status.DEACTIVATED, Reason.HARM)
    assert [a.about for a in view.attempts] == [Purpose.DEACTIVATED]
    standing = await engine.providers.programme.standing("US", view.account.seller_id)
    assert standing.not_enrolled == "the account was expelled from the programme"


async def test_a_case_after_a_closed_one_has_an_id_of_its_own(engine: Engine) -> None:
    ids = set()
    for _ in range(2):
        case = await engine.open(seller_id="AGAIN")
        await case.tell(IssueCase.record_conversation, talked(ConversationOutcome.RESOLVED))
        ids.add((await case.end()).id)
    assert len(ids) == 2


async def test_a_case_with_a_number_that_is_not_called_goes_on_by_e_mail(engine: Engine) -> None:
    case = await engine.open(emergency_phone="+881612345601", email="asked@bluekettle.example")
    view = await case.settled()
    assert [(a.channel, a.result) for a in view.attempts] == [(Channel.EMAIL, Result.ACCEPTED)]
    (why,) = [e.note for e in view.timeline if e.what is EventKind.NUMBER_NOT_CALLED]
    assert "satellite" in str(why)
    assert ledger(engine.folder, view.id) == []
    (notice,) = engine.mails("asked@bluekettle.example")
    assert "give us another" in text_of(notice)
    change = ChangeContact(by="seller", emergency_phone="+12065550101")
    await case.tell(IssueCase.change_contact, change)
    view = await case.reaches(Status.WORKING)
    assert view.attempts[-1].result is Result.CONNECTED
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_a_cancelled_case_tells_the_seller_once(engine: Engine) -> None:
    case = await engine.open(email="cancelled@bluekettle.example")
    await case.handle.cancel()
    await case.handle.cancel()
    assert (await case.end()).status is Status.WITHDRAWN
    subjects = sorted(m["Subject"] for m in engine.mails("cancelled@bluekettle.example"))
    assert len(subjects) == 2
    assert subjects[1] == "Your case was withdrawn"


POISON = [
    ({"account": None}, "account"),
    ({"issues": []}, "issues"),
    ({"issues": [{"id": "A", "code": "C", "summary": "s"}] * 2}, "issues"),
    ({"nonsense": 1}, "nonsense"),
    ({"account.emergency_phone": "secret 555 phone"}, "emergency_phone"),
    ({"account.email": "secret.seller.example"}, "email"),
    ({"account.email": "secret@no-such-domain-.example"}, "email"),
    ({"account.time_zone": "Secret/Nowhere"}, "time_zone"),
    ({"account.time_zone": "right/America/New_York"}, "time_zone"),
    ({"account.time_zone": "localtime"}, "time_zone"),
    ({"account.language": "secret language"}, "language"),
    ({"account.store": "SECRET"}, "store"),
    ({"account.name": "secret\nBcc: all@world.example"}, "name"),
    ({"account.name": "secret" * 100}, "name"),
    ({"account.seller_id": "secret/../other"}, "seller_id"),
    ({"policy": {"nonsense": 1}}, "nonsense"),
    ({"policy": {"window": "PT0S"}}, "window"),
    ({"policy": {"quiet_from": "08:00", "quiet_until": "08:00"}}, "quiet_from"),
    ({"policy": {"call_hours": [0, 1, 2]}}, "call_hours"),
    ({"policy": {"email_hours": [0, 80]}}, "email_hours"),
    ({"policy": {"call_hours": [0, 1, 1e300]}}, "call_hours"),
    ({"policy": {"window": "PT0.9S", "email_hours": [0, 0.0002]}}, "window"),
    ({"account.seller_id": "SOMEBODY"}, "workflow id"),
    ({"carried": {"id": "secret"}}, "carried"),
]


@pytest.mark.parametrize(("poison", "names"), POISON, ids=str)
async def test_a_poisoned_start_fails_at_once_and_quotes_nobody(
    engine: Engine, poison: dict[str, Any], names: str
) -> None:
    good = CaseInput(account=account("POISONED"), issues=(issue(),), policy=EVERYONE)
    start: dict[str, Any] = json.loads(good.model_dump_json())
    for path, value in poison.items():
        *parents, last = path.split(".")
        target = start
        for parent in parents:
            target = target[parent]
        target[last] = value
    handle = await engine.client.start_workflow(
        "IssueCase", start, id="case/US/POISONED", task_queue=CASES_QUEUE
    )
    with pytest.raises(WorkflowFailureError) as failure:
        await asyncio.wait_for(handle.result(), PATIENCE)
    cause = failure.value.cause
    assert isinstance(cause, ApplicationError)
    history = await handle.fetch_history()
    ended = str(history.events[-1])
    assert names in str(cause)
    assert "secret" not in ended.lower()


@pytest.mark.parametrize("start", [[], [None], [b"x"]], ids=["nothing", "null", "bytes"])
async def test_a_start_without_input_fails_at_once(engine: Engine, start: list[Any]) -> None:
    handle: WorkflowHandle[Any, Any] = await engine.client.start_workflow(
        "IssueCase", args=start, id="case/US/NOINPUT", task_queue=CASES_QUEUE
    )
    with pytest.raises(WorkflowFailureError) as failure:
        await asyncio.wait_for(handle.result(), PATIENCE)
    assert "the input is missing" in str(failure.value.cause)


async def test_text_in_any_script_survives_to_the_e_mail_and_the_details(engine: Engine) -> None:
    name = "متجر الأمل 🫖 茶屋 <b>&\u200d"
    case = await engine.open(name=name, email="scripts@bluekettle.example")
    (notice,) = engine.mails("scripts@bluekettle.example")
    assert notice["To"].addresses[0].display_name == name
    assert f"Hello {name}," in text_of(notice)
    description = await case.handle.describe()
    assert description.status is WorkflowExecutionStatus.RUNNING
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_a_further_issue_joins_and_naming_it_again_changes_nothing(engine: Engine) -> None:
    case = await engine.open(email="joins@bluekettle.example")
    await case.tell(IssueCase.add_issue, joins(issue("ISS-2")))
    view = await case.settled()
    again = await case.tell(IssueCase.add_issue, joins(issue("ISS-2")))
    assert [i.id for i in again.issues] == ["ISS-1", "ISS-2"]
    assert len(again.timeline) == len(view.timeline)
    assert len(engine.mails("joins@bluekettle.example")) == 2
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_an_answer_that_cannot_be_read_stalls_what_asked_and_ends_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = SimulatedMail.send

    async def unheard_of(
        self: SimulatedMail, message: EmailMessage, returns_to: str | None = None
    ) -> Any:
        delivered = await send(self, message, returns_to)
        return "queued" if "strange@" in str(message["To"]) else delivered

    monkeypatch.setattr(SimulatedMail, "send", unheard_of)
    seller = await engine.know("STRANGE", email="strange@seller.example")
    case = await engine.open(seller_id="STRANGE", email="strange@seller.example", wait=False)
    for handle in (seller.handle, case.handle):
        async with asyncio.timeout(PATIENCE):
            while "workflow_task_failed_event_attributes" not in await events_of(handle):
                await asyncio.sleep(0.05)
        description = await handle.describe()
        assert description.status is WorkflowExecutionStatus.RUNNING
        await handle.terminate()


async def events_of(handle: WorkflowHandle[Any, Any]) -> list[str]:
    history = await handle.fetch_history()
    return [event.WhichOneof("attributes") or "" for event in history.events]
