"""What happens is announced to the marketplace's systems (docs/rules.md, section 7)."""

import asyncio
import base64
import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import (
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowHandle,
)

from domain.case.status import Status
from domain.shared.account import SellerAccount, Store
from domain.shared.announcements import Announcement, EventType, event_id
from domain.shared.deliveries import DeliveryStatus
from domain.shared.names import delivery_workflow_id
from providers.webhooks.receivers import Include
from runtime.dev_server import TIME_SKIPPING
from temporal_client.deliveries import hand_over
from temporal_client.search import newest
from temporal_client.search_attributes import STATUS
from tests.engine import Engine, OpenCase, engine_in
from tests.patience import PATIENCE, looks
from tests.receiver import ListeningReceiver, a_receiver, a_secret
from tests.workflows.enrollment_events import changed
from tests.workflows.events import ACCEPT, CONTACT, PLAN, REJECT, WITHDRAW
from tests.workflows.test_replay import replayer
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment

DAY = timedelta(days=1)
HIDDEN = ("key=hidden", "whsec_")
"""Of the receivers' settings: in the address, and before each secret."""


class Stage:
    """An engine with two receivers: one that is told all of the seller, and one that is not."""

    def __init__(self, engine: Engine, crm: ListeningReceiver, audit: ListeningReceiver) -> None:
        self.engine, self.crm, self.audit = engine, crm, audit

    def delivery(self, case: OpenCase, receiver: str = "crm") -> WorkflowHandle[Any, Any]:
        """The delivery of a case's events."""
        own_id = f"{case.handle.id}/{case.handle.first_execution_run_id}"
        return self.engine.client.get_workflow_handle(delivery_workflow_id(receiver, own_id))


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path, server: str) -> AsyncIterator[Stage]:
    async with a_receiver() as crm, a_receiver() as audit:
        receivers = {
            "crm": crm.settings(include=tuple(Include)),
            # Rotated: the receiver knows the second one.
            "audit": audit.settings(a_secret(), audit.secret),
        }
        async with engine_in(tmp_path, server=server, receivers=receivers) as engine:
            yield Stage(engine, crm, audit)


async def ended(delivery: WorkflowHandle[Any, Any]) -> None:
    """Wait until a delivery has ended as it should."""
    async with asyncio.timeout(PATIENCE):
        async for _ in looks():
            if (await delivery.describe()).status is not WorkflowExecutionStatus.RUNNING:
                break
    assert (await delivery.describe()).status is WorkflowExecutionStatus.COMPLETED


async def test_each_event_comes_once_in_order_signed_by_every_secret(stage: Stage) -> None:
    case = await stage.engine.open()
    await case.tell(IssueCase.submit_plan, PLAN)
    for review in (REJECT, REJECT, REJECT):
        await case.tell(IssueCase.review_plan, review)
        if review is not ACCEPT and (await case.view()).status is Status.WORKING:
            await case.tell(IssueCase.submit_plan, PLAN.model_copy(update={"evidence": ("x",)}))
    await case.tell(IssueCase.withdraw, WITHDRAW)
    view = await case.end()
    expected = [
        "case.opened",
        "case.reached",
        *["case.plan_submitted"] * 3,
        "case.escalated",
        "case.closed",
    ]
    for receiver in (stage.crm, stage.audit):
        await receiver.when(len(expected))
        assert receiver.types == expected
        assert len(set(receiver.ids)) == len(expected)
    assert stage.crm.ids == stage.audit.ids
    closed, escalated = stage.audit.got[-1], stage.audit.got[-2]
    assert closed["data"] == {
        "case_id": view.id,
        "store": view.account.store,
        "seller_id": view.account.seller_id,
        "status": "withdrawn",
        "reason": "raised_in_error",
        "plan_version": None,
    }
    assert closed["timestamp"] == view.timeline[-1].at.isoformat()
    assert escalated["data"]["reason"] == "plans_rejected"
    assert stage.crm.got[-1]["data"]["email"] == view.account.email
    assert stage.crm.got[-1]["data"]["emergency_phone"] == view.account.emergency_phone
    for name in ("crm", "audit"):
        await ended(stage.delivery(case, name))


