"""Every word of page and desk in every language that they have (docs/page.md)."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

import desk.languages
import mail.desk_words
import page.languages
from web.languages import catalog_path
from web.static_files import SHARED

ROOMS = (page.languages, desk.languages)
TRANSLATED = [
    pytest.param(room.HERE, tag, id=f"{room.HERE.name}-{tag}")
    for room in ROOMS
    for tag in room.NAMES
    if tag != "en"
]
TEMPLATES = sorted(path for room in ROOMS for path in (room.HERE / "templates").iterdir())
_PLACEHOLDER = re.compile(r"%\(\w+\)s")


def said(room: Path) -> set[str | tuple[str, ...]]:
    """Every message of a room's templates and code, and of what it shares."""
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    options = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
    shared = {Path(mail.desk_words.__file__)} if room == desk.languages.HERE else set()
    return {
        message
        for folder in (room, SHARED.parent)
        for _, _, message, *_ in extract_from_dir(folder, methods, options, keywords)
    } | {
        message for file in shared for _, message, *_ in extract_from_file("python", file, keywords)
    }


def translations(room: Path, tag: str) -> dict[Any, tuple[str, ...]]:  # by message, or its numbers
    """What a catalog says: of a message one text, of one with a plural as many as it takes."""
    with catalog_path(room, tag).open("rb") as file:
        catalog = read_po(file, locale=tag.replace("-", "_"))
    assert not any(message.fuzzy for message in catalog if message.id)
    found: dict[Any, tuple[str, ...]] = {}
    for message in catalog:
        if message.id:
            text: Any = message.string
            found[message.id] = text if isinstance(text, tuple) else (text,)
            wanted = catalog.num_plurals if isinstance(message.id, tuple) else 1
            assert len(found[message.id]) == wanted
    return found


@pytest.mark.parametrize(("room", "tag"), TRANSLATED)
def test_every_message_is_translated_and_none_is_left_over(room: Path, tag: str) -> None:
    translated = translations(room, tag)
    assert set(translated) == said(room)
    assert [message for message, texts in translated.items() if not all(texts)] == []


@pytest.mark.parametrize(("room", "tag"), TRANSLATED)
def test_a_translation_has_the_same_placeholders(room: Path, tag: str) -> None:
    for message, texts in translations(room, tag).items():
        wanted = sorted(_PLACEHOLDER.findall(message if isinstance(message, str) else message[-1]))
        for text in texts:
            assert sorted(_PLACEHOLDER.findall(text)) == wanted, message


class Texts(HTMLParser):
    """What a reader would see or hear of a template's own text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        spoken = ("aria-label", "title", "alt", "placeholder")
        self.found += [value or "" for name, value in attrs if name in spoken]


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: f"{path.parent.parent.name}-{path.name}"
)
def test_a_template_has_no_text_that_is_not_translated(path: Path) -> None:
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    tree = environment.parse(path.read_text())
    # What stands in {% trans %} has become a call; what is left are tags and marks.
    data = "\0".join(node.data for node in tree.find_all(nodes.TemplateData))
    texts = Texts()
    texts.feed(data.replace("<!doctype html>", ""))
    assert not [text for text in texts.found if re.search(r"[^\W\d_]", text)]
