"""Which signs make an answer a machine's (RFC 3834). In doubt a person wrote it."""

import pytest

from inbound.incoming import read
from inbound.kind import Kind
from tests.inbound.hostile import message

REPLY_TO_OURS = "In-Reply-To: <3f2a.1@mail.market.example>"
ABSENCE = "Subject: Out of office"


def kind(*headers: str) -> Kind:
    return read(message(b"Hello", b"text/plain", *(h.encode() for h in headers))).kind


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (vacation)",
        "Auto-Submitted: AUTO-NOTIFIED; owner-email=a@shop.example",
        "X-Autoreply: yes",
        "X-Autorespond: Your account",
        "X-AutoReply-From: ann@shop.example",
        "X-Mail-Autoreply: 1",
        "X-FC-MachineGenerated: true",
        "Precedence: auto_reply",
        "Precedence: junk",
        "X-Precedence: auto_reply",
        "Return-Path: <>",
    ],
)
def test_one_sure_sign_is_enough(header: str) -> None:
    assert kind(header, REPLY_TO_OURS) is Kind.AUTOMATIC


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: no",
        "Auto-Submitted: No (typed by hand)",
        "Auto-Submitted:",
        "X-Autoreply: no",
        "X-FC-MachineGenerated: false",
        "Precedence: bulk",
        "Precedence: list",
        "Precedence: first-class",
        "List-Id: <team.shop.example>",
        "List-Unsubscribe: <https://shop.example/u>",
        "X-Auto-Response-Suppress: All",
        "X-Loop: shop",
        "Return-Path: <ann@shop.example>",
        ABSENCE,
        "Subject: =?utf-8?B?6Ieq5Yqo5Zue5aSN?=",
        "Subject: =?broken?B?6Ieq?=",
    ],
)
def test_what_people_s_answers_have_too_is_no_sign_by_itself(header: str) -> None:
    assert kind(header, REPLY_TO_OURS) is Kind.REPLY


@pytest.mark.parametrize(
    "header",
    [
        "Precedence: bulk",
        "List-Unsubscribe: <https://shop.example/u>",
        "X-Auto-Response-Suppress: OOF",
        "X-Loop: shop",
    ],
)
@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Your account",
        "Auto-reply",
        "Out of the office until Monday",
        "=?utf-8?Q?R=C3=A9ponse_automatique_=3A_Votre_compte?=",
        "Respuesta =?utf-8?Q?autom=C3=A1tica?=: Su cuenta",
        "=?utf-8?B?6Ieq5Yqo5Zue5aSNOiDmgqjnmoTotKbmiLc=?=",
    ],
)
def test_the_subject_of_an_absence_counts_with_another_sign(header: str, subject: str) -> None:
    assert kind(header, f"Subject: {subject}", REPLY_TO_OURS) is Kind.AUTOMATIC
    # Here a person answers such a notice.
    assert kind(header, f"Subject: Re: {subject}", REPLY_TO_OURS) is Kind.REPLY


GENERATED = "Auto-Submitted: auto-generated"
SUPPRESSES = "X-Auto-Response-Suppress: All"


@pytest.mark.parametrize(
    ("headers", "may_be"),
    [
        ((GENERATED, SUPPRESSES, REPLY_TO_OURS), True),  # Zendesk, whoever typed it
        ((GENERATED, REPLY_TO_OURS), True),
        ((GENERATED, SUPPRESSES), False),
        ((GENERATED, SUPPRESSES, REPLY_TO_OURS, "Subject: Automatic reply: hello"), False),
        ((GENERATED, REPLY_TO_OURS, "Return-Path: <>"), False),
        (("Auto-Submitted: auto-replied", SUPPRESSES, REPLY_TO_OURS), False),
        (("Precedence: bulk", SUPPRESSES, REPLY_TO_OURS), True),
        (("List-Unsubscribe: <https://a.example>", "X-Loop: 1", REPLY_TO_OURS), True),
        (("Precedence: bulk", SUPPRESSES), False),
        (("Precedence: junk", SUPPRESSES, REPLY_TO_OURS), False),
    ],
)
def test_what_seems_a_machine_s_at_a_help_desk_may_be_typed_by_a_person(
    headers: tuple[str, ...], may_be: bool
) -> None:
    incoming = read(message(b"Hello", b"text/plain", *(h.encode() for h in headers)))
    assert (incoming.kind, incoming.may_be_person) == (Kind.AUTOMATIC, may_be)


def test_two_unsure_signs_are_enough() -> None:
    assert kind("X-Loop: 1", "X-Auto-Response-Suppress: All", REPLY_TO_OURS) is Kind.AUTOMATIC


@pytest.mark.parametrize("sender", ["noreply", "no-reply+7", "do-not-reply", "donotreply"])
def test_an_address_that_nobody_reads_is_an_unsure_sign(sender: str) -> None:
    head = f"From: Shop <{sender}@shop.example>\n{REPLY_TO_OURS}\n"
    assert read(f"{head}\nHi".encode()).kind is Kind.REPLY
    assert read(f"{head}X-Loop: 1\n\nHi".encode()).kind is Kind.AUTOMATIC


@pytest.mark.parametrize("header", ["Precedence: bulk", "List-Id: <news.shop.example>"])
def test_mail_to_many_that_answers_nothing_is_automatic(header: str) -> None:
    assert kind(header) is Kind.AUTOMATIC


POSTMASTER = "From: Ben <postmaster@shop.example>"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (f"{POSTMASTER}\nReturn-Path: <postmaster@shop.example>", Kind.REPLY),
        (f"{POSTMASTER}\n{REPLY_TO_OURS}", Kind.REPLY),
        (f"{POSTMASTER}\nReturn-Path: <>\n{REPLY_TO_OURS}", Kind.AUTOMATIC),
        (POSTMASTER, Kind.AUTOMATIC),
        ("From: MAILER-DAEMON\nReturn-Path: <x@shop.example>", Kind.AUTOMATIC),
        ("From: Mail Delivery System <>", Kind.AUTOMATIC),
        ("From: ben@shop.example\nReturn-Path: <MAILER-DAEMON@shop.example>", Kind.AUTOMATIC),
    ],
)
def test_who_looks_after_a_mail_server_is_a_person(headers: str, expected: Kind) -> None:
    assert read(f"{headers}\n\nHello".encode()).kind is expected
