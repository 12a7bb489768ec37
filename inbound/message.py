"""Parses a message with the standard library, bounded in time and memory.

The parser takes time that grows with the square of some sizes: of a header's length, and of lines
times the depth of nesting. So these are bounded before it starts or while it reads.
"""

import re
from base64 import b64decode
from email.errors import InvalidBase64LengthDefect, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from itertools import islice

_MOST_CONTAINERS = 200
_MOST_LINES = 40_000
# Each line is compared with the boundary of each part around it.
_MOST_COMPARISONS = 1_600_000
_LONGEST_HEADER = 20_000
# Parameters are split in a time that grows with the square of their number and length.
_LONGEST_MIME_HEADER = 1_000
_MOST_PARAMETERS = 50
_NO_BASE64 = re.compile("[^A-Za-z0-9+/]")
_LINE_END = re.compile(rb"\r\n|\r|\n")


class _Bounded(Compat32):
    """A policy that never fails on a header, and keeps no more than the start of a long one."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        if not name.lower().startswith("content-"):
            return name, value[:_LONGEST_HEADER]
        return name, ";".join(value[:_LONGEST_MIME_HEADER].split(";")[: _MOST_PARAMETERS + 1])

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


_PARSER = BytesParser(policy=_Bounded())


def parse(raw: bytes) -> Message:
    """Parse `raw`, which may end anywhere. Raises ValueError if it is no message."""
    raw = raw.lstrip(b"\r\n")
    containers = raw.lower().count(b"multipart/")
    if containers > _MOST_CONTAINERS:
        raise ValueError("it has too many parts that hold parts")
    most_lines = min(_MOST_LINES, _MOST_COMPARISONS // (containers + 1))
    message = _PARSER.parsebytes(_first_lines(raw, most_lines))
    if not message.keys():
        raise ValueError("it has no header")
    return message


def _first_lines(raw: bytes, most: int) -> bytes:
    end = next(islice(_LINE_END.finditer(raw), most, None), None)
    return raw[: end.end()] if end else raw


def children(part: Message) -> list[Message]:
    """The parts that `part` holds, none if it holds none."""
    payload = part.get_payload()
    return [p for p in payload if isinstance(p, Message)] if isinstance(payload, list) else []


def content(part: Message) -> bytes:
    """What `part` says, its transfer encoding undone as far as it goes."""
    try:
        payload = part.get_payload(decode=True)
    except ValueError:  # a broken uuencoding
        return b""
    if any(isinstance(defect, InvalidBase64LengthDefect) for defect in part.defects):
        # Cut off after the first letter of four: then the library decodes nothing at all.
        letters = _NO_BASE64.sub("", str(part.get_payload()))
        return b64decode(letters[: len(letters) // 4 * 4])
    return payload if isinstance(payload, bytes) else b""


def decoded_header(text: str) -> str:
    """Decode the words of a header that are encoded (RFC 2047), or return it as it stands."""
    try:
        return str(make_header(decode_header(text)))
    except (MessageError, LookupError, ValueError):
        return text


def headers(text: bytes) -> Message:
    """Parse the header lines at the start of `text`."""
    return _PARSER.parsebytes(text, headersonly=True)
