"""Replies that no case could take, read from a real mailbox when somebody opens the page."""

from pathlib import Path

from desk.outside import Outside
from desk.unplaced import MOST, letter_of
from providers.imap.folders import Folder
from providers.imap.mailbox import ImapMailbox
from runtime.desk_settings import Role
from tests.desk.served import desk_over
from tests.engine import Engine
from tests.providers.dovecot import dovecot, needs_dovecot

LETTER = (
    b"From: =?utf-8?q?L=27=C3=89rable?= <owner@erable.example>\r\n"
    b"Subject: <script>alert(1)</script> my account\r\n"
    b"Date: Sat, 28 Nov 2026 10:00:00 +0100\r\n\r\nSecret body\r\n"
)


@needs_dovecot
async def test_the_newest_are_shown_and_nothing_changes(engine: Engine, tmp_path: Path) -> None:
    async with (
        dovecot(tmp_path / "mail") as server,
        desk_over(engine, Outside(mailbox=server.server)) as desk,
        desk.person(Role.SPECIALIST) as specialist,
    ):
        assert "/desk/unplaced" in (await specialist.http.get("/desk/")).text
        empty = await specialist.http.get("/desk/unplaced")
        assert "No message waits." in empty.text
        for number in range(MOST + 3):
            server.deliver(LETTER.replace(b"my account", b"number %d" % number))
        box = ImapMailbox(server.server)
        box.move([message.uid for message in box.waiting((), MOST + 3)], Folder.DESK)
        box.close()
        before = sorted(server.in_folder(Folder.DESK))
        page = (await specialist.http.get("/desk/unplaced")).text
        assert f"{MOST + 3} messages could not be placed in a case." in page
        assert page.count("L&#39;Érable &lt;owner@erable.example&gt;") == MOST
        assert page.index("number 52") < page.index("number 51")
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page
        assert "Secret body" not in page
        assert sorted(server.in_folder(Folder.DESK)) == before
        await server.stop()
        away = await specialist.http.get("/desk/unplaced")
        assert away.status_code == 503
        assert "The mailbox cannot be read now." in away.text
        await server.start()


async def test_without_a_mailbox_there_is_no_such_page(engine: Engine) -> None:
    async with desk_over(engine) as desk, desk.person(Role.SPECIALIST) as specialist:
        assert "/desk/unplaced" not in (await specialist.http.get("/desk/")).text
        assert (await specialist.http.get("/desk/unplaced")).status_code == 404


def test_headers_that_make_no_sense_are_shown_as_they_came() -> None:
    odd = letter_of(b"From: =?x-none?b?####?=\r\nSubject: a\x00b\xff\r\n\tc\r\nDate: soon\r\n\r\n")
    assert odd.sender == "=?x-none?b?####?="
    assert "c" in odd.subject
    assert odd.at is None
    no_charset = letter_of("From: =?é?q?a?=\r\nSubject: =?é?q?b?=\r\n\r\n".encode())
    assert no_charset.subject.startswith("=?")
    nothing = letter_of(b"\r\n")
    assert (nothing.sender, nothing.subject, nothing.at) == ("", "", None)
    long = letter_of(b"Subject: " + b"x" * 100_000 + b"\r\nDate: 1 Jan 2026 10:00:00 -0000\r\n\r\n")
    assert len(long.subject) == 200
    assert long.at is not None
    assert long.at.tzinfo is not None


def test_a_date_that_no_calendar_has_is_left_out() -> None:
    raw = b"From: a@x.example\r\nDate: Mon, 1 Jan 99999999999999999999 10:00:00 +0000\r\n\r\n"
    assert letter_of(raw).at is None
