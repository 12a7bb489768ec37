"""What the audit finds in the mailbox that answers come to, on a real IMAP server."""

import os
import time
from pathlib import Path

import pytest

from cli.operate.audit_report import FindingKind
from cli.operate.mailbox_check import check_mailbox
from providers.imap.folders import Folder
from providers.imap.mailbox import ImapMailbox
from tests.providers.dovecot import Dovecot, dovecot, needs_dovecot

pytestmark = needs_dovecot
MESSAGE = b"From: a@shop.example\r\nSubject: hello\r\n\r\nHello\r\n"
HOUR = 3600


def deliver(server: Dovecot, hours_ago: float) -> None:
    """Put a message into the mailbox that came so long ago."""
    server.deliver(MESSAGE)
    came = time.time() - hours_ago * HOUR
    for file in (server.folder / "maildir" / "new").iterdir():
        os.utime(file, (came, came))


def found(server: Dovecot) -> list[str]:
    findings = check_mailbox(server.server)
    assert {f.kind for f in findings} <= {FindingKind.INCOMING_MAIL}
    return [f.what for f in findings]


@pytest.mark.parametrize(("hours_ago", "says"), [(0.1, []), (2, ["a message waits"])])
async def test_a_message_that_waits_for_long_is_found(
    tmp_path: Path, hours_ago: float, says: list[str]
) -> None:
    async with dovecot(tmp_path / "mail") as server:
        assert found(server) == []
        deliver(server, hours_ago)
        assert [what.split(" since ")[0] for what in found(server)] == says


async def test_what_could_not_be_read_is_counted(tmp_path: Path) -> None:
    async with dovecot(tmp_path / "mail") as server:
        server.deliver(MESSAGE)
        box = ImapMailbox(server.server)
        box.move([message.uid for message in box.waiting((), 10)], Folder.UNREADABLE)
        box.close()
        assert found(server) == ["messages that could not be read: 1"]


async def test_a_mailbox_that_is_away_is_found(tmp_path: Path) -> None:
    async with dovecot(tmp_path / "mail") as server:
        await server.stop()
        (what,) = found(server)
        assert what.startswith("the mailbox cannot be read: no connection")
        await server.start()
