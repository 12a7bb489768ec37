"""What mail programs and mail servers send, each as a file in samples/."""

from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from inbound.incoming import Incoming, read
from inbound.kind import Kind

SAMPLES = Path(__file__).parent / "samples"
OURS = "case+7f3c9a.b21d@mail.market.example"
BOUNCES = "bounce+7f3c9a.b21d@mail.market.example"
MESSAGE = "<3f2a.1@mail.market.example>"
CASE = "<3f2a@mail.market.example>"

REPLIES = {
    "gmail-reply-en": "Hello,\n\nwe took the listing down this morning.\n\nAnn",
    "gmail-reply-fr": "Bonjour,\n\nl’annonce a été retirée.",
    "gmail-reply-es": "Hola, ya retiré el anuncio.",
    "gmail-reply-zh": "您好，商品已下架。",
    "gmail-below-the-quote": "Blue Lamp Ltd.\n\nTwo people check each listing.",
    "outlook-reply-en": "I called you back, nobody answered.\n\nKind regards\nBen",
    "outlook-html-only-fr": "C’est réglé : l’annonce n’existe plus.",
    "outlook-reply-es": "Ya lo corregí.",
    "outlook-reply-zh": "已处理，谢谢。李喆",
    "apple-reply-with-picture": "Here is the invoice.\n\nIt is from May.",
    "apple-reply-zh": "收到，马上处理。\n\n发自我的 iPhone",
    "yahoo-reply-en": "I have removed it. Is there anything else?\nCleo",
    "yahoo-reply-es": "Ya lo retiré.",
    "qq-reply-zh": "商品已下架。",
    "163-reply-zh": "商品已下架。",
    "thunderbird-between-quotes": "Hi\n\nBlue Lamp Ltd.\n\nTwo people check.",
    "thunderbird-html-only": (
        "It was Blue Lamp Ltd.\n\nInvoice 4711, of May\nAnd two people check."
    ),
    "person-out-of-office-subject": "I am travelling. Call me on my mobile, please.",
    "person-says-undeliverable": (
        "A message that you sent could not be delivered\n---\n"
        "<old@shop.example>: write to me, ann@shop.example, instead."
    ),
    "person-at-a-help-desk": "The listing is down. Ann",
    "person-through-a-campaign-tool": "The listing is down. Ann",
    "person-forwards-a-bounce": "Your mail to my other address came back.",
}
KEEPS_THE_QUOTE = {"outlook-between-the-lines": ("answers below", "Blue Lamp Ltd.")}
AUTOMATIC = {
    "exchange-absence-fr": "Je suis absent jusqu'au 12 janvier.",
    "exchange-absence-old-zh": "我正在休假。",
    "gmail-vacation-en": "I am away until Monday.",
    "vacation-es": "Vuelvo el lunes, ines@shop.example, gracias.",
    "absence-without-a-sender": "Estoy fuera, escriba a otra, otra@shop.example, gracias.",
    "ticket-acknowledgement": "Your request was received.",
    "newsletter": "Buy now.",
    "apple-read-receipt": "Your message was displayed.",
    "postfix-relayed": "<ann@shop.example>: delivery via mx.shop.example",
    "feedback-not-spam": "This is an email abuse report.",
}
# Its status, the address of ours that it returns.
BOUNCED = {
    "gmail-bounce": ("5.1.1", BOUNCES),
    "exchange-bounce-fr": ("5.1.10", BOUNCES),
    "postfix-bounce": ("5.2.2", BOUNCES),
    "postfix-gave-up": ("4.4.1", BOUNCES),
    "apple-bounce-without-return-path": ("5.1.1", OURS),
    "two-recipients": ("5.1.1", BOUNCES),
    "exim-bounce": ("5.1.1", BOUNCES),
    "exim-bounce-old": ("5.1.1", BOUNCES),
    "qmail-bounce": ("5.1.1", BOUNCES),
    "yahoo-bounce-old": (None, BOUNCES),
    "qq-bounce-zh": ("5.1.1", BOUNCES),
}
DELAYED = {
    "gmail-delay": ("4.4.1", BOUNCES),
    "postfix-delay": ("4.4.1", BOUNCES),
    "exim-delay-old": ("4.7.1", None),
}
COMPLAINTS = ("yahoo-complaint", "complaint-without-return-path")


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes()


