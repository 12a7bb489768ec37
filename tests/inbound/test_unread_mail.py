"""Nobody is deactivated for silence while a message about the case waits (section 6)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from temporalio.client import Client

from domain.case.events import Decision
from domain.case.status import Reason, Status
from domain.shared.names import account_hash_of
from providers.imap.folders import Folder
from providers.imap.mailbox import ImapMailbox
from providers.imap.unread_mail import ImapUnreadMail
from reference.mail_tokens import thread_of
from temporal_client.workflows import Workflows
from tests.engine import HOUR, Engine, OpenCase, engine_in
from tests.inbound.test_answers import INBOUND, SELLER, Desk, bounce, notified, reading, reply
from tests.providers.dovecot import dovecot, needs_dovecot
from tests.workflows.events import FRAUD, WITHDRAW, decided
from workflows.case.issue_case import IssueCase

pytestmark = needs_dovecot
JUST_BEFORE = 71.5 * HOUR


@asynccontextmanager
async def nobody_reads(folder: Path, server: str) -> AsyncIterator[Desk]:
    """Cases and a mailbox, while the service that reads it is down."""
    replies = INBOUND.replies()
    assert replies
    async with dovecot(folder / "imap") as mailbox:

        def unread(client: Client) -> ImapUnreadMail:
            return ImapUnreadMail(mailbox.server, replies, "case72.example", Workflows(client))

        async with engine_in(folder, server=server, unread_mail=unread) as engine:
            yield Desk(engine, mailbox, folder)


async def account_is_active(engine: Engine, case: OpenCase) -> bool:
    account = (await case.view()).account
    return await engine.providers.accounts.is_active(account.store, account.seller_id)


async def test_a_reply_that_nobody_has_read_escalates_and_then_counts(
    tmp_path: Path, server: str
) -> None:
    async with nobody_reads(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        await case.play(JUST_BEFORE)
        all_of_it.mailbox.deliver(reply(all_of_it.address(view).upper()))
        await case.play(HOUR)
        view = await case.reaches(Status.ESCALATED)
        assert view.reason == Reason.MESSAGE_WAITING
        assert await account_is_active(all_of_it.engine, case)
        async with reading(all_of_it.engine, all_of_it.mailbox):
            await case.when(lambda v: any(e.what == "contact" for e in v.timeline))
        decision = decided(Decision.RESUME)
        assert (await case.tell(IssueCase.decide, decision)).status is Status.WORKING


@pytest.mark.parametrize("folder", [Folder.UNREADABLE, Folder.DESK])
async def test_a_message_put_aside_escalates_too(
    tmp_path: Path, server: str, folder: Folder
) -> None:
    async with nobody_reads(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        all_of_it.mailbox.deliver(bounce(all_of_it.address(view), SELLER))
        box = ImapMailbox(all_of_it.mailbox.server)
        box.move([message.uid for message in box.waiting((), 10)], folder)
        box.close()
        await case.play(73 * HOUR)
        assert (await case.reaches(Status.ESCALATED)).reason == Reason.MESSAGE_WAITING


async def test_a_reply_without_our_address_escalates_too(tmp_path: Path, server: str) -> None:
    async with nobody_reads(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        answers = {"In_Reply_To": f"<{thread_of(view.id)}.1@case72.example>"}
        all_of_it.mailbox.deliver(reply("reply@in.shop.example", **answers))
        await case.play(73 * HOUR)
        assert (await case.reaches(Status.ESCALATED)).reason == Reason.MESSAGE_WAITING


@pytest.mark.parametrize("run", ["0" * 16, ""])
async def test_what_a_stranger_can_work_out_holds_nobody(
    tmp_path: Path, server: str, run: str
) -> None:
    async with nobody_reads(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        account = account_hash_of(view.id)
        beginning = all_of_it.address(view)[: len("reply+") + 12]
        forged = f"{beginning}{'a' * 30}@in.shop.example"
        refers = {"In_Reply_To": f"<{account}.{run}@case72.example>"}
        all_of_it.mailbox.deliver(reply(forged, **refers))
        all_of_it.mailbox.deliver(reply("reply@in.shop.example", **refers))
        await case.play(73 * HOUR)
        assert (await case.end()).reason == Reason.NOT_REACHED


@pytest.mark.parametrize(("hours", "holds"), [(0.5, True), (2, False)])
async def test_what_came_before_the_case_opened_holds_nobody(
    tmp_path: Path, server: str, hours: float, holds: bool
) -> None:
    async with nobody_reads(tmp_path, server) as all_of_it:
        earlier, before = await notified(all_of_it)
        seller_id = before.account.seller_id
        await earlier.tell(IssueCase.withdraw, WITHDRAW)
        await earlier.end()
        thanks = reply(all_of_it.address(before), "Thank you.")
        all_of_it.mailbox.deliver(thanks, hours_ago=hours)
        case = await all_of_it.engine.open(seller_id=seller_id, email=SELLER)
        await case.play(73 * HOUR)
        # The mail server's clock may differ by an hour.
        assert ((await case.view()).reason == Reason.MESSAGE_WAITING) is holds


async def test_messages_about_others_hold_nobody(tmp_path: Path, server: str) -> None:
    async with nobody_reads(tmp_path, server) as all_of_it:
        case, _ = await notified(all_of_it)
        _, other = await notified(all_of_it)
        all_of_it.mailbox.deliver(reply(all_of_it.address(other)))
        all_of_it.mailbox.deliver(reply("reply@in.shop.example", From="a@else.example"))
        await case.play(73 * HOUR)
        assert (await case.end()).reason == Reason.NOT_REACHED


async def test_a_mailbox_that_is_away_holds_everybody(tmp_path: Path, server: str) -> None:
    async with nobody_reads(tmp_path, server) as all_of_it:
        case, _ = await notified(all_of_it)
        await all_of_it.mailbox.stop()
        await case.play(JUST_BEFORE + 2 * HOUR)
        assert (await case.view()).status is Status.DEACTIVATING
        assert await account_is_active(all_of_it.engine, case)
        await all_of_it.mailbox.start()
        await case.play(HOUR)  # past the pause before the next try
        assert (await case.end()).reason == Reason.NOT_REACHED


async def test_harm_waits_for_no_mailbox(tmp_path: Path, server: str) -> None:
    async with nobody_reads(tmp_path, server) as all_of_it:
        case, _ = await notified(all_of_it)
        await all_of_it.mailbox.stop()
        await case.play(JUST_BEFORE + 2 * HOUR)
        assert (await case.view()).status is Status.DEACTIVATING
        await case.tell(IssueCase.report_harm, FRAUD)
        view = await case.end()
        assert view.status is Status.DEACTIVATED
        assert any(entry.what == "expelled" for entry in view.timeline)
        assert not await account_is_active(all_of_it.engine, case)
        await all_of_it.mailbox.start()


async def test_a_try_that_failed_at_the_mailbox_has_asked_for_no_deactivation(
    tmp_path: Path, server: str
) -> None:
    async with nobody_reads(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        await all_of_it.mailbox.stop()
        await case.play(JUST_BEFORE + 2 * HOUR)
        assert (await case.view()).status is Status.DEACTIVATING
        await all_of_it.mailbox.start()
        all_of_it.mailbox.deliver(reply(all_of_it.address(view)))
        await case.play(HOUR)  # past the pause before the next try
        assert (await case.reaches(Status.ESCALATED)).reason == Reason.MESSAGE_WAITING
        assert not (await case.view()).account_unknown
        view = await case.tell(IssueCase.decide, decided(Decision.RESUME))
        assert view.status is Status.CONTACTING


async def test_a_reply_that_was_taken_for_junk_escalates_too(tmp_path: Path, server: str) -> None:
    async with nobody_reads(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        junk = all_of_it.mailbox.make_junk()
        all_of_it.mailbox.deliver(reply(all_of_it.address(view)), junk)
        await case.play(73 * HOUR)
        assert (await case.reaches(Status.ESCALATED)).reason == Reason.MESSAGE_WAITING
