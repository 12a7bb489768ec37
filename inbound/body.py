"""Finds what a message says, as plain text."""

import unicodedata
from email.message import Message
from encodings.aliases import aliases

from inbound.html_text import plain
from inbound.message import children, content

# More than anybody types; what is quoted below it may be cut off.
_MOST_BYTES = 300_000
_MOST_TEXTS = 50
_SMALL_PICTURE = 20_000
"""Characters of a picture in base64: some 15 KB."""

# Only these names reach Python's codecs: it would remember every other name, and import by it.
# Not among them are encodings of host names, which take a time that grows with the square of the
# length.
_CHARSETS = (set(aliases) | set(aliases.values()) | {"utf_8_sig"}) - {
    *("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"),
    *("base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec"),
}

# What mail programs call by the name of a smaller charset. A byte that only the larger one has
# would be lost.
_LARGER = {
    **dict.fromkeys(("gb2312", "gb_2312_80", "gbk", "936", "cp936", "ms936"), "gb18030"),
    **dict.fromkeys(("iso_8859_1", "iso8859_1", "latin_1", "latin1", "l1", "8859"), "cp1252"),
    **dict.fromkeys(("ascii", "us_ascii", "646"), "utf_8"),
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}


def text_of(message: Message) -> str:
    """What `message` says outside of its attachments, as plain text; "" if nothing."""
    return _readable(_said(message))


def has_files(message: Message) -> bool:
    """Whether a file comes with `message`, attached or, as Apple Mail sends it, in the text.

    A small picture that HTML shows by its Content-ID is none: most are logos. A screenshot is
    larger.
    """
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if _is_attachment(part):
            return True
        is_related = part.get_content_type() == "multipart/related"
        waiting += [p for p in children(part) if not (is_related and _is_decoration(p))]
    return False


def _is_decoration(part: Message) -> bool:
    """Whether it is a small picture that the text shows, such as a logo below a signature."""
    is_shown = part.get_content_maintype() == "image" and "Content-ID" in part
    return is_shown and len(str(part.get_payload())) < _SMALL_PICTURE


def _said(part: Message) -> str:
    subtype = part.get_content_subtype()
    if part.get_content_maintype() == "multipart":
        if subtype == "alternative":
            return _best(children(part))
        # People go on to write after a picture, and Apple Mail makes a part of that.
        inline = [p for p in children(part) if not _is_attachment(p)][:_MOST_TEXTS]
        texts = [text for p in inline if (text := _said(p)).strip()]
        # Only the first is the text; the others are pictures in it.
        return texts[0] if subtype == "related" and texts else "\n\n".join(texts)
    is_text = part.get_content_maintype() == "text" and subtype in ("plain", "html", "enriched")
    if not is_text or part.is_multipart():
        return ""
    text = decoded(part)
    return plain(text) if subtype == "html" else text


def _best(alternatives: list[Message]) -> str:
    """The plain text, or the first of the others that says something."""
    parts = sorted(alternatives[:_MOST_TEXTS], key=lambda p: p.get_content_type() != "text/plain")
    return next((text for p in parts if (text := _said(p)).strip()), "")


def _is_attachment(part: Message) -> bool:
    disposition = part.get_content_disposition()
    return disposition == "attachment" or part.get_filename() is not None


def decoded(part: Message) -> str:
    """The text of `part`, whatever it says of its charset."""
    raw = content(part)[:_MOST_BYTES]
    name = (part.get_content_charset() or "").replace("-", "_")
    name = _LARGER.get(name, name)
    if name in _CHARSETS and name != "utf_8":
        return raw.decode(name, "replace")
    try:
        # The last character may be cut off.
        return raw.decode("utf-8") if len(raw) < _MOST_BYTES else raw[:-4].decode("utf-8")
    except UnicodeDecodeError as error:
        cut_off = error.start >= len(raw) - 4
        return raw[: error.start].decode("utf-8") if cut_off else _not_utf_8(raw, name)


def _not_utf_8(raw: bytes, name: str) -> str:
    return raw.decode("utf-8" if name == "utf_8" else "cp1252", "replace")


def _readable(text: str) -> str:
    """Without what a `Paragraph` (domain/shared/text.py) refuses."""
    lines = text.replace("\r\n", "\n").translate(_LINE_ENDS).replace("\u00a0", " ")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


_LINE_ENDS = str.maketrans(dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n"))
