"""What a template prints, as plain text and as Markdown that says just that (docs/wording.md).

Templates are Markdown of our own. What stands in their variables was written by others, and must
never be read as Markdown: no heading, list, link or paragraph comes from a value.
"""

import re
import unicodedata
from collections.abc import Callable

from jinja2 import TemplateRuntimeError
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

_BREAKS = {"Cc", "Cs", "Zl", "Zp"}
# Embeddings, overrides and isolates, which turn around the words after them as well: ours.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SPACES = re.compile("[^\\S\u00a0]+")  # those that keep words together stay
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")

_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def _mark_buttons(state: StateCore) -> None:
    """A link that is a paragraph of its own is a button, which the layout makes one of."""
    for token in state.tokens:
        parts = token.children or []
        if [part.type for part in parts] == ["link_open", "text", "link_close"]:
            parts[0].attrSet("class", "button")


_MARKDOWN.core.ruler.push("buttons", _mark_buttons)


class Marked(str):
    """Text that stays as it is: a filter has seen to it."""


def plain(value: object) -> str:
    """A value as one line of text.

    Raises:
        TemplateRuntimeError: there is no value; the template must ask before it prints.
    """
    if isinstance(value, Marked):
        return value
    if value is None:
        raise TemplateRuntimeError("prints a variable that can be none, without asking if it is")
    text = _TURNS.sub("", str(value))
    text = "".join(" " if unicodedata.category(c) in _BREAKS else c for c in text)
    return _SPACES.sub(" ", text).strip()


def escaped(value: object) -> str:
    """A value as one line of Markdown that is read as that text and nothing else."""
    if isinstance(value, Marked):
        return value
    return _PUNCTUATION.sub(r"\\\1", plain(value))


def to_html(markdown: str) -> str:
    """Markdown as HTML. HTML in it is shown as text."""
    return str(_MARKDOWN.render(markdown))


def _lines(text: str) -> list[str]:
    return "\n".join(plain(line) for line in text.splitlines()).strip().split("\n")


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in _lines(text))


def _quoted_markdown(text: str) -> str:
    """Each line stays one: it ends with a break, unless its paragraph does."""
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
    """A filter whose result is not made harmless once more; of no value there is none."""
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
