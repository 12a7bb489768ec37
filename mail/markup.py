"""Prints the values of templates as plain text and as safe Markdown (docs/wording.md).

Templates are our own Markdown. Other people wrote the values of their variables, so a value must
never be read as Markdown. It must not make a heading, a list, a link or a paragraph.
"""

import re
import unicodedata
from collections.abc import Callable

from jinja2 import TemplateRuntimeError
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

_BREAKS = {"Cc", "Cs", "Zl", "Zp"}
# Embeddings, overrides and isolates. They also change the direction of our words after them.
_DIRECTION_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SPACES = re.compile("[^\\S\u00a0]+")  # no-break spaces stay
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")

_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def _mark_buttons(state: StateCore) -> None:
    """Mark each link that is a whole paragraph, so that the layout shows it as a button."""
    for token in state.tokens:
        parts = token.children or []
        if [part.type for part in parts] == ["link_open", "text", "link_close"]:
            parts[0].attrSet("class", "button")


_MARKDOWN.core.ruler.push("buttons", _mark_buttons)


class Marked(str):
    """Text that a filter has made safe, so it is not escaped again."""


def plain(value: object) -> str:
    """Return a value as one line of text.

    Raises:
        TemplateRuntimeError: the value is None. The template must check that before it prints.
    """
    if isinstance(value, Marked):
        return value
    if value is None:
        raise TemplateRuntimeError("prints a variable that can be none; check it with {% if %}")
    text = _DIRECTION_CONTROLS.sub("", str(value))
    text = "".join(" " if unicodedata.category(c) in _BREAKS else c for c in text)
    return _SPACES.sub(" ", text).strip()


def escaped(value: object) -> str:
    """Return a value as one line of Markdown, with all markup escaped."""
    if isinstance(value, Marked):
        return value
    return _PUNCTUATION.sub(r"\\\1", plain(value))


def to_html(markdown: str) -> str:
    """Convert Markdown to HTML. HTML in the Markdown is shown as text."""
    return str(_MARKDOWN.render(markdown))


def _lines(text: str) -> list[str]:
    return "\n".join(plain(line) for line in text.splitlines()).strip().split("\n")


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in _lines(text))


def _quoted_markdown(text: str) -> str:
    """Quote a text line by line. End each line with a break, except the last of a paragraph."""
    lines = [escaped(line) for line in _lines(text)]
    after = [*lines[1:], ""]
    return "\n".join(
        f"> {line}\\" if line and follows else f"> {line}".rstrip()
        for line, follows in zip(lines, after, strict=True)
    )


def _indented(text: str) -> str:
    return "\n  ".join(_lines(text))


def _link(url: str) -> str:
    return f"[{escaped(url)}](<{escaped(url)}>)"


def _plain_button(url: str, label: str) -> str:
    return f"{plain(label)}\n{plain(url)}"


def _button(url: str, label: str) -> str:
    return f"[{escaped(label)}](<{escaped(url)}>)"


def _strong(text: str) -> str:
    return f"**{escaped(text)}**"


Filter = Callable[..., str]


def _filter(write: Callable[..., str]) -> Filter:
    """Make a filter from a function. Its result is not escaped again. None raises an error."""
    return lambda value, *more: Marked(plain(value) if value is None else write(str(value), *more))


PLAIN_FILTERS: dict[str, Filter] = {
    "quoted": _filter(_quoted),
    "button": _filter(_plain_button),
    "link": _filter(plain),
    "strong": _filter(plain),
    "indented": _filter(_indented),
}
MARKDOWN_FILTERS: dict[str, Filter] = {
    "quoted": _filter(_quoted_markdown),
    "button": _filter(_button),
    "link": _filter(_link),
    "strong": _filter(_strong),
}
