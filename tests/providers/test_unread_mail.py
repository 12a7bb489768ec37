"""How many sessions with the mail server the looks for unread mail take."""

import asyncio
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client

from providers.imap import unread_mail
from providers.imap.server import ImapServer
from providers.imap.unread_mail import ImapUnreadMail
from providers.protocols import NotNow, ProviderFailed
from providers.smtp.mail import Security
from reference.mail_tokens import ReplyAddresses
from temporal_client.workflows import Workflows
from tests.patience import PATIENCE, looks

CASE = "case/US/A1/0199"


def mailbox_that_answers_late(
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[ImapUnreadMail, threading.Event]:
    """A mailbox, and what lets it answer that a message waits."""
    may_end = threading.Event()

    async def no_runs(*_: object) -> list[str]:
        return []

    monkeypatch.setattr(unread_mail, "runs_of_account", no_runs)
    monkeypatch.setattr(ImapUnreadMail, "_holds_answer", lambda *_: may_end.wait(PATIENCE))
    mail = ImapUnreadMail(
        ImapServer("127.0.0.1", 1, Security.NONE, "reply", "password"),
        ReplyAddresses("reply@in.shop.example", ["s" * 40]),
        "case72.example",
        Workflows(Client.__new__(Client)),
    )
    return mail, may_end


async def test_a_mailbox_that_swallows_everything_has_failed_before_the_try_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mail, may_end = mailbox_that_answers_late(monkeypatch)
    monkeypatch.setattr(unread_mail, "_LONGEST", timedelta(seconds=0.1))
    with pytest.raises(ProviderFailed, match="it does not answer in time"):
        await mail.waits_for(CASE, datetime.now(UTC))
    may_end.set()


async def test_a_look_that_nobody_waits_for_keeps_its_session_until_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mail, may_end = mailbox_that_answers_late(monkeypatch)
    asked = (CASE, datetime.now(UTC))
    given_up = asyncio.create_task(mail.waits_for(*asked))
    await asyncio.sleep(0.05)
    given_up.cancel()
    await asyncio.wait([given_up])
    with pytest.raises(NotNow):
        await mail.waits_for(*asked)
    may_end.set()
    async with asyncio.timeout(PATIENCE):
        async for _ in looks():
            with suppress(NotNow):
                assert await mail.waits_for(*asked)
                break
