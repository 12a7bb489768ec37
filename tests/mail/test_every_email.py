"""Every e-mail in every language says what it must, in both its parts."""

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from babel import Locale

from domain.case.activity_inputs import SendEmailInput
from domain.case.attempt import Purpose
from domain.enrollment.activity_inputs import SendLetterInput
from domain.shared.names import run_id_of
from mail.markup import plain
from mail.proofreading import MESSAGES, proofread
from mail.samples import LETTERS, samples
from mail.templates import TEMPLATES, Templates
from reference.languages import moment
from tests.mail.emails import (
    LINKED,
    PAGE,
    SITUATIONS,
    TAGS,
    Situation,
    check_each,
    distinct,
    in_language,
    page_of,
)
from tests.reading import part_of, read_html, text_of, words_shown, words_written

WORDING = Templates()
SAYS_WHEN = {
    Purpose.NOTICE,
    Purpose.FINAL_NOTICE,
    Purpose.MORE_INFORMATION,
    Purpose.PLAN_REJECTED,
    Purpose.COOPERATION_REMINDER,
    Purpose.ISSUE_JOINED,
    Purpose.PLAN_DUE,
}
SAYS_WHAT = set(Purpose) - {
    Purpose.NUMBER_NEEDED,
    Purpose.FRESH_LINK,
    Purpose.WITHDRAWN,
    Purpose.CONTACT_CHANGED,
}
IN_EACH_LANGUAGE = pytest.mark.parametrize("language", TAGS)


def deadline_of(situation: Situation) -> str | None:
    """The deadline in the seller's words, if the e-mail is one that says it."""
    input = situation.input
    if not isinstance(input, SendEmailInput) or input.about not in SAYS_WHEN or not input.deadline:
        return None
    decided_by_us = input.about in (Purpose.PLAN_REJECTED, Purpose.ISSUE_JOINED)
    if decided_by_us and input.status == "escalated":
        return None
    locale = WORDING.reader(TAGS[situation.language]).locale
    return spaced(plain(moment(input.deadline, input.time_zone, locale)))


def spaced(text: str) -> str:
    """With every space the same."""
    return " ".join(text.split())


@IN_EACH_LANGUAGE
def test_both_parts_say_the_same_and_lack_nothing(language: str) -> None:
    check_each(distinct(in_language(language)), both_parts_say_the_same_and_lack_nothing)


def both_parts_say_the_same_and_lack_nothing(situation: Situation) -> None:
    message = situation.write()
    subject, text = str(message["Subject"]), part_of(message, "plain")
    html = part_of(message, "html")
    # The text has an address where the HTML has a button.
    assert words_shown(html) == words_written(text.replace(page_of(situation), ""))
    for part in (subject, text, html.split("</style>")[1]):
        assert not re.search(r"[{}]|%\}|\bNone\b|\bnull\b|Undefined|\*\*", part)
    assert "\n" not in subject
    assert 5 <= len(subject) <= 200
    assert message_from_bytes(message.as_bytes(), policy=default)["Subject"] == subject
    assert "\n\n\n" not in text
    assert max(map(len, text.split("\n"))) <= 200
    assert [part.get_content_type() for part in message.walk()] == [
        *("multipart/alternative", "text/plain", "text/html")
    ]


@IN_EACH_LANGUAGE
def test_the_facts_are_in_it(language: str) -> None:
    check_each(in_language(language), the_facts_are_in_it)


def the_facts_are_in_it(situation: Situation) -> None:
    message, input = situation.write(), situation.input
    text = text_of(message)
    if deadline := deadline_of(situation):
        assert deadline in text
        assert deadline in spaced(str(message["Subject"]))
        assert f"<strong>{deadline}</strong>" in spaced(part_of(message, "html"))
    if input.name:
        assert input.name in text
    if isinstance(input, SendEmailInput):
        assert run_id_of(input.case_id) in text
        if input.about in SAYS_WHAT:
            assert all(i.summary in text and i.id in text for i in input.issues)
        for line in (input.note or "").split():
            assert line in text
    else:
        assert run_id_of(input.enrollment_id) in text


@IN_EACH_LANGUAGE
def test_the_account_health_page_is_a_button_in_html_and_an_address_in_the_text_where_there_is_one(
    language: str,
) -> None:
    check_each(distinct(in_language(language)), the_page_is_a_button_and_an_address)


