"""Turns HTML into plain text, with a `>` before what it marks as quoted."""

import re
from contextlib import suppress
from html.parser import HTMLParser

_BLOCKS = {
    *("address", "article", "blockquote", "body", "center", "div", "dl", "dd", "dt", "fieldset"),
    *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol"),
    *("p", "pre", "section", "table", "tr", "ul"),
}
_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6"}
_SILENT = {"script", "style", "title"}
_MOST_EVENTS = 60_000
_MOST_QUOTES = 20

_SPACE = re.compile(r"[ \t\n\r\f\v\u00a0]+")
# Python refuses to read a number of thousands of digits, and no character has more than 7.
_ENDLESS_NUMBER = re.compile(r"&#x?[0-9a-fA-F]{9,};?")


class _Enough(Exception):
    pass


def plain(html: str) -> str:
    """The text of `html`, without scripts and styles."""
    reader = _Reader()
    with suppress(_Enough):
        # The parser raises on an unknown `<![...`. What a browser makes of it is a comment. Nothing
        # is closed: after an unfinished tag the parser would look at each of the rest anew.
        reader.feed(_ENDLESS_NUMBER.sub("", html).replace("<![", "<!") + "\n")
    return "\n".join(reader.lines)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines = [""]
        self._open: list[bool] = []  # for each open blockquote: is it a quote?
        self._silent: str | None = None
        self._events = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._count()
        if tag in _SILENT:
            self._silent = tag
        elif tag in _BLOCKS:
            # An unfinished <title> ends here.
            self._silent = None
        if tag == "blockquote" and len(self._open) < _MOST_QUOTES:
            self._open.append(_is_quote(attrs))
        if tag == "br":
            self._new_line()
        elif tag in _BLOCKS:
            self._new_block(tag)
        elif tag in ("td", "th"):
            self._write(" ")

    def handle_endtag(self, tag: str) -> None:
        self._count()
        if tag == self._silent:
            self._silent = None
        if tag == "blockquote" and self._open:
            self._open.pop()
        if tag in _BLOCKS:
            self._new_block(tag)

    def handle_data(self, data: str) -> None:
        self._count()
        if self._silent is None:
            self._write(_SPACE.sub(" ", data))

    def _count(self) -> None:
        self._events += 1
        if self._events > _MOST_EVENTS:
            raise _Enough

    def _prefix(self) -> str:
        return "> " if any(self._open) else ""

    def _write(self, text: str) -> None:
        if self.lines[-1] in ("", "> "):
            text = text.lstrip(" ")
        self.lines[-1] += text

    def _new_line(self) -> None:
        self.lines.append(self._prefix())

    def _new_block(self, tag: str) -> None:
        if self.lines[-1] not in ("", "> "):
            self._new_line()
        else:
            self.lines[-1] = self._prefix()
        if tag in _PARAGRAPHS and len(self.lines) > 1 and self.lines[-2].strip("> "):
            self._new_line()


def _is_quote(attrs: list[tuple[str, str | None]]) -> bool:
    """Tell a quote from an indented paragraph, which Outlook and Gmail make a blockquote too."""
    values = {name: (value or "").lower() for name, value in attrs}
    marked = "cite" in values or values.get("type") == "cite" or "quote" in values.get("class", "")
    answered = values.get("id", "").startswith("isreplycontent")  # 163 and QQ
    return marked or answered or "border-left:" in values.get("style", "").replace(" ", "")
