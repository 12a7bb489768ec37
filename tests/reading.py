"""E-mails as a person reads them: the words of each part, and what the HTML is made of."""

import re
from email.message import EmailMessage, MIMEPart
from html.parser import HTMLParser

_INLINE = {"strong", "em", "a", "code"}
_HEAD = {"title", "style"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self._silent = tag in _HEAD
        self.text += "" if tag in _INLINE else " "

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")
        self._silent = False
        self.text += "" if tag in _INLINE else " "

    def handle_data(self, data: str) -> None:
        self.text += "" if self._silent else data


def part_of(message: EmailMessage, kind: str) -> str:
    """The text of the part `plain` or `html`, with the line breaks of this machine."""
    part = message.get_body((kind,))
    assert isinstance(part, MIMEPart)
    return str(part.get_content()).replace("\r\n", "\n")


def text_of(message: EmailMessage) -> str:
    """The words of the plain text, in one line."""
    return " ".join(part_of(message, "plain").split())


def read_html(html: str) -> _Reader:
    """The words, tags and links of a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def words_shown(html: str) -> list[str]:
    """The words that somebody sees, in order."""
    return read_html(html).text.split()


def words_written(text: str) -> list[str]:
    """The words of plain text, without what is Markdown of ours: underlines, dashes, quotes."""
    lines = [line for line in text.split("\n") if not re.fullmatch("-+", line)]
    return " ".join(re.sub("^(- |>( |$))", "", line) for line in lines).split()
