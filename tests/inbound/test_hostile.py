"""Whatever comes is read, or refused, in less than two seconds."""

import logging
import time
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from domain.shared.text import Paragraph
from inbound.incoming import Incoming, Unreadable, read
from inbound.kind import Kind
from inbound.quotes import CUT, MOST_CHARACTERS, written
from tests.inbound.hostile import ALL, message
from tests.inbound.test_samples import SAMPLES, sample
from tests.speed import slowness

SECONDS = 2.0
PARAGRAPH = TypeAdapter(Paragraph)


def _keeps_the_rules(incoming: Incoming) -> None:
    assert len(incoming.text) <= MOST_CHARACTERS
    assert incoming.text == incoming.text.strip()
    for start in range(0, len(incoming.text), 1000):
        piece = incoming.text[start : start + 1000]
        if piece.strip():
            assert PARAGRAPH.validate_python(piece) == piece.strip()
    assert len(incoming.id) == 64
    assert len(incoming.recipients) <= 100
    assert len(incoming.references) <= 100


@pytest.mark.parametrize("name", ALL)
def test_it_is_read_in_bounded_time(name: str) -> None:
    took = []
    for _ in range(3):  # what else the process has to do, such as collecting garbage, counts too
        begun = time.process_time()
        with suppress(Unreadable):
            _keeps_the_rules(read(ALL[name]))
        took.append(time.process_time() - begun)
        if took[-1] < SECONDS:
            break
    assert min(took) < SECONDS * slowness()


@pytest.mark.parametrize("name", ["structure: 10,000 parts", "headers: many headers"])
def test_it_is_read_in_bounded_memory(name: str) -> None:
    tracemalloc.start()
    try:
        read(ALL[name])
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with suppress(Unreadable):
        _keeps_the_rules(read(raw))


_TOKENS = st.sampled_from(
    [
        *(b"\r\n", b"\r\n\r\n", b"--B\r\n", b"--B--\r\n", b"\0", b"\xff", b"<", b">", b"> ", b";"),
        *(b"From: a@b.example", b"To: ", b"References: <", b"Subject: =?utf-16?b?", b"=?x?q?"),
        *(b"Content-Type: multipart/mixed; boundary=B", b"Content-Type: message/rfc822"),
        *(b"Content-Type: multipart/report; boundary=B", b"Content-Type: message/delivery-status"),
        *(b"Content-Type: text/html; charset=", b"Content-Transfer-Encoding: base64", b"utf-7"),
        *(b"Content-Type: message/feedback-report", b"Feedback-Type: abuse", b"Status: 5.1.1"),
        *(b"Content-Transfer-Encoding: x-uuencode", b"begin 666 x\n", b"Return-Path: <>"),
        *(b"From: MAILER-DAEMON@b.example", b"X-Failed-Recipients: ", b"Action: failed"),
        *(b"Content-Type: message/global-delivery-status", b"name*0*=x''%ff", b"<blockquote cite>"),
        *(b"On 1 May 2026 at 10:10 A <a@b.example> wrote:\n", b"From: x\nSent: 10:10\nTo: a@b\n"),
    ]
)


@given(st.lists(_TOKENS | st.binary(max_size=20), max_size=60).map(b"".join))
@settings(max_examples=500)
def test_any_mixture_of_what_messages_are_made_of_is_read_or_refused(raw: bytes) -> None:
    with suppress(Unreadable):
        _keeps_the_rules(read(raw))


@given(st.sampled_from(sorted(f.stem for f in SAMPLES.iterdir())), st.data())
@settings(max_examples=300)
def test_a_message_that_is_cut_off_or_damaged_is_read_or_refused(
    name: str, data: st.DataObject
) -> None:
    raw = sample(name)
    end = data.draw(st.integers(0, len(raw)))
    start = data.draw(st.integers(0, end))
    with suppress(Unreadable):
        _keeps_the_rules(read(raw[:start] + data.draw(st.binary(max_size=5)) + raw[start:end]))


def test_a_message_that_is_cut_off_says_as_much_as_is_there() -> None:
    raw = sample("gmail-reply-es")
    assert read(raw[:-150]).text.startswith("Hola, ya retiré el anuncio.")
    raw = sample("gmail-bounce")
    cut = read(raw[: raw.index(b"Last-Attempt-Date")])
    assert (cut.kind, cut.status) == (Kind.BOUNCE, "5.1.1")


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"no header at all", b"\0\0\0"])
def test_what_is_no_message_is_refused(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read(raw)


def _fail(*_: object) -> None:
    raise ValueError("secret@shop.example")


def test_a_refusal_says_nothing_of_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inbound.incoming.is_automatic", _fail)
    with pytest.raises(Unreadable) as refused:
        read(sample("gmail-reply-en"))
    assert str(refused.value) == "cannot be read (ValueError)"
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_failing_detector_knows_of_no_bounce_and_the_log_says_nothing_of_it(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flufl.bounce._detectors.qmail.Qmail.process", _fail)
    with caplog.at_level(logging.DEBUG):
        assert read(sample("qmail-bounce")).kind is Kind.AUTOMATIC
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: =?utf-{8?B?6Ieq?=",
        b"Subject: =?utf-\xff8?B?6Ieq?=",
        b"Subject: =?utf-8?B?6?=",
        b"Reply-To: \xff\xfe",
        b"Content-Type: text/plain; charset*=x''%ff; name*0*=y''%ff",
        b"Content-Disposition: inline; filename*=utf-8''%ff",
    ],
)
def test_a_broken_header_keeps_nobody_from_being_read(header: bytes) -> None:
    raw = b"From: ann@shop.example\r\n" + header + b"\r\n\r\nThe listing is down."
    incoming = read(raw)
    assert (incoming.kind, incoming.text) == (Kind.REPLY, "The listing is down.")


@given(st.text(max_size=3000))
def test_what_is_written_is_never_longer_than_the_limit(text: str) -> None:
    assert len(written(text * 3)) <= MOST_CHARACTERS


def test_a_long_text_says_that_it_was_cut() -> None:
    incoming = read(message(b"word " * 2000))
    assert len(incoming.text) <= MOST_CHARACTERS
    assert incoming.text.endswith(CUT)
