"""Messages made to hurt, a megabyte each."""

import base64

MEGABYTE = 1_000_000


def filled(pattern: bytes, size: int = MEGABYTE) -> bytes:
    return pattern * (size // len(pattern))


def message(body: bytes, kind: bytes = b"text/plain; charset=utf-8", *headers: bytes) -> bytes:
    lines = (b"From: ann@shop.example", *headers, b"Content-Type: " + kind)
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def from_server(body: bytes, *headers: bytes) -> bytes:
    lines = (b"Return-Path: <>", b"From: MAILER-DAEMON@mx.example", b"X-Mailer: <SMTP32 v1")
    return b"\r\n".join((*lines, *headers)) + b"\r\n\r\n" + body


def _nested(depth: int) -> bytes:
    part = 'Content-Type: multipart/mixed; boundary="b{0}"\r\n\r\n--b{0}\r\n'
    return b"From: ann@shop.example\r\n" + b"".join(part.format(i).encode() for i in range(depth))


def _lines(pattern: bytes) -> bytes:
    """Lines as long as are looked at as a whole."""
    return filled(filled(pattern, 499) + b"\n")


_MIXED = b'multipart/mixed; boundary="B"'
_REPORT = message(
    b"--B\r\nContent-Type: message/delivery-status\r\n\r\n",
    b'multipart/report; report-type=delivery-status; boundary="B"',
)

STRUCTURE = {
    "10,000 parts": message(filled(b"--B\r\nContent-Type: text/plain\r\n\r\nhi\r\n"), _MIXED),
    "parts of HTML": message(filled(b"--B\r\nContent-Type: text/html\r\n\r\n<b>\r\n"), _MIXED),
    "a digest": message(filled(b"--B\r\n\r\nTo: x\r\n\r\n"), b'multipart/digest; boundary="B"'),
    "5,000 deep": _nested(5000),
    "deep, with many lines": _nested(40) + filled(b"\n"),
    "messages in messages": b"From: a@b.example\r\n" + filled(b"Content-Type: message/rfc822\n\n"),
    "parts with long types": message(
        filled(b"--B\r\nContent-Type: text/plain" + b';"' * 400 + b"\r\n\r\n"), _MIXED
    ),
}
HEADERS = {
    "many headers": b"From: a@b.example\r\n" + filled(b"X-A: b\r\n") + b"\r\nhi",
    "many recipients' headers": b"From: a@b.example\r\n" + filled(b"To: a@b.example\r\n") + b"\r\n",
    "an endless header": b"Subject: " + filled(b"a"),
    "an endless name": filled(b"a") + b": b",
    "a header of a million lines": b"From: a@b.example\r\nTo: x"
    + filled(b"\r\n y")
    + b"\r\n\r\nhi",
    "a million parameters": message(b"", b"multipart/mixed" + filled(b";")),
    "quoted parameters": message(b"", b"multipart/mixed" + filled(b'";";')),
    "an endless boundary": message(b"", b"multipart/mixed; boundary=" + filled(b"x")),
    "many addresses": b"From: a@b.example\r\nTo: " + filled(b"a@b.example, ") + b"\r\n\r\nhi",
    "many senders": b"From: " + filled(b"a@b.example, ") + b"\r\n\r\nhi",
    "comments in comments": b"From: " + filled(b"(") + b"\r\n\r\nhi",
    "quotes in recipients": b"From: a@b.example\r\nTo: " + filled(b'"\\') + b"\r\n\r\nhi",
    "open references": b"From: a@b.example\r\nReferences: " + filled(b"<") + b"\r\n\r\nhi",
}
CODING = {
    "null bytes": message(filled(b"\0")),
    "nothing but null bytes": filled(b"\0"),
    "broken UTF-8": message(filled(b"\xff")),
    **{
        f"charset {name}": message(filled(pattern), b"text/plain; charset=" + name.encode())
        for name, pattern in {
            "gb2312": b"\xff\x81",
            "punycode": b"z",
            "idna": b"z",
            "utf-7": b"+AAA",
            "hz": b"~{",
            "iso-2022-jp": b"\x1b$B",
            "utf-16": b"\xd8\x00",
            "unicode_escape": b"\\u1",
            "no-such": b"\xe9",
            "": b"\xe9",
            "..\\..\\x": b"\xe9",
            "x" * 500: b"\xe9",
        }.items()
    },
    "broken base64": message(filled(b"=*"), b"text/plain", b"Content-Transfer-Encoding: base64"),
    "unpadded base64": message(filled(b"SGk"), b"text/plain", b"Content-Transfer-Encoding: base64"),
    "quoted-printable": message(
        filled(b"="), b"text/plain", b"Content-Transfer-Encoding: quoted-printable"
    ),
    "uuencode": message(
        b"begin 666 x\n" + filled(b"M"), b"text/plain", b"Content-Transfer-Encoding: x-uuencode"
    ),
}
WORDS = {
    pattern[:30]: message(filled(pattern.encode()))
    for pattern in (
        *("\n", "\r", " ", " \n", "\n\n \n", "> ", ">", "> x\ny\n", "* ", "* " * 120 + "\n"),
        *("On ", "On wrote:\n", "On " + "a " * 120 + "\n", "On " + "On wrote " * 27 + "\n"),
        *("From:\n", "From: \n", "From:To:Sent:", "From: a@b 10:10\nTo: x\nSubject: y\n\n"),
        *("Le " + "a écrit " * 20 + "\n", "El " + " escribió" * 20 + "\n"),
        *("2026年1月5日" * 12 + "\n", "_" * 40 + "\n\n\n", "a@", "1:@b:\n", "2026<a@" * 30 + ":\n"),
        *("-----Original Message" + "-" * 200 + "\n", "On 1 a@b 10:10 wrote:\n> x\nanswer\n"),
    )
}
HTML = {
    pattern[:30]: message(filled(pattern.encode()), b"text/html; charset=utf-8")
    for pattern in (
        *(
            "<",
            "<a",
            "<!--",
            "<!-- --",
            "<!",
            "<![CDATA[",
            "<![x",
            "<?",
            "</",
            "</a",
            "<b>",
            "<p> ",
        ),
        *('<blockquote type="cite">', "<style>", "<script></", "<title>", "<!DOCTYPE [", "<br>\n"),
        *("&", "&a", "&#1", "&#x" + "1" * 5000, "&" + "a" * 40, "&#xd800;", "&#0;"),
        *("<a b=' ", "<a " + "b " * 50, '<a b="', "<a /", "<a ='\""),
    )
}
REPORTS = {
    **{
        f"{form}: {pattern[:20]!r}": from_server(body, *headers)
        for pattern in (
            *(b"a@", b", ", b"<", b"x", b" ", b" x ", b"\n", b"*\t", b"5.1.", b"rcpt to: <"),
            *(b"The following addresses had\n", b"the postfix\n<", b" (expanded from: <a@"),
            *(b"user mailbox", b"undeliverable  ", b"Return-Path: x\n"),
        )
        for form, body, headers in (
            ("one line", filled(pattern), ()),
            ("lines", _lines(pattern), ()),
            (
                "base64",
                base64.encodebytes(filled(pattern, 700_000)),
                (b"Content-Transfer-Encoding: base64",),
            ),
        )
    },
    "many recipients": _REPORT + filled(b"Action: relayed\r\n\r\n"),
    "many recipients beyond ASCII": (
        _REPORT.replace(b"/delivery-", b"/global-delivery-") + filled(b"Action: relayed\r\n\r\n")
    ),
    "many reports": _REPORT + filled(b"Action: x\r\n\r\n--B\r\nContent-Type: message/x\r\n\r\n"),
    "an endless status": _REPORT + b"Status: " + filled(b"5."),
}
ALL = {
    f"{group}: {name}": raw[:MEGABYTE]
    for group, messages in {
        "structure": STRUCTURE,
        "headers": HEADERS,
        "coding": CODING,
        "words": WORDS,
        "html": HTML,
        "reports": REPORTS,
    }.items()
    for name, raw in messages.items()
}
