"""Answers to e-mails, on a real IMAP server and the real Temporal server."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from domain.case.events import EventKind
from domain.case.status import Status
from domain.case.view import CaseView
from domain.shared.result import Result
from inbound.forwarding import Why
from inbound.placing import Placing
from inbound.reading import Reading
from inbound.setting_up import placing_of
from providers.imap.folders import Folder
from reference.mail_tokens import SentEmail, thread_of
from runtime.inbound_settings import InboundSettings
from runtime.settings import Settings
from tests.engine import HOUR, Engine, OpenCase, engine_in
from tests.providers.dovecot import Dovecot, dovecot, needs_dovecot
from tests.reading import text_of
from tests.speed import slowness
from tests.workflows.events import WITHDRAW
from workflows.case.issue_case import IssueCase

pytestmark = needs_dovecot
INBOUND = InboundSettings(address="reply@in.shop.example", secrets=("s" * 40,))
SELLER = "owner@bluekettle.example"


@dataclass
class Desk:
    """All that answers pass through."""

    engine: Engine
    mailbox: Dovecot
    folder: Path

    def address(self, view: CaseView, number: int = 1) -> str:
        """Where the answer to an e-mail of a case goes."""
        replies = INBOUND.replies()
        assert replies
        return replies.address(SentEmail.of(view.id, number))

    def forwarded(self) -> list[EmailMessage]:
        """What the desk was sent because no case took it."""
        mails = self.engine.mails("desk@case72.example")
        return [m for m in mails if str(m["Subject"]) == "A message to read"]


@asynccontextmanager
async def desk(folder: Path, server: str, placing: type[Placing] = Placing) -> AsyncIterator[Desk]:
    """Cases, a mailbox, and the service that reads it."""
    async with (
        dovecot(folder / "imap") as mailbox,
        engine_in(folder, server=server, ring_seconds=0.1) as engine,
        reading(engine, mailbox, placing),
    ):
        yield Desk(engine, mailbox, folder)


@asynccontextmanager
async def reading(
    engine: Engine, mailbox: Dovecot, kind: type[Placing] = Placing
) -> AsyncIterator[None]:
    settings = Settings(state=engine.folder)
    placing = kind(**vars(placing_of(engine.client, settings, INBOUND, kept_whole=True)))
    stop = asyncio.Event()
    task = asyncio.create_task(Reading(mailbox.server, placing, 5).read_until(stop))
    try:
        yield
    finally:
        stop.set()
        await task


def reply(to: str, text: str = "I have removed the listing.", **headers: str) -> bytes:
    """A reply, as a person's mail reader writes it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SELLER, to, "Re: your account"
    message["Message-ID"] = f"<{time.monotonic_ns()}@bluekettle.example>"
    for name, value in headers.items():
        del message[name.replace("_", "-")]
        message[name.replace("_", "-")] = value
    message.set_content(
        text + "\n\nOn Mon, Nov 23, 2026 at 9:00 AM Account Health <health@shop.example> wrote:\n"
        "> Something came up\n"
    )
    return message.as_bytes()


