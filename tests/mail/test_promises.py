"""What an e-mail tells a seller to do can be done, and what it promises is kept."""

import re

import pytest
from babel.messages.pofile import read_po

from domain.case.activity_inputs import SendEmailInput
from domain.case.attempt import Purpose
from mail.composer import Composer
from mail.templates import TEMPLATES
from mail.values import Ways
from tests.mail.emails import (
    ADDRESSES,
    LINKED,
    PLAIN,
    SITUATIONS,
    TAGS,
    Situation,
    check_each,
    in_language,
)
from tests.promises.words import DESK, OUR_CALLS, THE_PAGE
from tests.reading import text_of

LOCALES = TEMPLATES.parent / "page" / "locales"
BUTTON = {
    "en": "Contact me now",
    "fr": "Contactez-moi maintenant",
    "es": "Contácteme ahora",
    "zh-Hans": "立即联系我",
}
PAGE_NAME = {
    "en": "account health page",
    "fr": "Santé du compte",
    "es": "Estado de la cuenta",
    "zh-Hans": "账户健康状况",
}
ANY_REPLY = {
    "en": r"\brepl(?:y|ies)\b",
    "fr": r"\bréponse\b|répondez à cet",
    "es": r"\brespuesta\b|responda",
    "zh-Hans": "回复",
}
NOT_BY_REPLY = {
    "en": "do not rely on a reply",
    "fr": "Ne comptez pas sur une réponse",
    "es": "No cuente con que leamos a tiempo una respuesta",
    "zh-Hans": "请勿依赖回复",
}
QUOTED = re.compile(r"«\s*([^»]+?)\s*»|“([^”]+)”")
CASES = [s for s in SITUATIONS if isinstance(s.input, SendEmailInput)]
ENDS = {Purpose.RESOLVED, Purpose.DEACTIVATED, Purpose.WITHDRAWN, Purpose.CONTACT_CHANGED}
"""What no clock of the seller's depends on."""
IN_EACH_LANGUAGE = pytest.mark.parametrize("language", TAGS)


def of_cases(language: str) -> list[Situation]:
    return [s for s in CASES if s.language == language]


def input_of(situation: Situation) -> SendEmailInput:
    assert isinstance(situation.input, SendEmailInput)
    return situation.input


@IN_EACH_LANGUAGE
def test_the_button_is_named_only_while_the_page_has_it(language: str) -> None:
    check_each(of_cases(language), the_button_is_named_only_while_the_page_has_it)


def the_button_is_named_only_while_the_page_has_it(situation: Situation) -> None:
    input, text = input_of(situation), text_of(situation.write())
    named = BUTTON[situation.language] in text
    linked = situation.composer is LINKED
    assert named == (linked and input.button and input.about not in ENDS)


@IN_EACH_LANGUAGE
def test_the_page_is_named_only_where_there_is_one(language: str) -> None:
    check_each(in_language(language), the_page_is_named_only_where_there_is_one)


def the_page_is_named_only_where_there_is_one(situation: Situation) -> None:
    if situation.composer is PLAIN:
        assert not re.search(THE_PAGE[situation.language], text_of(situation.write()))


@IN_EACH_LANGUAGE
def test_a_call_is_spoken_of_only_while_one_may_still_be_made(language: str) -> None:
    check_each(of_cases(language), a_call_is_spoken_of_only_while_one_may_still_be_made)


def a_call_is_spoken_of_only_while_one_may_still_be_made(situation: Situation) -> None:
    if not input_of(situation).calls:
        assert not re.search(OUR_CALLS[situation.language], text_of(situation.write()))


@IN_EACH_LANGUAGE
def test_while_a_case_is_open_no_reply_is_asked_for(language: str) -> None:
    check_each(of_cases(language), while_a_case_is_open_no_reply_is_asked_for)


