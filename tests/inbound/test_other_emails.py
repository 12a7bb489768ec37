"""Answers to e-mails of ours that the open case did not send (docs/rules.md, section 5)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from domain.appeal.events import Verdict
from domain.appeal.status import AppealStatus
from domain.case.events import EventKind
from domain.case.status import Reason, Status
from reference.mail_tokens import SentEmail
from tests.engine import HOUR, Engine
from tests.inbound.test_answers import INBOUND, SELLER, bounce, desk, reading, reply
from tests.inbound.test_unread_mail import nobody_reads
from tests.providers.dovecot import needs_dovecot
from tests.workflows.appeals import deactivated, submit
from tests.workflows.events import WITHDRAW
from workflows.case.issue_case import IssueCase

pytestmark = needs_dovecot
Earlier = Callable[[Engine, str], Awaitable[str]]


async def of_the_programme(engine: Engine, seller_id: str) -> str:
    """Where the answer to a letter of the programme goes."""
    seller = await engine.know(seller_id, email=SELLER)
    return answers_to((await seller.handle.describe()).run_id)


async def of_an_earlier_case(engine: Engine, seller_id: str) -> str:
    """Where the answer to an e-mail of a case that has ended goes."""
    case = await engine.open(seller_id=seller_id, email=SELLER)
    await case.tell(IssueCase.withdraw, WITHDRAW)
    return answers_to((await case.end()).id.rpartition("/")[2])


def answers_to(run_id: str) -> str:
    """Where the answer to the first e-mail of a workflow goes."""
    replies = INBOUND.replies()
    assert replies
    return replies.address(SentEmail(run_id, 1))


EARLIER = pytest.mark.parametrize("earlier", [of_the_programme, of_an_earlier_case])


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


async def test_what_a_machine_answers_to_them_is_no_contact(tmp_path: Path, server: str) -> None:
    async with desk(tmp_path, server) as all_of_it:
        to = await of_an_earlier_case(all_of_it.engine, "MACHINE")
        case = await all_of_it.engine.open(seller_id="MACHINE", email=SELLER)
        all_of_it.mailbox.deliver(reply(to, "I am away.", Auto_Submitted="auto-replied"))
        all_of_it.mailbox.deliver(bounce(to, SELLER))
        await all_of_it.mailbox.when_empty()
        view = await case.view()
        assert (view.status, view.email_needed) == (Status.CONTACTING, False)


async def test_without_an_open_case_the_desk_gets_them(tmp_path: Path, server: str) -> None:
    async with desk(tmp_path, server) as all_of_it:
        for earlier in (of_the_programme, of_an_earlier_case):
            all_of_it.mailbox.deliver(reply(await earlier(all_of_it.engine, earlier.__name__)))
        await all_of_it.mailbox.when_empty()
        assert len(all_of_it.forwarded()) == 2


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
        all_of_it.mailbox.deliver(reply(answers_to(view.id.rpartition("/")[2]), "I am here."))
        await appeal.reaches(AppealStatus.SUBMITTED)
        await case.when(lambda v: v.status is Status.WORKING)
