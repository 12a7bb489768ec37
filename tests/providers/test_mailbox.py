"""The mailbox, on a real IMAP server."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from providers.imap.mailbox import LARGEST_READ, Folder, ImapMailbox, NoMailbox
from tests.providers.dovecot import dovecot, needs_dovecot

pytestmark = needs_dovecot
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
        assert len(message.raw) == LARGEST_READ
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
        with pytest.raises(NoMailbox, match="Connection refused"):
            ImapMailbox(server.server)
        await server.start()
        wrong = replace(server.server, password="wrong")
        with pytest.raises(NoMailbox, match="refuses the login"):
            ImapMailbox(wrong)
