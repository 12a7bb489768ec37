"""Messages that cannot be placed now, and are tried again."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from uuid import uuid4

import pytest

import inbound.reading
from domain.case.status import Status
from inbound.forwarding import Why
from inbound.incoming import Incoming
from inbound.placing import Placed, Placing, TryLater
from providers.imap.failures import NotDone
from providers.imap.folders import Folder
from providers.imap.mailbox import ImapMailbox
from reference.mail_tokens import SentEmail
from tests.inbound.test_answers import INBOUND, desk, notified, reply
from tests.providers.dovecot import needs_dovecot
from tests.reading import text_of
from tests.workflows.events import WITHDRAW
from workflows.case.issue_case import IssueCase

pytestmark = needs_dovecot


@pytest.mark.parametrize(
    ("minutes_ago", "waits"),
    # The last is the sender's invention: years to come.
    [(1, True), (20, False), (-60 * 24 * 365 * 100, False)],
)
async def test_a_reply_to_a_case_that_is_not_listed_yet_waits(
    tmp_path: Path, server: str, minutes_ago: int, waits: bool
) -> None:
    async with desk(tmp_path, server) as all_of_it:
        replies = INBOUND.replies()
        assert replies
        came = format_datetime(datetime.now(UTC) - timedelta(minutes=minutes_ago))
        of_another = reply(
            replies.address(SentEmail.of(f"case/US/ANOTHER/{uuid4()}", 1)),
            Received=f"by mx; {came}",
        )
        all_of_it.mailbox.deliver(of_another)
        case, view = await notified(all_of_it)
        all_of_it.mailbox.deliver(reply(all_of_it.address(view)))
        await case.when(lambda v: v.status is Status.WORKING)
        assert len(all_of_it.mailbox.in_folder(None)) <= 1
        if waits:
            assert of_another in all_of_it.mailbox.in_folder(None)
        else:
            await all_of_it.mailbox.when_empty()
            assert len(all_of_it.forwarded()) == 1


async def test_a_fault_of_ours_keeps_the_message_and_holds_up_no_other(
    tmp_path: Path, server: str
) -> None:
    class Faulty(Placing):
        tries = 0

        async def place(self, message: Incoming, raw: bytes) -> Placed:
            if b"Faulty" in raw:
                Faulty.tries += 1
                if Faulty.tries < 3:
                    raise KeyError("what the message says")
            return await super().place(message, raw)

    async with desk(tmp_path, server, Faulty) as all_of_it:
        first, view = await notified(all_of_it)
        all_of_it.mailbox.deliver(reply(all_of_it.address(view), Subject="Faulty"))
        second, view = await notified(all_of_it)
        all_of_it.mailbox.deliver(reply(all_of_it.address(view)))
        await second.when(lambda v: v.status is Status.WORKING)
        await first.when(lambda v: v.status is Status.WORKING)
        assert Faulty.tries == 3


async def test_what_has_just_come_does_not_wait_for_what_cannot_be_placed(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stuck(Placing):
        async def place(self, message: Incoming, raw: bytes) -> Placed:
            if b"Stuck" in raw:
                raise TryLater("for ever")
            return await super().place(message, raw)

    # Each of them is due again at once, and they are as many as are placed at once.
    monkeypatch.setattr(inbound.reading, "AT_ONCE", 3)
    monkeypatch.setattr(inbound.reading, "_FIRST_PAUSE_SECONDS", 0)
    async with desk(tmp_path, server, Stuck) as all_of_it:
        case, view = await notified(all_of_it)
        for _ in range(4):
            all_of_it.mailbox.deliver(reply(all_of_it.address(view), Subject="Stuck"))
        await asyncio.sleep(1)
        all_of_it.mailbox.deliver(reply(all_of_it.address(view)))
        await case.when(lambda v: v.status is Status.WORKING)


async def test_what_cannot_be_moved_is_told_once_and_holds_up_no_other(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = ImapMailbox.move
    tries: list[Collection[str]] = []

    def full(box: ImapMailbox, uids: Collection[str], folder: Folder) -> None:
        if folder is Folder.DESK and len(uids) > 1:
            raise NotDone("one of them")
        if folder is Folder.DESK and len(tries) < 3:
            tries.append(uids)
            raise NotDone("over quota")
        move(box, uids, folder)

    monkeypatch.setattr(ImapMailbox, "move", full)
    async with desk(tmp_path, server) as all_of_it:
        case, view = await notified(all_of_it)
        all_of_it.mailbox.deliver(reply("reply@in.shop.example"))
        all_of_it.mailbox.deliver(reply(all_of_it.address(view)))
        await case.when(lambda v: v.status is Status.WORKING)
        await all_of_it.mailbox.when_empty()
        assert len(tries) == 3
        assert len(all_of_it.forwarded()) == 1


async def test_who_answers_two_cases_that_have_ended_is_forwarded_once(
    tmp_path: Path, server: str
) -> None:
    async with desk(tmp_path, server) as all_of_it:
        to = []
        for _ in range(2):
            case, view = await notified(all_of_it)
            await case.tell(IssueCase.withdraw, WITHDRAW)
            await case.end()
            to.append((view.account.seller_id, all_of_it.address(view)))
        all_of_it.mailbox.deliver(reply(to[0][1], Cc=to[1][1]))
        await all_of_it.mailbox.when_empty()
        (told,) = all_of_it.forwarded()
        for seller_id, _address in to:
            assert f"{Why.CASE_ENDED} (case/US/{seller_id})" in text_of(told)


async def test_who_answers_two_cases_at_once_is_reached_in_both(
    tmp_path: Path, server: str
) -> None:
    async with desk(tmp_path, server) as all_of_it:
        first, view = await notified(all_of_it)
        second, other = await notified(all_of_it)
        both = reply(all_of_it.address(view), Cc=all_of_it.address(other))
        all_of_it.mailbox.deliver(both)
        await first.when(lambda v: v.status is Status.WORKING)
        await second.when(lambda v: v.status is Status.WORKING)