def test_every_sample_is_expected_to_be_something() -> None:
    expected = {*REPLIES, *KEEPS_THE_QUOTE, *AUTOMATIC, *BOUNCED, *DELAYED, *COMPLAINTS}
    assert {f.stem for f in SAMPLES.iterdir()} == expected


def test_a_file_counts_whether_it_is_attached_or_in_the_text() -> None:
    assert read(sample("apple-reply-with-picture")).has_files
    assert not read(sample("apple-reply-zh")).has_files


@pytest.mark.parametrize(
    ("size", "content_id", "counts"),
    [
        (3_000, "Content-ID: <logo@x>\n", False),
        (60_000, "Content-ID: <ii_1>\n", True),
        (60, "", True),
    ],
)
def test_a_logo_below_a_signature_is_no_file_and_a_screenshot_is(
    size: int, content_id: str, counts: bool
) -> None:
    picture = b64encode(b"x" * size).decode()
    raw = (
        "From: ann@shop.example\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related; boundary="B"\n\n'
        "--B\nContent-Type: text/html\n\n<p>Hello</p>\n"
        f'--B\nContent-Type: image/png; name="image001.png"\n{content_id}'
        f"Content-Transfer-Encoding: base64\n\n{picture}\n--B--\n"
    )
    assert read(raw.encode()).has_files is counts


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_is_what_the_person_wrote(name: str) -> None:
    incoming = read(sample(name))
    assert (incoming.kind, incoming.text) == (Kind.REPLY, REPLIES[name])
    assert incoming.recipients == (OURS,)
    assert incoming.references == (MESSAGE, CASE)
    assert incoming.sender
    assert incoming.sender.endswith("@shop.example")
    assert (incoming.status, incoming.returned) == (None, ())


@pytest.mark.parametrize("name", KEEPS_THE_QUOTE)
def test_an_answer_between_unmarked_lines_is_kept(name: str) -> None:
    incoming = read(sample(name))
    assert incoming.kind is Kind.REPLY
    assert all(words in incoming.text for words in KEEPS_THE_QUOTE[name])


@pytest.mark.parametrize("name", AUTOMATIC)
def test_an_automatic_answer_is_no_reply(name: str) -> None:
    incoming = read(sample(name))
    assert (incoming.kind, incoming.text) == (Kind.AUTOMATIC, AUTOMATIC[name])
    assert (incoming.status, incoming.returned) == (None, ())


def _reported(incoming: Incoming) -> tuple[Kind, str | None, str | None, str]:
    first = next(iter(incoming.returned), None)
    return incoming.kind, incoming.status, first, incoming.text


@pytest.mark.parametrize("name", BOUNCED)
def test_a_bounce_says_why_and_of_which_message(name: str) -> None:
    incoming = read(sample(name))
    assert _reported(incoming) == (Kind.BOUNCE, *BOUNCED[name], "")
    assert incoming.recipients == (BOUNCES,)
    assert MESSAGE in incoming.references


@pytest.mark.parametrize("name", DELAYED)
def test_a_delay_is_no_bounce(name: str) -> None:
    incoming = read(sample(name))
    assert _reported(incoming) == (Kind.DELAY, *DELAYED[name], "")
    assert incoming.recipients == (BOUNCES,)


@pytest.mark.parametrize("name", COMPLAINTS)
def test_a_complaint_says_of_which_message(name: str) -> None:
    incoming = read(sample(name))
    assert _reported(incoming) == (Kind.COMPLAINT, None, BOUNCES, "")
    assert MESSAGE in incoming.references


@pytest.mark.parametrize("file", sorted(SAMPLES.iterdir()), ids=lambda f: f.stem)
def test_line_ends_change_nothing(file: Path) -> None:
    unix = file.read_bytes().replace(b"\r\n", b"\n")
    incoming, same = read(unix), read(unix.replace(b"\n", b"\r\n"))
    # Without a Message-ID the bytes are the id.
    assert replace(incoming, id="") == replace(same, id="")
