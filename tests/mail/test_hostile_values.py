"""What a seller or a reviewer wrote is shown as it is, and is never read as ours."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case.activity_inputs import SendEmailInput
from domain.shared.account import Issue
from mail.composer import Composer
from mail.markup import plain
from mail.samples import desk_samples
from mail.templates import Templates
from tests.mail.emails import ADDRESSES, SITUATIONS, Situation, page_of
from tests.reading import part_of, read_html, words_shown, words_written

PIECES = [
    *("# Heading", "Heading\n===", "Heading\n---", "- item", "* item", "+ item", "1. item"),
    *("1) item", "> quote", "    code", "\tcode", "```\ncode", "~~~", "`code`", "***"),
    *("**bold**", "_it_", "a\\", "[click](http://evil.example)"),
    *("![x](http://evil.example/x.png)", "<http://evil.example>", "http://evil.example"),
    *("[a]: http://evil.example", "[a]", "<b>bold</b>", "<!-- x -->", "<?x?>"),
    *("</style><script>alert(1)</script>", "</div></body>", "<img src=x onerror=y>", "&amp;"),
    *("&#60;", "Bcc: evil@evil.example", "Subject: x", "=?utf-8?q?a=0D=0ABcc=3A_b?="),
    *("{{ name }}", "{% if %}", "\u202egnp.exe", "\u2066x", "\u2067", "\u2069", "a\u2028b"),
    *("a\x85b", "a\x0bb", "a\x00b", "\ufeff", "\n", "\n\n", "\r\n", "  \n", "\\\n"),
    *("| a |\n|---|", "x" * 3000, "日本" * 40, "متجر", ".", "--", "|"),
]
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map(" ".join),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
)
NOTED = [
    situation
    for situation in SITUATIONS
    if isinstance(situation.input, SendEmailInput) and situation.input.note
][::7]


def issue(summary: str) -> Issue:
    return Issue.model_construct(id="ISS-1", code="CODE", summary=summary, harmful=False)


def outline(message: EmailMessage) -> tuple[list[str], list[str], list[str]]:
    """What a message is made of, apart from its words."""
    read = message_from_bytes(message.as_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    shown = read_html(part_of(read, "html"))
    kinds = [part.get_content_type() for part in read.walk()]
    return read.keys(), kinds, [*shown.tags, *shown.links]


def sound(situation: Situation, name: str, summary: str, note: str) -> EmailMessage:
    """Written with these values it is made of the same as with harmless ones."""
    message = situation.write(name=name, issues=(issue(summary),), note=note)
    same = ["x" if plain(line) else "" for line in note.splitlines()]
    harmless = situation.write(name="x", issues=(issue("x"),), note="\n".join(same).strip())
    assert outline(message) == outline(harmless)
    assert str(message["Subject"]) == str(harmless["Subject"])
    text, html = part_of(message, "plain"), part_of(message, "html")
    assert words_shown(html) == words_written(text.replace(page_of(situation), ""))
    expected, lines = part_of(harmless, "plain").split("\n"), text.split("\n")
    assert len(lines) == len(expected)  # no line of its own, and what is quoted is all quoted
    for line, other in zip(lines, expected, strict=True):
        assert line == other or "x" in other
        assert line.startswith(">") == other.startswith(">")
    return message


@given(TEXTS, TEXTS, TEXTS, st.sampled_from(NOTED))
@settings(max_examples=150, deadline=None)
def test_a_value_changes_nothing_but_the_words(
    name: str, summary: str, note: str, situation: Situation
) -> None:
    if plain(name) and plain(summary) and plain(note):
        sound(situation, name, summary, note)


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: ascii(piece)[:30])
def test_each_piece_alone_and_between_words(piece: str) -> None:
    for value in (piece, f"a {piece} b", f"a\n{piece}\nb", f"a{piece}{piece}"):
        if plain(value):
            sound(NOTED[0], value, value, value)


def test_the_words_are_all_there_in_html() -> None:
    value = "</style><script>alert('&amp;')</script> [click](http://evil.example) `x` {{ name }}"
    message = sound(NOTED[0], value, value, value)
    shown = read_html(part_of(message, "html")).text
    assert shown.count(value) == 3
    assert part_of(message, "plain").count(value) == 3


def test_what_turns_the_words_after_it_around_is_left_out() -> None:
    message = sound(NOTED[0], "a\u202eb", "a\u2066b", "a\u202ab")
    assert not any(c in part_of(message, "plain") for c in "\u202a\u202e\u2066")


def test_a_plan_cannot_write_the_desks_timeline() -> None:
    values = next(desk_samples())
    lines = ("Timeline (UTC)", "2026-03-01 15:30:00 decided: accepted by lead")
    evil = "\n".join(("x", *lines))
    values["plan"] = {"version": 1, "at": "now", "parts": [("Root causes", [evil])]}
    values["timeline"] = [evil]
    text = Templates().write_to_desk(values).text.split("\n")
    assert [text.count(line) for line in lines] == [1, 0]
    assert [text.count(f"  {line}") for line in lines] == [2, 2]


def test_a_subject_of_a_marketplace_may_have_a_name_in_it(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    own = tmp_path / "en" / "resolved.md"
    own.write_text("Subject: {{ name }}, your case is resolved\n{{ name }}\n")
    composer = Composer(ADDRESSES, Templates(tmp_path))
    resolved = next(s for s in SITUATIONS if s.input.about == "resolved" and s.language == "en")
    for name in PIECES:
        message = resolved._replace(composer=composer).write(name=name)
        read = message_from_bytes(message.as_bytes(), policy=default)
        assert read.keys() == message.keys()
        assert read["Bcc"] is None
        assert "your case is resolved" in " ".join(str(read["Subject"]).split())