async def test_a_dead_receiver_delays_neither_the_case_nor_the_other(stage: Stage) -> None:
    stage.crm.answer = 503
    case = await stage.engine.open()
    await case.tell(IssueCase.withdraw, WITHDRAW)
    await case.end(within=20)
    await stage.audit.when(2)
    assert stage.crm.got == []
    delivery = stage.delivery(case)
    await stage.engine.skipper.fast_forward(delivery, DAY)
    assert stage.crm.asked < 40
    stage.crm.answer = 200
    await stage.engine.skipper.fast_forward(delivery, timedelta(hours=1))
    await stage.crm.when(2)
    await ended(delivery)
    assert stage.crm.ids == stage.audit.ids


async def test_whoever_cancels_a_delivery_loses_no_event(stage: Stage) -> None:
    stage.crm.answer = 503
    case = await stage.engine.open()
    delivery = stage.delivery(case)
    await stage.crm.tried(1)
    for _ in range(2):
        await delivery.cancel()
    stage.crm.answer = 200
    await stage.engine.skipper.fast_forward(delivery, timedelta(hours=1))
    await stage.crm.when(1)
    await ended(delivery)
    assert stage.crm.types == ["case.opened"]


async def test_a_slow_receiver_delays_no_case(stage: Stage) -> None:
    stage.crm.takes = 12
    case = await stage.engine.open()
    await case.tell(IssueCase.report_contact, CONTACT)
    await case.tell(IssueCase.withdraw, WITHDRAW)
    async with asyncio.timeout(10):
        await case.end()
    assert stage.crm.got == []


async def test_what_was_tried_for_three_days_is_given_up_and_the_next_is_delivered(
    stage: Stage,
) -> None:
    stage.crm.answer = 500
    case = await stage.engine.open()
    delivery = stage.delivery(case)
    await stage.crm.tried(1)
    await stage.engine.skipper.fast_forward(delivery, 3 * DAY + timedelta(hours=2))
    await given_up(delivery)
    stage.crm.answer = 200
    await case.tell(IssueCase.report_contact, CONTACT)
    await stage.crm.when(1)
    assert stage.crm.types == ["case.reached"]
    await given_up(delivery)  # it stays until it is handed over again


async def given_up(delivery: WorkflowHandle[Any, Any]) -> WorkflowExecutionDescription:
    """The delivery once it runs, and says that it holds an event that was given up."""
    async with asyncio.timeout(PATIENCE):
        async for _ in looks():
            found = await delivery.describe()
            if found.typed_search_attributes.get(STATUS) == DeliveryStatus.GIVEN_UP:
                break
    assert found.status is WorkflowExecutionStatus.RUNNING
    return found


async def test_a_receiver_that_is_gone_is_not_asked_again_for_an_event(stage: Stage) -> None:
    stage.crm.answer = 410
    case = await stage.engine.open()
    await given_up(stage.delivery(case))
    assert stage.crm.asked == 1


async def test_neither_address_nor_secret_nor_anything_personal_is_in_histories_or_logs(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stage.audit.answer = 500
    case = await stage.engine.open()
    await stage.audit.tried(2)
    deliveries = [stage.delivery(case, name) for name in ("crm", "audit")]
    # The receivers are in this process too.
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("uvicorn")]
    assert ours
    for handle in (case.handle, *deliveries):
        history = _plain((await handle.fetch_history()).to_json())
        assert not any(hidden in text for text in (history, *ours) for hidden in HIDDEN)
    told_little = _plain((await deliveries[1].fetch_history()).to_json())
    told_all = _plain((await deliveries[0].fetch_history()).to_json())
    account = (await case.view()).account
    for personal in (account.email, account.emergency_phone, account.name):
        assert personal not in told_little
        assert personal in told_all


def _plain(history: str) -> str:
    """A history with its payloads decoded."""
    found = re.findall(r'"data": "([A-Za-z0-9+/=]+)"', history)
    assert found
    return "\n".join(base64.b64decode(data).decode(errors="replace") for data in found)


