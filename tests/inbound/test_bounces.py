"""What a report of a mail server says (RFC 3464, RFC 5965), and what is none."""

import pytest

from domain.case.events import ReceiveBounce
from inbound.incoming import Incoming, read
from inbound.kind import Kind
from inbound.updates import update_of
from reference.mail_tokens import SentEmail
from tests.inbound.test_samples import BOUNCES, OURS, sample


def report(
    *blocks: str,
    root: str = "multipart/report; report-type=delivery-status",
    status_type: str = "message/delivery-status",
    sender: str = "mailer@mx.example",
    subject: str = "Your account",
    returned: str = "",
) -> Incoming:
    fields = "\n".join(f"{block}\n" for block in ("Reporting-MTA: dns; mx.example", *blocks))
    third = f"--B\n{returned}\n" if returned else ""
    return read(
        f"From: {sender}\nSubject: {subject}\nMIME-Version: 1.0\n"
        f'Content-Type: {root}; boundary="B"\n\n--B\n\nSee below.\n'
        f"--B\nContent-Type: {status_type}\n\n{fields}\n{third}--B--\n".encode()
    )


def block(action: str = "", status: str = "", said: str = "") -> str:
    lines = [
        "Final-Recipient: rfc822; ann@shop.example",
        *([f"Action: {action}"] if action else []),
        *([f"Status: {status}"] if status else []),
        *([f"Diagnostic-Code: smtp; {said}"] if said else []),
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("failed", "5.1.1", Kind.BOUNCE),
        ("Failed (user unknown)", "5.1.1", Kind.BOUNCE),
        ("error", "5.0.0", Kind.BOUNCE),  # OpenSMTPD
        ("failed", "4.4.7", Kind.BOUNCE),
        ("delayed", "4.4.1", Kind.DELAY),
        ("delayed", "5.1.1", Kind.DELAY),
        ("", "5.1.1", Kind.BOUNCE),
        ("", "4.2.2", Kind.DELAY),
        ("", "2.0.0", Kind.AUTOMATIC),
        ("", "", Kind.AUTOMATIC),
        ("delivered", "2.1.5", Kind.AUTOMATIC),
        ("relayed", "2.1.9", Kind.AUTOMATIC),
        ("expanded", "2.0.0", Kind.AUTOMATIC),
    ],
)
def test_the_action_decides_and_without_one_the_status(
    action: str, status: str, kind: Kind
) -> None:
    incoming = report(block(action, status))
    assert incoming.kind is kind
    assert incoming.status == (None if kind is Kind.AUTOMATIC else status)


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_recipients_one_failure_is_a_bounce(order: int) -> None:
    blocks = [block("delayed", "4.4.1"), block("failed", "5.2.2"), block("relayed", "2.0.0")]
    incoming = report(*blocks[::order])
    assert (incoming.kind, incoming.status) == (Kind.BOUNCE, "5.2.2")


@pytest.mark.parametrize(
    ("status", "said", "known"),
    [
        ("5.0.0", "550 5.1.1 unknown", "5.1.1"),
        ("", "550 5.1.1 unknown", "5.1.1"),
        ("5.2.2", "550 5.1.1 unknown", "5.2.2"),
        ("5.0.0", "550 mx 5.1.1.9 refused", "5.0.0"),
        ("5.0.0", "550 at 192.5.1.1", "5.0.0"),
        ("nonsense", "550 unknown", None),
        # A failure whose code is one of success, as some servers report it.
        ("2.0.0", "550 unknown", None),
        ("2.0.0", "550 5.1.1 unknown", "5.1.1"),
        ("5.0.0", "250 2.1.5 ok", "5.0.0"),
        ("\u0665.\u0661.\u0661", "550 unknown", None),
    ],
)
def test_the_status_is_the_code_that_says_most(status: str, said: str, known: str | None) -> None:
    came_back = report(block("failed", status, said))
    assert came_back.status == known
    update, event = update_of(came_back, SentEmail("", "", 3))
    assert (update, event) == ("receive_bounce", ReceiveBounce(by="mail", attempt=3, code=known))


def test_a_report_about_an_address_beyond_ascii_is_read() -> None:
    incoming = report(
        block("failed", "5.1.1").replace("rfc822; ann", "utf-8; josé"),
        status_type="message/global-delivery-status",
    )
    assert (incoming.kind, incoming.status) == (Kind.BOUNCE, "5.1.1")


