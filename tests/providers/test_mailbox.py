"""The mailbox, on a real IMAP server."""

import asyncio
import imaplib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from providers.imap.failures import MailboxFailed
from providers.imap.folders import Folder
from providers.imap.mailbox import LARGEST_READ, ImapMailbox
from tests.providers.dovecot import dovecot, needs_dovecot

pytestmark = needs_dovecot
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MESSAGE = b"From: a@shop.example\r\nSubject: hello\r\n\r\nHello\r\n"


@pytest.mark.parametrize("prefix", ["", "INBOX."])
async def test_messages_are_read_from_the_oldest_on_and_moved(tmp_path: Path, prefix: str) -> None:
    async with dovecot(tmp_path / "mail", prefix) as server:
        for number in range(3):
            server.deliver(MESSAGE + b"%d" % number)
        box = ImapMailbox(server.server)
        first, second, third = box.waiting(but=(), most=10)
        assert first.raw == MESSAGE + b"0"
        assert [m.uid for m in box.waiting(but=(first.uid,), most=1)] == [second.uid]
        box.move([first.uid, third.uid], Folder.DONE)
        assert box.count(Folder.DONE) == 2
        assert [m.uid for m in box.waiting(but=(), most=10)] == [second.uid]
        box.close()


async def test_of_a_huge_message_only_the_beginning_is_read(tmp_path: Path) -> None:
    async with dovecot(tmp_path / "mail") as server:
        server.deliver(MESSAGE + b"x" * 50_000_000)
        box = ImapMailbox(server.server)
        (message,) = box.waiting(but=(), most=1)
        assert len(message.raw or b"") == LARGEST_READ
        box.close()


async def test_a_message_that_the_server_does_not_give_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = imaplib.IMAP4.uid

    def damaged(client: imaplib.IMAP4, command: str, *args: str) -> Any:
        if command == "FETCH" and "2" in args[0].split(","):
            return "NO", [b"[SERVERBUG] Internal error occurred."]
        return uid(client, command, *args)

    async with dovecot(tmp_path / "mail") as server:
        for number in range(3):
            server.deliver(MESSAGE + b"%d" % number)
        box = ImapMailbox(server.server)
        monkeypatch.setattr(imaplib.IMAP4, "uid", damaged)
        read = [message.raw for message in box.waiting(but=(), most=10)]
        assert read == [MESSAGE + b"0", None, MESSAGE + b"2"]
        box.close()


async def test_a_message_that_the_server_leaves_out_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = imaplib.IMAP4.uid

    def sparing(client: imaplib.IMAP4, command: str, *args: str) -> Any:
        if command == "FETCH":
            given = ",".join(asked for asked in args[0].split(",") if asked != "1")
            return uid(client, command, given, *args[1:]) if given else ("OK", [None])
        return uid(client, command, *args)

    async with dovecot(tmp_path / "mail") as server:
        for number in range(2):
            server.deliver(MESSAGE + b"%d" % number)
        box = ImapMailbox(server.server)
        monkeypatch.setattr(imaplib.IMAP4, "uid", sparing)
        assert [m.raw for m in box.waiting(but=(), most=10)] == [None, MESSAGE + b"1"]
        assert [m.raw for m in box.waiting(but=(), most=1)] == [None]
        box.close()


async def test_a_folder_that_somebody_deletes_is_made_again(tmp_path: Path) -> None:
    async with dovecot(tmp_path / "mail") as server:
        server.deliver(MESSAGE)
        box, other = ImapMailbox(server.server), ImapMailbox(server.server)
        other._box.folder.delete(Folder.DONE)
        box.move([message.uid for message in box.waiting(but=(), most=1)], Folder.DONE)
        assert box.count(Folder.DONE) == 1
        box.close()
        other.close()


async def test_of_whom_a_huge_message_is_for_only_the_beginning_is_read(tmp_path: Path) -> None:
    async with dovecot(tmp_path / "mail") as server:
        many = b"".join(b"To: %060d@shop.example\r\n" % number for number in range(100_000))
        first, last = (b"To: %s@shop.example\r\n" % name for name in (b"first", b"last"))
        server.deliver(first + many + last + b"\r\nhi\r\n")
        box = ImapMailbox(server.server)
        (head,) = box.not_taken(LONG_AGO)
        assert "first@shop.example" in head
        assert "last@shop.example" not in head
        box.close()


async def test_a_message_is_found_among_many_of_which_few_are_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_at_once = []
    uid = imaplib.IMAP4.uid

    def watched(client: imaplib.IMAP4, command: str, *args: str) -> Any:
        if command == "FETCH":
            read_at_once.append(args[0].count(",") + 1)
        return uid(client, command, *args)

    async with dovecot(tmp_path / "mail") as server:
        for number in range(250):
            server.deliver(b"To: %d@shop.example\r\n\r\nhi\r\n" % number)
        box = ImapMailbox(server.server)
        monkeypatch.setattr(imaplib.IMAP4, "uid", watched)
        heads = [head.strip() for head in box.not_taken(LONG_AGO)]
        assert heads == [f"To: {number}@shop.example" for number in range(250)]
        assert max(read_at_once) == 100
        box.close()


async def test_a_message_that_comes_ends_the_waiting(tmp_path: Path) -> None:
    async with dovecot(tmp_path / "mail") as server:
        box = ImapMailbox(server.server)
        waits = asyncio.create_task(asyncio.to_thread(box.wait, 30))
        await asyncio.sleep(0.5)
        server.deliver(MESSAGE)
        await asyncio.wait_for(waits, 5)
        assert len(box.waiting(but=(), most=10)) == 1
        box.close()


async def test_a_server_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    async with dovecot(tmp_path / "mail") as server:
        await server.stop()
        with pytest.raises(MailboxFailed, match="Connection refused"):
            ImapMailbox(server.server)
        await server.start()
        wrong = replace(server.server, password="wrong")
        with pytest.raises(MailboxFailed, match="refuses the login"):
            ImapMailbox(wrong)