async def test_changes_of_an_enrollment_are_announced(stage: Stage) -> None:
    seller = await stage.engine.know("KNOWN")
    await seller.tell(SellerEnrollment.change_account, changed(emergency_phone=None))
    await stage.audit.when(2)
    assert [(e["type"], e["data"]["status"]) for e in stage.audit.got] == [
        ("enrollment.changed", "enrolled"),
        ("enrollment.changed", "invited"),
    ]
    assert set(stage.audit.got[0]["data"]) == {
        *("enrollment_id", "store", "seller_id", "status", "reason")
    }


async def test_an_enrollment_that_began_without_a_number_is_announced_too(
    stage: Stage,
) -> None:
    await stage.engine.know("NUMBERLESS", emergency_phone=None)
    await stage.audit.when(1)
    assert stage.audit.got[0]["data"]["reason"] == "no_number"


async def test_where_nobody_listens_no_event_is_spent(tmp_path: Path, server: str) -> None:
    async with engine_in(tmp_path, server=server) as engine:
        case = await engine.open()
        await case.tell(IssueCase.withdraw, WITHDRAW)
        await case.end()
        seller = await engine.know("KNOWN")
        await seller.tell(SellerEnrollment.change_account, changed(emergency_phone=None))
        await seller.idle()
        for one in (case, seller):
            history = await one.handle.fetch_history()
            activities = [
                event.activity_task_scheduled_event_attributes.activity_type.name
                for event in history.events
                if event.HasField("activity_task_scheduled_event_attributes")
            ]
            assert "announce" not in activities
        deliveries = await newest(engine.client, "WorkflowType = 'EventDelivery'", 1)
        assert deliveries == []


def escalations(own_id: str, count: int) -> list[Announcement]:
    """So many events of a case."""
    what = EventType.CASE_ESCALATED
    now = datetime.now(UTC)
    return [
        Announcement(id=event_id(own_id, number, what), type=what, at=now, data={})
        for number in range(count)
    ]


async def test_events_that_come_just_as_a_delivery_ends_are_delivered_in_order(
    stage: Stage,
) -> None:
    """Each is handed over as the receiver has the one before, so just as the delivery ends."""
    client, who = stage.engine.client, SellerAccount(store=Store.US, seller_id="RACE")
    own_id = "case/US/RACE/run"
    events = escalations(own_id, 40)
    delivery = client.get_workflow_handle(delivery_workflow_id("crm", own_id))
    for number, event in enumerate(events):
        await hand_over(client, "crm", own_id, who, [event])
        await stage.crm.when(number + 1)
        await asyncio.sleep(number % 10 * 0.005)
        if number == len(events) // 2:
            await ended(delivery)
    assert stage.crm.ids == [event.id for event in events]
    await ended(delivery)
    runs = await newest(client, f"WorkflowId = '{delivery.id}'", 100)
    assert len(runs) > 1
    for run in runs:
        handle = client.get_workflow_handle(run.id, run_id=run.run_id)
        await replayer().replay_workflow(await handle.fetch_history())


async def test_a_delivery_that_continues_as_new_keeps_what_it_holds(tmp_path: Path) -> None:
    often = (*TIME_SKIPPING, "limit.historyCount.suggestContinueAsNew=20")
    who, own_id = SellerAccount(store=Store.US, seller_id="LONG"), "case/US/LONG/run"
    events = escalations(own_id, 12)
    async with a_receiver() as crm:
        receivers = {"crm": crm.settings()}
        async with engine_in(tmp_path, config=often, receivers=receivers) as engine:
            crm.answer = 410
            for number, event in enumerate(events):
                await hand_over(engine.client, "crm", own_id, who, [event])
                await crm.tried(number + 1)
            delivery = engine.client.get_workflow_handle(delivery_workflow_id("crm", own_id))
            described = (await given_up(delivery)).raw_description.workflow_execution_info
            assert described.first_run_id != described.execution.run_id
            crm.answer = 200
            await hand_over(engine.client, "crm", own_id, who, events[:1], again=True)
            await crm.when(1)
            assert crm.ids == [events[0].id]
            await given_up(delivery)  # the others are left