def while_a_case_is_open_no_reply_is_asked_for(situation: Situation) -> None:
    input, text = input_of(situation), text_of(situation.write())
    said = re.findall(ANY_REPLY[situation.language], text, re.I)
    if input.about in ENDS:
        unknown = input.about is Purpose.CONTACT_CHANGED and situation.composer is PLAIN
        assert bool(said) == (input.about is Purpose.DEACTIVATED or unknown)
    else:
        assert NOT_BY_REPLY[situation.language] in text
        assert len(said) == 1


REPLY_TO_THIS = {
    "en": "Reply to this e-mail.",
    "fr": "Répondez à cet e-mail.",
    "es": "Responda a este correo electrónico.",
    "zh-Hans": "直接回复本邮件。",
}
READ = Composer(ADDRESSES, ways=Ways(desk_phone="+12065550198", replies=True))


@IN_EACH_LANGUAGE
def test_where_replies_are_read_one_is_a_way_to_stop_the_clock(language: str) -> None:
    check_each(of_cases(language), where_replies_are_read_one_is_a_way_to_stop_the_clock)


def where_replies_are_read_one_is_a_way_to_stop_the_clock(situation: Situation) -> None:
    text = text_of(situation._replace(composer=READ).write())
    assert NOT_BY_REPLY[situation.language] not in text
    if input_of(situation).about not in ENDS:
        assert REPLY_TO_THIS[situation.language] in text


@IN_EACH_LANGUAGE
def test_the_desks_number_is_given_wherever_a_seller_may_want_to_reach_us(language: str) -> None:
    check_each(in_language(language), the_desks_number_is_given_where_it_is_of_use)


def the_desks_number_is_given_where_it_is_of_use(situation: Situation) -> None:
    known = situation.composer is LINKED
    over = situation.input.about in (Purpose.RESOLVED, Purpose.WITHDRAWN)
    named = re.search(DESK[situation.language], text_of(situation.write()))
    assert bool(named) == (known and not over)


@IN_EACH_LANGUAGE
def test_the_first_e_mail_asks_to_save_the_number_that_our_calls_come_from(language: str) -> None:
    notices = [s for s in CASES if (s.language, s.input.about) == (language, Purpose.NOTICE)]
    for notice in notices:
        named = "+1 206-555-0199" in text_of(notice.write())
        assert named == (notice.composer is LINKED and input_of(notice).calls)
    assert {notice.composer for notice in notices} == {LINKED, PLAIN}


@IN_EACH_LANGUAGE
def test_the_first_e_mail_says_what_to_type_only_where_our_number_can_be_called(
    language: str,
) -> None:
    notice = next(
        s
        for s in CASES
        if (s.language, s.input.about, s.composer) == (language, Purpose.NOTICE, LINKED)
        and input_of(s).calls
    )
    deaf = Composer(ADDRESSES, ways=Ways(calling_number="+12065550199"))
    assert "048 2193 4417" in text_of(notice.write())
    silent = text_of(notice._replace(composer=deaf).write(number=2))
    assert "+1 206-555-0199" in silent
    assert "048 2193 4417" not in silent


@pytest.mark.parametrize("language", [tag for tag in TAGS if tag != "en"])
def test_a_button_and_a_page_have_one_name_in_e_mails_and_on_the_page(language: str) -> None:
    catalog = LOCALES / language.replace("-", "_") / "LC_MESSAGES" / "page.po"
    with catalog.open("rb") as file:
        page = {str(message.id): str(message.string) for message in read_po(file)}
    assert page["Contact me now"] == BUTTON[language]
    assert page["Account health"] == PAGE_NAME[language]
    known = {BUTTON[language], PAGE_NAME[language], "72 小时承诺"}
    for path in (TEMPLATES / language).rglob("*.md"):
        text = " ".join(path.read_text(encoding="utf-8").split())
        names = {" ".join("".join(found).split()) for found in QUOTED.findall(text)}
        assert names <= known, path
