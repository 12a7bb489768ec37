"""Answers to e-mails of ours that the open case did not send (docs/rules.md, section 5)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest

from domain.appeal.events import Verdict
from domain.appeal.status import AppealStatus
from domain.case.events import EventKind
from domain.case.status import Reason, Status
from domain.shared.names import enrollment_workflow_id, own_id
from inbound.forwarding import Why
from reference.mail_tokens import SentEmail, thread_of
from temporal_client.search import count
from tests.engine import HOUR, Engine
from tests.inbound.test_answers import INBOUND, SELLER, bounce, desk, reading, reply
from tests.inbound.test_unread_mail import nobody_reads
from tests.patience import looks
from tests.providers.dovecot import needs_dovecot
from tests.reading import text_of
from tests.workflows.appeals import deactivated, submit
from tests.workflows.enrollment_events import days_ago
from tests.workflows.events import WITHDRAW
from workflows.case.issue_case import IssueCase

pytestmark = needs_dovecot
Earlier = Callable[[Engine, str], Awaitable[str]]


async def of_the_programme(engine: Engine, seller_id: str) -> str:
    """Where the answer to a letter of the programme goes."""
    seller = await engine.know(seller_id, email=SELLER)
    return answers_to(own_id(seller.handle.id, (await seller.handle.describe()).run_id))


async def of_an_earlier_case(engine: Engine, seller_id: str) -> str:
    """Where the answer to an e-mail of a case that has ended goes."""
    case = await engine.open(seller_id=seller_id, email=SELLER)
    await case.tell(IssueCase.withdraw, WITHDRAW)
    return answers_to((await case.end()).id)


async def of_a_case_long_gone(_: Engine, seller_id: str) -> str:
    """Where the answer to an e-mail of a case that Temporal keeps no more goes."""
    return answers_to(f"case/US/{seller_id}/{uuid4()}")


async def of_the_programme_years_ago(engine: Engine, seller_id: str) -> str:
    """Where the answer to a letter goes whose run of the enrollment Temporal keeps no more."""
    to = await of_the_programme(engine, seller_id)
    enrollment = engine.client.get_workflow_handle(enrollment_workflow_id("US", seller_id))
    first, rating = (await enrollment.describe()).run_id, 200
    while (await enrollment.describe()).run_id == first:
        rating += 1  # what changes makes the history longer
        for day in range(1, 31):
            await engine.know(seller_id, days_ago(day, rating))
    run = WorkflowExecution(workflow_id=enrollment.id, run_id=first)
    # So does Temporal when the time for which it keeps a run is over.
    await engine.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(namespace=engine.client.namespace, workflow_execution=run)
    )
    async for _ in looks():
        if await count(engine.client, f"RunId = '{first}'") == 0:
            break
    return to


def answers_to(own_id: str) -> str:
    """Where the answer to the first e-mail of a workflow goes."""
    replies = INBOUND.replies()
    assert replies
    return replies.address(SentEmail.of(own_id, 1))


EARLIER = pytest.mark.parametrize(
    "earlier", [of_the_programme, of_an_earlier_case, of_a_case_long_gone]
)


@EARLIER
async def test_whoever_answers_any_of_our_e_mails_was_reached(
    tmp_path: Path, server: str, earlier: Earlier
) -> None:
    seller_id = f"FINDS-{earlier.__name__}"
    async with desk(tmp_path, server) as all_of_it:
        to = await earlier(all_of_it.engine, seller_id)
        case = await all_of_it.engine.open(seller_id=seller_id, email=SELLER)
        all_of_it.mailbox.deliver(reply(to, "I am here."))
        view = await case.when(lambda v: v.status is Status.WORKING)
        (contact,) = [e for e in view.timeline if e.what is EventKind.CONTACT]
        assert (contact.by, contact.note) == ("seller", "I am here.")
        await all_of_it.mailbox.when_empty()
        assert all_of_it.forwarded() == []


async def test_a_reference_to_what_nobody_knows_proves_nothing_even_from_the_address_on_file(
    tmp_path: Path, server: str
) -> None:
    async with desk(tmp_path, server) as all_of_it:
        case = await all_of_it.engine.open(seller_id="OTHERWISE", email=SELLER)
        made_up = f"case/US/OTHERWISE/{uuid4()}"  # anybody can work out what names the account
        refers = {"In_Reply_To": f"<{thread_of(made_up)}.1@case72.example>"}
        all_of_it.mailbox.deliver(reply("desk@case72.example", **refers))
        await all_of_it.mailbox.when_empty()
        assert (await case.view()).status is Status.CONTACTING
        assert len(all_of_it.forwarded()) == 1


@pytest.mark.parametrize("earlier", [of_a_case_long_gone, of_the_programme_years_ago])
async def test_they_count_at_once_though_what_sent_them_is_gone(
    tmp_path: Path, server: str, earlier: Earlier
) -> None:
    async with desk(tmp_path, server) as all_of_it:
        to = await earlier(all_of_it.engine, f"SOON-{earlier.__name__}")
        case = await all_of_it.engine.open(seller_id=f"SOON-{earlier.__name__}", email=SELLER)
        await asyncio.sleep(1)  # a mail server tells the second
        came = f"from seller.example by mx.shop.example; {format_datetime(datetime.now(UTC))}"
        all_of_it.mailbox.deliver(reply(to, Received=came))
        await case.when(lambda v: v.status is Status.WORKING)


async def test_what_a_machine_answers_to_them_is_no_contact(tmp_path: Path, server: str) -> None:
    async with desk(tmp_path, server) as all_of_it:
        to = await of_an_earlier_case(all_of_it.engine, "MACHINE")
        case = await all_of_it.engine.open(seller_id="MACHINE", email=SELLER)
        all_of_it.mailbox.deliver(reply(to, "I am away.", Auto_Submitted="auto-replied"))
        all_of_it.mailbox.deliver(bounce(to, SELLER))
        await all_of_it.mailbox.when_empty()
        view = await case.view()
        assert (view.status, view.email_needed) == (Status.CONTACTING, False)


async def test_an_appeal_that_is_over_changes_nothing_of_what_the_desk_is_told(
    tmp_path: Path, server: str
) -> None:
    async with desk(tmp_path, server) as all_of_it:
        await deactivated(all_of_it.engine, "UPHELD")
        appeal = await submit(all_of_it.engine, "UPHELD")
        ended = (await appeal.view()).deactivation
        assert ended is not None
        assert ended.case_id is not None
        await appeal.decide(Verdict.UPHOLD)
        await appeal.reaches(AppealStatus.UPHELD)
        all_of_it.mailbox.deliver(reply(answers_to(ended.case_id), "But I have the invoices!"))
        await all_of_it.mailbox.when_empty()
        (told,) = all_of_it.forwarded()
        assert Why.CASE_ENDED in text_of(told)


async def test_without_an_open_case_the_desk_gets_them(tmp_path: Path, server: str) -> None:
    async with desk(tmp_path, server) as all_of_it:
        for earlier in (of_the_programme, of_an_earlier_case):
            all_of_it.mailbox.deliver(reply(await earlier(all_of_it.engine, earlier.__name__)))
        await all_of_it.mailbox.when_empty()
        told = sorted(text_of(mail) for mail in all_of_it.forwarded())
        assert Why.NOBODY_WAITS in told[0]
        assert Why.CASE_ENDED in told[1]


@EARLIER
async def test_unread_they_keep_the_account_from_being_deactivated(
    tmp_path: Path, server: str, earlier: Earlier
) -> None:
    seller_id = f"WAITS-{earlier.__name__}"
    async with nobody_reads(tmp_path, server) as all_of_it:
        to = await earlier(all_of_it.engine, seller_id)
        case = await all_of_it.engine.open(seller_id=seller_id, email=SELLER)
        all_of_it.mailbox.deliver(reply(to))
        await case.play(73 * HOUR)
        assert (await case.reaches(Status.ESCALATED)).reason == Reason.MESSAGE_WAITING


async def test_what_came_before_the_case_opened_is_no_contact(tmp_path: Path, server: str) -> None:
    async with nobody_reads(tmp_path, server) as all_of_it:
        to = await of_the_programme(all_of_it.engine, "EARLY")
        came = f"from seller.example by mx.shop.example; {format_datetime(datetime.now(UTC))}"
        all_of_it.mailbox.deliver(reply(to, "Thank you for enrolling me.", Received=came))
        await asyncio.sleep(2.5)  # a mail server tells the second
        case = await all_of_it.engine.open(seller_id="EARLY", email=SELLER)
        async with reading(all_of_it.engine, all_of_it.mailbox):
            await all_of_it.mailbox.when_empty()
        assert (await case.view()).status is Status.CONTACTING
        assert len(all_of_it.forwarded()) == 1


async def test_a_reply_that_an_appeal_takes_is_a_contact_of_a_later_case_too(
    tmp_path: Path, server: str
) -> None:
    async with desk(tmp_path, server) as all_of_it:
        await deactivated(all_of_it.engine, "BOTH")
        appeal = await submit(all_of_it.engine, "BOTH")
        await appeal.decide(Verdict.MORE_INFORMATION)
        view = await appeal.when(lambda v: v.seller_by)
        assert view.deactivation is not None
        assert view.deactivation.case_id is not None
        accounts = all_of_it.engine.providers.accounts
        await accounts.reinstate("US", "BOTH", view.deactivation.case_id, "by hand")
        case = await all_of_it.engine.open(seller_id="BOTH", email=SELLER)
        all_of_it.mailbox.deliver(reply(answers_to(view.id), "I am here."))
        await appeal.reaches(AppealStatus.SUBMITTED)
        await case.when(lambda v: v.status is Status.WORKING)