def the_page_is_a_button_and_an_address(situation: Situation) -> None:
    message, url = situation.write(), page_of(situation)
    shown = read_html(part_of(message, "html"))
    # An address that is not the seller's any more is given no way in.
    way_in = situation.input.about != "contact_changed"
    linked = situation.composer is LINKED and way_in
    assert shown.links == ([url] if linked else [])
    assert part_of(message, "plain").split("\n").count(url) == linked
    assert PAGE not in shown.text
    assert part_of(message, "html").count('class="button"') == linked


@IN_EACH_LANGUAGE
def test_the_first_notice_says_what_to_do_by_when_and_what_happens_otherwise(
    language: str,
) -> None:
    ways = {
        "en": ["Contact me now", "a plan", "Answer", "deactivated", "72 hours"],
        "fr": ["Contactez-moi", "un plan", "appelons", "désactivé", "72 heures"],
        "es": ["Contácteme", "un plan", "Conteste", "desactivada", "72 horas"],
        "zh-Hans": ["立即联系我", "提交计划", "接听", "停用", "72 小时"],
    }
    linked = [s for s in SITUATIONS if s.language == language and s.composer is LINKED]
    (notice, *_) = (s for s in linked if s.input.about == "notice")
    text = text_of(notice.write())
    assert [words for words in ways[language] if words not in text] == []


@IN_EACH_LANGUAGE
def test_each_reason_has_words_of_its_own(language: str) -> None:
    plain = [s for s in SITUATIONS if s.language == language and s.composer is not LINKED]
    letters = [s for s in plain if isinstance(s.input, SendLetterInput) and s.input.name]
    for about, reasons in LETTERS.items():
        of = [s for s in letters if s.input.about == about]
        texts = {text_of(s.write(days_below=9, confirms=of[0].input.confirms)) for s in of}
        assert len(texts) == len(reasons)
    ended = {text_of(s.write()) for s in plain if s.input.about == Purpose.DEACTIVATED}
    assert len(ended) == 3


def test_a_single_hour_is_no_plural() -> None:
    check_each([s for s in SITUATIONS if s.input.about == "notice"], a_single_hour_is_no_plural)


def a_single_hour_is_no_plural(situation: Situation) -> None:
    input = situation.input
    assert isinstance(input, SendEmailInput)
    text = text_of(situation.write(deadline=input.at + timedelta(hours=1)))
    assert not re.search(r"\b1 (hours|heures|horas)\b", text)


@IN_EACH_LANGUAGE
def test_it_is_written_in_seven_bits_and_short_lines(language: str) -> None:
    check_each(distinct(in_language(language)), seven_bits_and_short_lines)


def seven_bits_and_short_lines(situation: Situation) -> None:
    written = situation.write().as_bytes()
    assert written.isascii()
    assert max(map(len, written.splitlines())) <= 998


def test_every_variable_is_in_the_docs() -> None:
    docs = (TEMPLATES.parent / "docs" / "wording.md").read_text()
    for _, values in samples(Locale("en"), has_ways=True):
        assert [name for name in values if f"`{name}`" not in docs] == []


def test_the_template_in_the_docs_is_one(tmp_path: Path) -> None:
    docs = (TEMPLATES.parent / "docs" / "wording.md").read_text()
    (template,) = re.findall(r"```\n(Subject: .*?)```", docs, re.DOTALL)
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "plan_rejected.md").write_text(template)
    proofread(Templates(tmp_path))


def test_ours_are_complete_and_without_fault() -> None:
    proofread(WORDING)
    assert WORDING.languages == tuple(sorted(TAGS))
    assert len(MESSAGES) == 32
    layout = (TEMPLATES / "layout.html").read_text()
    assert not re.search(r"https?:|src=|url\(|@import|<link|<script", layout)


@IN_EACH_LANGUAGE
@pytest.mark.parametrize("about", ["plan_rejected", "more_information"])
def test_two_answers_in_the_same_words_to_two_versions_of_a_plan_are_told_apart(
    language: str, about: str
) -> None:
    (answer, *_) = (s for s in SITUATIONS if s.language == language and s.input.about == about)
    assert text_of(answer.write(plan=1)) != text_of(answer.write(plan=2))
    assert "2" not in text_of(answer.write(plan=None)).partition(">")[0]
