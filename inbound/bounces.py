"""Reads the reports that mail servers send about e-mails of ours: bounces, delays, complaints.

Whether a message is one is decided by its structure, never by its subject or its words.
"""

import logging
import re
from dataclasses import dataclass
from email.message import Message

from flufl.bounce import all_failures

from inbound.automatic import has_empty_sender, is_from_daemon
from inbound.kind import Kind
from inbound.message import children, content, headers, parse

# It logs the traceback of its failures, which may quote the message.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)

# Servers that keep to no standard say what happened before they quote the e-mail. flufl.bounce
# tries some hundred patterns on each line.
_LOOKED_AT = 24_000
_LONGEST_LINE = re.compile(rb"([^\r\n]{500})[^\r\n]+")
_MOST_BLOCKS = 200
_MOST_RETURNED = 64_000

# A code of success (2) says nothing of why an e-mail came back.
_STATUS = re.compile(r"(?<![\d.])([45])\.([0-9]{1,3})\.([0-9]{1,3})(?![\d.]*\d)")
_RETURNED_MESSAGE = ("message/rfc822", "message/global")
_RETURNED_HEADERS = ("text/rfc822-headers", "message/global-headers")
# RFC 5965. The others are no complaints: `not-spam` praises, `auth-failure` is from a machine.
_COMPLAINTS = {"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list", "miscategorized"}


@dataclass(frozen=True)
class Report:
    """What a report says; `original` has the headers of our e-mail, as far as it returns them."""

    kind: Kind
    status: str | None
    original: Message | None


def report_in(message: Message, raw: bytes) -> Report | None:
    """The report that `message` is; None if it is none, or none about a failure."""
    is_report = message.get_content_type() == "multipart/report"
    if not (is_report or has_empty_sender(message) or is_from_daemon(message)):
        return None
    blocks = [b for part in _parts(message) for b in _blocks(part)][:_MOST_BLOCKS]
    if any("Action" in block or "Status" in block for block in blocks):
        return _standard(message, blocks)
    return _complaint(message) or _other(message, raw)


def _complaint(message: Message) -> Report | None:
    for part in _parts(message):
        if part.get_content_type() == "message/feedback-report":
            for fields in children(part):
                if _field(fields, "Feedback-Type").lower() in _COMPLAINTS:
                    original = _original(message) or headers(b"")
                    if "Return-Path" not in original and "Original-Mail-From" in fields:
                        original["Return-Path"] = _field(fields, "Original-Mail-From")
                    return Report(Kind.COMPLAINT, None, original)
    return None


def _standard(message: Message, blocks: list[Message]) -> Report | None:
    """The RFC 3464 report in `message`, if it is about a failure.

    Our e-mails have one recipient each. Where theirs forwards to several, one failure is a bounce:
    servers often leave out those that it reached.
    """
    found: dict[Kind, str | None] = {}
    for block in blocks:
        kind = _kind_of(block)
        if kind is not None and found.get(kind) is None:
            found[kind] = _status_of(block)
    for kind in (Kind.BOUNCE, Kind.DELAY):
        if kind in found:
            return Report(kind, found[kind], _original(message))
    return None


def _blocks(part: Message) -> list[Message]:
    """The message's fields, then each recipient's."""
    if part.get_content_type() == "message/delivery-status":
        return children(part)[:_MOST_BLOCKS]
    # RFC 6533 has the same for addresses beyond ASCII. The standard library takes the first block
    # for the headers of a message, the rest for its text.
    found: list[Message] = []
    if part.get_content_type() == "message/global-delivery-status":
        for block in children(part)[:1]:
            rest = re.split(rb"(?:\r?\n){2,}", content(block), maxsplit=_MOST_BLOCKS)
            found += [block, *(headers(fields) for fields in rest if fields.strip())]
    return found


def _kind_of(block: Message) -> Kind | None:
    # Some servers put a comment behind the word; OpenSMTPD says `error`.
    action = _field(block, "Action").lower()
    if action.startswith(("fail", "error")):
        # Also with a status of 4: the server tried for days, then gave up.
        return Kind.BOUNCE
    if action.startswith("delay"):
        return Kind.DELAY
    if action:
        return None  # delivered, relayed, expanded
    status = _STATUS.match(_field(block, "Status"))
    return {"5": Kind.BOUNCE, "4": Kind.DELAY}.get(status[1]) if status else None


def _status_of(block: Message) -> str | None:
    """The status code; that of the server which refused if its own says nothing (Exim: 5.0.0)."""
    status = _STATUS.match(_field(block, "Status"))
    diagnostic = _STATUS.search(_field(block, "Diagnostic-Code")[:1000])
    if diagnostic and (not status or status[0].endswith(".0.0")):
        return diagnostic[0]
    return status[0] if status else None


def _other(message: Message, raw: bytes) -> Report | None:
    """What a server says that keeps to no standard: qmail's, and those of old or large services.

    flufl.bounce knows them by their words, which a person could quote. So a server must have sent
    it. An absence notice has an empty sender too, but not a server's address.
    """
    of_delivery = message.get_param("report-type") in (None, "delivery-status")
    is_report = message.get_content_type() == "multipart/report" and of_delivery
    if not (is_report or is_from_daemon(message) or "X-Failed-Recipients" in message):
        return None
    start = parse(_LONGEST_LINE.sub(rb"\1", raw[:_LOOKED_AT]))
    try:
        temporary, permanent = all_failures(start)
    except (AssertionError, LookupError, TypeError, ValueError):
        return None  # a damaged message, on which a detector fails
    if not temporary and not permanent:
        return None
    said = b"".join(content(p) for p in _parts(message)[:10] if not p.is_multipart())
    text = said[:_MOST_RETURNED].decode("latin-1")
    kind = Kind.BOUNCE if permanent else Kind.DELAY
    status = next((s for s in _STATUS.finditer(text) if s[1] in _CLASSES[kind]), None)
    return Report(kind, status[0] if status else None, _original(message) or _in_text(text))


_CLASSES = {Kind.BOUNCE: "5", Kind.DELAY: "4"}

_RETURNED_FIELD = re.compile(
    r"^[ \t]*((?:Return-Path|Reply-To|Message-ID|In-Reply-To|References):[^\n]{1,1000})$",
    re.IGNORECASE | re.MULTILINE,
)


def _in_text(text: str) -> Message:
    """The headers of our e-mail that stand in the text itself."""
    lines = [m[1].strip() for m in _RETURNED_FIELD.finditer(text.replace("\r", ""))][:20]
    return headers("\n".join(lines).encode("latin-1"))


def _parts(message: Message) -> list[Message]:
    """`message` and what it holds, but nothing of a message that it returns or forwards."""
    found: list[Message] = []
    waiting = [message]
    while waiting and len(found) < _MOST_BLOCKS:
        part = waiting.pop(0)
        found.append(part)
        if part.get_content_maintype() == "multipart":
            waiting += children(part)[:_MOST_BLOCKS]
    return found


def _original(message: Message) -> Message | None:
    for part in _parts(message):
        if part.get_content_type() in _RETURNED_MESSAGE and part.is_multipart():
            return next(iter(children(part)), None)
        if part.get_content_type() in _RETURNED_HEADERS:
            text = content(part) or b"".join(c.as_bytes() for c in children(part)[:1])
            return headers(text[:_MOST_RETURNED].lstrip())
    return None


def _field(block: Message, name: str) -> str:
    return str(block.get(name, "")).strip()