def bounce(to: str, original: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A delivery status notification (RFC 3464)."""
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {to}\r\n"
        f"Message-ID: <{time.monotonic_ns()}@mx.example>\r\n"
        "Subject: Undelivered\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n"
        "--B\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {original}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        "--B--\r\n"
    ).encode()


async def notified(desk: Desk) -> tuple[OpenCase, CaseView]:
    """A case whose first e-mail has gone out."""
    case = await desk.engine.open(wait=False, email=SELLER)
    view = await case.when(lambda v: v.attempts and all(a.result for a in v.attempts))
    return case, view


async def test_a_reply_stops_the_clock_and_the_desk_is_told(tmp_path: Path, server: str) -> None:
    async with desk(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        all_of_it.mailbox.deliver(reply(all_of_it.address(view)))
        view = await case.when(lambda v: v.status is Status.WORKING)
        (contact,) = [e for e in view.timeline if e.what is EventKind.CONTACT]
        assert (contact.by, contact.code) == ("seller", "email")
        assert contact.note == "I have removed the listing."
        await case.when(lambda v: any(e.what is EventKind.DESK_TOLD for e in v.timeline))
        (told,) = all_of_it.engine.mails("desk@case72.example")
        assert "I have removed the listing." in told.get_content()
        await all_of_it.mailbox.when_empty()
        assert len(all_of_it.mailbox.in_folder(Folder.DONE)) == 1


async def test_the_same_message_twice_counts_once(tmp_path: Path, server: str) -> None:
    async with desk(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        message = reply(all_of_it.address(view))
        for _ in range(3):
            all_of_it.mailbox.deliver(message)
        await all_of_it.mailbox.when_empty()
        view = await case.view()
        assert len([e for e in view.timeline if e.what is EventKind.CONTACT]) == 1


async def test_a_guessed_address_stops_no_clock(tmp_path: Path, server: str) -> None:
    async with desk(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        address = all_of_it.address(view)
        forged = address.replace("+" + address[6:10], "+abcd")
        all_of_it.mailbox.deliver(reply(forged, From="somebody@else.example"))
        all_of_it.mailbox.deliver(reply("reply@in.shop.example", From="a@else.example"))
        await all_of_it.mailbox.when_empty()
        assert (await case.view()).status is Status.CONTACTING
        assert len(all_of_it.forwarded()) == 2
        assert len(all_of_it.mailbox.in_folder(Folder.DESK)) == 2


async def test_a_reply_without_token_counts_from_the_address_on_file_only(
    tmp_path: Path, server: str
) -> None:
    async with desk(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        names = {"In_Reply_To": f"<{thread_of(view.id)}.1@case72.example>"}
        all_of_it.mailbox.deliver(reply("desk@case72.example", From="a@else.example", **names))
        await all_of_it.mailbox.when_empty()
        assert (await case.view()).status is Status.CONTACTING
        all_of_it.mailbox.deliver(reply("desk@case72.example", **names))
        await case.when(lambda v: v.status is Status.WORKING)
        (told,) = all_of_it.forwarded()
        assert f"{Why.OTHER_SENDER} (case/US/{view.account.seller_id})" in text_of(told)


async def test_a_reference_that_would_change_the_search_reaches_the_desk(
    tmp_path: Path, server: str
) -> None:
    async with desk(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        account, _, run = thread_of(view.id).partition(".")
        for thread in (f"'or(CaseStore='US')or'a'='a.{run}", f"{account}.{run}'", "'" * 36):
            names = {"In_Reply_To": f"<{thread}.1@case72.example>"}
            all_of_it.mailbox.deliver(reply("desk@case72.example", **names))
        await all_of_it.mailbox.when_empty()
        assert (await case.view()).status is Status.CONTACTING
        assert len(all_of_it.forwarded()) == 3


async def test_an_automatic_answer_is_noted_and_is_no_contact(tmp_path: Path, server: str) -> None:
    async with desk(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        away = reply(all_of_it.address(view), "I am away.", Auto_Submitted="auto-replied")
        all_of_it.mailbox.deliver(away)
        view = await case.when(lambda v: any(e.what == "mail_noted" for e in v.timeline))
        assert view.status is Status.CONTACTING
        assert all_of_it.forwarded() == []


async def test_what_may_be_a_person_at_a_help_desk_is_for_the_desk_to_read(
    tmp_path: Path, server: str
) -> None:
    async with desk(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        generated = {"Auto_Submitted": "auto-generated", "In_Reply_To": "<1@case72.example>"}
        all_of_it.mailbox.deliver(reply(all_of_it.address(view), "Removed. Ann", **generated))
        view = await case.when(lambda v: any(e.what == "mail_noted" for e in v.timeline))
        assert view.status is Status.CONTACTING
        await all_of_it.mailbox.when_empty()
        (told,) = all_of_it.forwarded()
        assert Why.MAY_BE_PERSON in text_of(told)
        assert f"contact US/{view.account.seller_id} email" in text_of(told)
        # There it keeps the account from being deactivated for silence.
        assert len(all_of_it.mailbox.in_folder(Folder.DESK)) == 1


@pytest.mark.parametrize("words", ["See the plan.", ""])
async def test_the_files_of_a_reply_to_a_case_reach_the_desk(
    tmp_path: Path, server: str, words: str
) -> None:
    async with desk(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        message = message_from_bytes(reply(all_of_it.address(view), words), policy=default)
        assert isinstance(message, EmailMessage)
        message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="p.pdf")
        all_of_it.mailbox.deliver(message.as_bytes())
        view = await case.when(lambda v: v.status is Status.WORKING)
        notes = [e.note for e in view.timeline if e.what == "contact"]
        assert notes == [words or "(no words, but files, which the desk was sent)"]
        await all_of_it.mailbox.when_empty()
        (forwarded,) = all_of_it.forwarded()
        assert Why.HAS_FILES in text_of(forwarded)
        (attached,) = forwarded.iter_attachments()
        assert b"p.pdf" in attached.get_content()


async def test_a_bounce_turns_accepted_into_bounced_and_a_delay_does_not(
    tmp_path: Path, server: str
) -> None:
    async with desk(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        to = all_of_it.address(view)
        all_of_it.mailbox.deliver(bounce(to, SELLER, "4.4.1", "delayed"))
        await all_of_it.mailbox.when_empty()
        assert (await case.view()).attempts[0].result is Result.ACCEPTED
        all_of_it.mailbox.deliver(bounce(to, SELLER))
        view = await case.when(lambda v: v.attempts[0].result is Result.BOUNCED)
        assert view.email_needed
        assert view.status is Status.CONTACTING


async def test_a_final_notice_that_came_back_is_not_held_against_the_seller(
    tmp_path: Path, server: str
) -> None:
    async with desk(tmp_path, server) as all_of_it:
        case, _ = await notified(all_of_it)
        await case.play(67 * HOUR)
        view = await case.view()
        final = next(a for a in view.attempts if a.about == "final_notice")
        all_of_it.mailbox.deliver(bounce(all_of_it.address(view, final.number), SELLER))
        await case.when(lambda v: v.attempts[final.number - 1].result is Result.BOUNCED)
        await case.play(8 * HOUR)
        view = await case.reaches(Status.ESCALATED)
        assert view.reason == "not_really_tried"


async def test_what_comes_after_the_end_reaches_the_desk(tmp_path: Path, server: str) -> None:
    async with desk(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        await case.tell(IssueCase.withdraw, WITHDRAW)
        await case.end()
        all_of_it.mailbox.deliver(reply(all_of_it.address(view), "Why?"))
        await all_of_it.mailbox.when_empty()
        (message,) = all_of_it.forwarded()
        (attached,) = message.iter_attachments()
        assert b"Why?" in attached.get_content()


async def test_what_cannot_be_read_is_kept_apart(tmp_path: Path, server: str) -> None:
    async with desk(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        all_of_it.mailbox.deliver(b"\x00\x01 no message at all")
        all_of_it.mailbox.deliver(reply(all_of_it.address(view)))
        await case.when(lambda v: v.status is Status.WORKING)
        await all_of_it.mailbox.when_empty()
        assert len(all_of_it.mailbox.in_folder(Folder.UNREADABLE)) == 1


async def test_a_mailbox_that_was_away_is_read_again(tmp_path: Path, server: str) -> None:
    async with desk(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        await all_of_it.mailbox.stop()
        all_of_it.mailbox.deliver(reply(all_of_it.address(view)))
        await all_of_it.mailbox.start()
        await case.when(lambda v: v.status is Status.WORKING)


async def test_a_reply_is_contact_within_two_seconds(tmp_path: Path, server: str) -> None:
    took = []
    async with desk(tmp_path, server) as all_of_it:
        for _ in range(5):
            case, view = await notified(all_of_it)
            at = all_of_it.mailbox.deliver(reply(all_of_it.address(view)))
            await case.when(lambda v: v.status is Status.WORKING)
            took.append(time.monotonic() - at)
    assert statistics.median(took) < 2 * slowness(time.monotonic)
