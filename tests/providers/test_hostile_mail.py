"""Nothing that a seller is called, or has for an address, becomes a header of its own."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.enrollment.activity_inputs import SendLetterInput
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentReason
from domain.shared.account import Store
from domain.shared.result import Result
from mail.composer import Addresses, CannotBeWritten, Composer
from reference.mail_tokens import thread_of
from tests.providers.letters import COMPOSER, RUN, email_input, notice
from tests.providers.mail_server import mail_server, raw
from tests.reading import text_of

ENCODED_BREAK = "=?utf-8?q?a=0D=0ABcc=3A_evil=40evil.example=0D=0A=0D=0A?="
PIECES = [
    *(ENCODED_BREAK, "=?utf-8?q?", "=0D=0A", "?=", "=?utf-8?b?DQpCY2M6IGE=?="),
    *("Bcc: evil@evil.example", "<evil@evil.example>", '"', ",", ";", ":", "(", ")", "\\", "@"),
    *(" ", "word", "x" * 90, "ü", "日本" * 20, "é" * 60),
]
LINES = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=20).map("".join),
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))),
).map(lambda text: text[:200])


def _sound(message: EmailMessage, to: str) -> None:
    """It is read with just the headers it was written with, to one addressee, in short lines."""
    written = message.as_bytes()
    read = message_from_bytes(written, policy=default)
    assert read.keys() == message.keys()
    assert len(read["To"].addresses) == 1
    if to.isascii():  # of others Python reads what came over the wire, not yet decoded
        assert read["To"].addresses[0].addr_spec == to
    head = written.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line or not line.strip() for line in head)
    assert max(map(len, head)) <= 998
    for name in ("Message-ID", "References", "In-Reply-To"):
        assert read[name] == message[name]


@given(LINES)
@settings(deadline=None)  # a busy machine is slow
def test_no_name_is_read_as_a_header_or_as_an_address(name: str) -> None:
    _sound(notice(name=name), "owner@kettle.example")


@given(LINES)
@settings(deadline=None)  # a busy machine is slow
def test_an_address_is_written_as_it_is_or_not_at_all(line: str) -> None:
    local_part = "".join(c for c in line if c not in '@<>"(),:;\\[]' and not c.isspace())[:64]
    address = f"{local_part or 'a'}@kettle.example"
    try:
        message = notice(address)
    except CannotBeWritten:
        return
    assert message["To"].addresses[0].username == (local_part or "a")
    _sound(message, address)


@pytest.mark.parametrize(
    "local_part", ["=?utf-8?q?a=0D=0ABcc=3A_b?=", "=?utf-8?q?a=40b?=", ".", ""]
)
def test_an_address_that_no_header_can_hold_is_refused_and_not_quoted(local_part: str) -> None:
    with pytest.raises(CannotBeWritten) as refused:
        notice(f"{local_part}@kettle.example")
    assert "kettle" not in str(refused.value)


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_a_line_break_that_got_past_every_check_is_not_sent(break_: str) -> None:
    try:
        message = notice(name=f"Blue{break_}Bcc: evil@evil.example")
    except ValueError:
        return
    _sound(message, "owner@kettle.example")


async def test_hostile_names_and_texts_arrive_as_text() -> None:
    evil = "Bcc: evil@evil.example"
    async with mail_server() as box:
        for name in (ENCODED_BREAK, f"x, <evil@evil.example> {evil}", f'"{evil}" <{"y " * 60}>'):
            message = notice(name=name, summary=f"\n.\n{evil}\n\n.\nMAIL FROM:<a@evil.example>")
            assert await box.client().send(message) is Result.ACCEPTED
        assert box.commands == ["MAIL", "RCPT", "DATA"] * 3
        assert {tuple(e.rcpt_tos) for e in box.taken} == {("owner@kettle.example",)}
        for envelope, received in zip(box.taken, box.messages(), strict=True):
            assert received["Bcc"] is None
            assert len(received["To"].addresses) == 1
            assert evil in text_of(received)
            assert b"\r\nMAIL FROM" not in raw(envelope)


def test_a_domain_that_nobody_can_have_cannot_be_written_to() -> None:
    with pytest.raises(CannotBeWritten):
        notice("owner@-ü-.example")


def test_a_long_domain_of_ours_leaves_message_ids_whole() -> None:
    ours = f"{'mail-of-a-large-marketplace.' * 4}example"
    email = email_input()
    message = Composer(Addresses("a@shop.example", "desk@shop.example", ours)).to_seller(email)
    _sound(message, "owner@kettle.example")
    assert message["References"] == f"<{thread_of(email.case_id)}@{ours}>"


def test_the_letters_of_a_seller_are_one_conversation() -> None:
    letters = [
        COMPOSER.to_member(
            SendLetterInput(
                enrollment_id=f"enrollment/US/A1/{RUN}",
                number=number,
                about=LetterPurpose.INVITED,
                reason=EnrollmentReason.NO_NUMBER,
                email="owner@kettle.example",
                store=Store.US,
                name=None,
                language=None,
                time_zone=None,
                at=datetime(2026, 3, 1, tzinfo=UTC),
            )
        )
        for number in (1, 2)
    ]
    thread = thread_of(f"enrollment/US/A1/{RUN}")
    assert [x["Message-ID"] for x in letters] == [f"<{thread}.{n}@shop.example>" for n in (1, 2)]
    assert {x["References"] for x in letters} == {f"<{thread}@shop.example>"}
    assert {x["In-Reply-To"] for x in letters} == {f"<{thread}@shop.example>"}
