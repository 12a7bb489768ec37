"""Every e-mail there is, in every language, for tests that read them."""

from collections.abc import Callable, Iterable, Sequence
from email.message import EmailMessage
from functools import cache
from typing import NamedTuple

import pytest

from domain.case.activity_inputs import SendEmailInput
from domain.enrollment.activity_inputs import SendLetterInput
from mail.composer import Addresses, Composer
from mail.samples import email_inputs, letter_inputs
from mail.values import Ways

ADDRESSES = Addresses("Health <health@shop.example>", "desk@shop.example", "shop.example")
TAGS = {"en": "en-US", "fr": "fr-CA", "es": "es-US", "zh-Hans": "zh-CN"}
"""Our languages, and a seller's tag for each."""
PAGE = "https://shop.example/health?a=1&b=(2)_*x*"

PLAIN = Composer(ADDRESSES)
LINKED = Composer(
    ADDRESSES,
    ways=Ways(
        lambda own_id: f"{PAGE}#{own_id.rpartition('/')[2]}",
        "+12065550198",
        "+12065550199",
        takes_calls=True,
    ),
)


class Situation(NamedTuple):
    """An e-mail to be written; `str` is short, for the names of tests."""

    input: SendEmailInput | SendLetterInput
    language: str
    composer: Composer

    def __str__(self) -> str:
        input, page = self.input, "page" if self.composer is LINKED else ""
        words = [self.language, input.about, input.reason or "", page]
        if isinstance(input, SendEmailInput):
            words += [input.status, "invalid" if input.number_needed else ""]
            words += ["" if input.calls else "no_calls", "" if input.button else "no_button"]
            words += ["note" if input.note else ""]
        else:
            words += ["name" if input.name else ""]
        return "-".join(filter(None, words))

    def write(self, **changed: object) -> EmailMessage:
        """Return the e-mail with these fields of the input changed; without any it is kept."""
        return self._composed(**changed) if changed else _composed(self)

    def _composed(self, **changed: object) -> EmailMessage:
        input = self.input.model_copy(update={"language": TAGS[self.language], **changed})
        if isinstance(input, SendEmailInput):
            return self.composer.to_seller(input)
        return self.composer.to_member(input)


@cache
def _composed(situation: Situation) -> EmailMessage:
    return situation._composed()


def distinct(situations: Iterable[Situation]) -> list[Situation]:
    """Return one situation for each text: those with equal purpose, ways and bytes are one."""
    found = {(s.input.about, s.composer, s.write().as_bytes()): s for s in situations}
    return list(found.values())


def check_each(situations: Sequence[Situation], rule: Callable[[Situation], None]) -> None:
    """Hold every e-mail to a rule, and fail once: with each breach and the e-mails that have it."""
    assert situations, "no e-mail was checked"
    breaches: dict[str, list[str]] = {}
    for situation in situations:
        try:
            rule(situation)
        except Exception as error:  # an e-mail that cannot be written is a breach too
            why = f"{type(error).__name__}: {error}"
            breaches.setdefault(why, []).append(str(situation))
    if breaches:
        told = (f"{', '.join(names)}:\n{why}" for why, names in breaches.items())
        pytest.fail(f"{rule.__name__}:\n" + "\n\n".join(told), pytrace=False)


def page_of(situation: Situation) -> str:
    """The address of the seller's page, where there is one."""
    input = situation.input
    own_id = input.case_id if isinstance(input, SendEmailInput) else input.enrollment_id
    return f"{PAGE}#{own_id.rpartition('/')[2]}"


INPUTS: list[SendEmailInput | SendLetterInput] = [*email_inputs(), *letter_inputs()]
SITUATIONS = [
    Situation(input, language, composer)
    for language in TAGS
    for composer in (PLAIN, LINKED)
    for input in INPUTS
]


def in_language(language: str) -> list[Situation]:
    """Return the situations of one language."""
    return [s for s in SITUATIONS if s.language == language]
