"""What the desk is sent of a message, and what if its mail server does not take it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

import inbound.forwarding
from inbound.forwarding import Forwarding, NotForwarded, Reason, Why
from providers.imap.mailbox import LARGEST_READ
from temporal_client.names import case_name
from tests.providers.mail_server import Letterbox, mail_server
from tests.reading import text_of

MESSAGE = b"From: ann@shop.example\r\n\r\nHello\r\n"
REASONS = [Reason(Why.CASE_ENDED, case_name("US", "A1")), Reason(Why.NO_CASE)]
SPAM = "554 5.7.1 Message looks like spam"


@pytest_asyncio.fixture
async def letterbox() -> AsyncIterator[Letterbox]:
    async with mail_server() as box:
        yield box


def forwarding(letterbox: Letterbox, *, kept_whole: bool) -> Forwarding:
    return Forwarding(
        letterbox.client(), "us@shop.example", "desk@shop.example", "shop.example", kept_whole
    )


async def test_the_desk_is_told_why_and_of_which_case(letterbox: Letterbox) -> None:
    await forwarding(letterbox, kept_whole=True).forward("1" * 64, MESSAGE, REASONS)
    (told,) = letterbox.messages()
    assert f"{Why.CASE_ENDED} (case/US/A1) {Why.NO_CASE} Please" in text_of(told)
    assert "it is attached" in text_of(told)
    assert "client.py contact US/A1 email" in text_of(told)
    (attached,) = told.iter_attachments()
    assert attached.get_content() == MESSAGE


async def test_that_only_the_beginning_is_attached_is_said(letterbox: Letterbox) -> None:
    beginning = MESSAGE.ljust(LARGEST_READ, b"x")
    await forwarding(letterbox, kept_whole=True).forward("1" * 64, beginning, REASONS)
    (told,) = letterbox.messages()
    assert "its beginning is attached, all of it is in the mailbox's folder" in text_of(told)


async def test_what_is_refused_for_what_it_says_is_named_to_the_desk(letterbox: Letterbox) -> None:
    letterbox.answers["DATA"] = [SPAM]
    await forwarding(letterbox, kept_whole=True).forward("1" * 64, MESSAGE, REASONS)
    (told,) = letterbox.messages()
    assert "it is in the mailbox's folder case72-desk" in text_of(told)
    assert list(told.iter_attachments()) == []


async def test_what_is_too_large_is_never_left_out(
    letterbox: Letterbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound.forwarding, "LARGEST_FORWARDED", len(MESSAGE) - 1)
    with pytest.raises(NotForwarded, match="too large"):
        await forwarding(letterbox, kept_whole=False).forward("1" * 64, MESSAGE, REASONS)
    assert letterbox.messages() == []


async def test_what_no_mailbox_keeps_is_never_left_out(letterbox: Letterbox) -> None:
    whole = MESSAGE.ljust(3 * LARGEST_READ, b"x")
    await forwarding(letterbox, kept_whole=False).forward("1" * 64, whole, REASONS)
    (told,) = letterbox.messages()
    (attached,) = told.iter_attachments()
    assert attached.get_content() == whole
    letterbox.answers["DATA"] = [SPAM]
    with pytest.raises(NotForwarded):
        await forwarding(letterbox, kept_whole=False).forward("1" * 64, MESSAGE, REASONS)