@pytest.mark.parametrize(
    "part",
    [
        "Content-Type: message/rfc822\n\n{}\n\nDear Ann",
        "Content-Type: message/global\n\n{}\n\nDear Ann",
        "Content-Type: text/rfc822-headers\n\n{}",
        "Content-Type: message/global-headers\n\n{}",
        "Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: quoted-printable\n\n{}",
    ],
)
@pytest.mark.parametrize(
    ("headers", "returned"),
    [
        # A server that forwards an e-mail may put its own address first.
        (f"Return-Path: <a@b.example>\nReply-To: {OURS}", ("a@b.example", OURS)),
        (f"Return-Path: <{BOUNCES}>\nReply-To: {BOUNCES}", (BOUNCES,)),
        (f"Return-Path: <>\nReply-To: Case72 <{OURS}>", (OURS,)),
        ("Reply-To: no address", ()),
    ],
)
def test_what_is_returned_names_our_message(
    part: str, headers: str, returned: tuple[str, ...]
) -> None:
    original = f"Message-ID: <1@market.example>\nIn-Reply-To: <0@market.example>\n{headers}"
    incoming = report(block("failed", "5.1.1"), returned=part.format(original))
    assert incoming.returned == returned
    assert incoming.references == ("<1@market.example>", "<0@market.example>")


def test_two_reports_are_two_though_their_server_gives_both_one_name() -> None:
    first = sample("postfix-bounce")
    second = first.replace(b"bounce+7f3c9a.b21d@", b"bounce+7f3c9a.c44e@")
    assert read(first).id == read(first).id
    assert read(first).id != read(second).id


def test_a_subject_makes_no_report() -> None:
    said = sample("qmail-bounce").split(b"\n\n", 1)[1]
    head = b"From: ann@shop.example\nSubject: failure notice\nReturn-Path: <ann@shop.example>\n\n"
    assert read(head + said).kind is Kind.REPLY


def test_a_report_that_a_person_attaches_is_none() -> None:
    person = report(block("failed", "5.1.1"), root="multipart/mixed", sender="ann@shop.example")
    assert person.kind is Kind.REPLY
    server = report(block("failed", "5.1.1"), root="multipart/mixed", sender="MAILER-DAEMON")
    assert server.kind is Kind.BOUNCE


def test_a_report_of_success_is_no_bounce_whatever_it_says() -> None:
    raw = sample("postfix-bounce").replace(b"Action: failed", b"Action: relayed")
    assert read(raw).kind is Kind.AUTOMATIC


@pytest.mark.parametrize(
    ("root", "kind"),
    [
        ("multipart/report", Kind.BOUNCE),
        ("multipart/report; report-type=delivery-status", Kind.BOUNCE),
        ("multipart/report; report-type=disposition-notification", Kind.AUTOMATIC),
        ("multipart/mixed", Kind.REPLY),
    ],
)
def test_a_report_without_a_part_for_machines_is_read_by_its_words(root: str, kind: Kind) -> None:
    raw = (
        f'From: x@mx.example\nContent-Type: {root}; boundary="B"\n\n--B\n'
        "Content-Type: text/plain\n\nHi. This is the qmail-send program at mx.example.\n"
        "I'm afraid I wasn't able to deliver your message\n\n"
        "<ann@shop.example>:\nno mailbox\n\n--B--\n"
    )
    assert read(raw.encode()).kind is kind


def test_a_server_s_words_that_nobody_knows_are_no_bounce() -> None:
    unknown = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\n\nZustellung nicht erfolgt."
    assert read(unknown.encode()).kind is Kind.AUTOMATIC


@pytest.mark.parametrize("kind", ["abuse", "Fraud", "virus", "other", "opt-out"])
def test_who_reports_us_complains(kind: str) -> None:
    raw = sample("yahoo-complaint").replace(b"Type: abuse", b"Type: " + kind.encode())
    assert read(raw).kind is Kind.COMPLAINT


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "dmarc", ""])
def test_a_machine_s_report_is_no_complaint(kind: str) -> None:
    raw = sample("yahoo-complaint").replace(b"Type: abuse", b"Type: " + kind.encode())
    assert read(raw).kind is Kind.AUTOMATIC
