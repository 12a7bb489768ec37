"""A code by text message at Twilio (docs/rules.md, section 2)."""

from datetime import timedelta

import pytest

from domain.shared.result import Result
from providers.call_wording import SPOKEN
from providers.protocols import ProviderFailed
from providers.text_protocols import TakesNoTexts, Text
from providers.text_wording import CODES
from providers.twilio.api import Account
from providers.twilio.texts import TwilioTexts
from reference.languages import ENGLISH
from tests.providers.twilio_calls import OURS, SELLER, SID, TOKEN
from tests.providers.twilio_stand_in import Answer, TwilioStandIn, refused

HOUR = timedelta(hours=1)
TEXT = Text(SELLER, "Your code from the account health team: 481927")
SERVICE = "MG" + "7a" * 16
GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def texts(twilio: TwilioStandIn, sender: str = OURS) -> TwilioTexts:
    return TwilioTexts(Account(SID, TOKEN, twilio.url), sender)


@pytest.mark.parametrize(("sender", "field"), [(OURS, "From"), (SERVICE, "MessagingServiceSid")])
async def test_a_text_is_sent_by_our_number_or_by_a_messaging_service(
    twilio: TwilioStandIn, sender: str, field: str
) -> None:
    texting = texts(twilio, sender)
    sent = await texting.send(TEXT, HOUR)
    (text,) = twilio.texts.sent
    assert text.form == {"To": SELLER, "Body": TEXT.words, "ValidityPeriod": "3600", field: sender}
    assert twilio.requests == [f"POST /2010-04-01/Accounts/{SID}/Messages.json"]
    assert await texting.result(sent) is Result.ACCEPTED
    assert "481927" not in sent, "the id stands in Temporal"


@pytest.mark.parametrize("code", [21610, 21612, 21614, 21635])
async def test_a_number_that_twilio_sends_no_text_takes_none(
    twilio: TwilioStandIn, code: int
) -> None:
    twilio.creates = [refused(400, code)]
    with pytest.raises(TakesNoTexts):
        await texts(twilio).send(TEXT, HOUR)


@pytest.mark.parametrize("code", [20003, 20429, 21211, 21408])
async def test_any_other_refusal_is_our_failure(twilio: TwilioStandIn, code: int) -> None:
    twilio.creates = [refused(400, code)]
    with pytest.raises(ProviderFailed) as failed:
        await texts(twilio).send(TEXT, HOUR)
    assert not any(secret in str(failed.value) for secret in (SELLER, TOKEN, "481927"))


@pytest.mark.parametrize(
    ("statuses", "result"),
    [
        ([("queued", None), ("sending", None)], None),
        ([("queued", None), ("sent", None)], None),
        ([("queued", None), ("delivered", None)], Result.ACCEPTED),
        ([("queued", None), ("read", None)], Result.ACCEPTED),
        ([("queued", None), ("undelivered", 30006)], Result.BOUNCED),
        ([("queued", None), ("undelivered", 30003)], Result.BOUNCED),
        ([("queued", None), ("undelivered", 30007)], Result.PROVIDER_FAILED),
        ([("queued", None), ("failed", 30001)], Result.PROVIDER_FAILED),
    ],
)
async def test_what_becomes_of_a_text(
    twilio: TwilioStandIn, statuses: list[tuple[str, int | None]], result: Result | None
) -> None:
    twilio.texts.statuses = tuple(statuses)
    texting = texts(twilio)
    sent = await texting.send(TEXT, HOUR)
    assert await texting.result(sent) is result


async def test_a_text_whose_answer_is_lost_is_not_sent_twice(twilio: TwilioStandIn) -> None:
    texting = texts(twilio)
    await texting.send(Text(SELLER, "an earlier text"), HOUR)
    twilio.creates = [Answer(lost=True, done=True)]
    with pytest.raises(ProviderFailed):
        await texting.send(TEXT, HOUR)
    found = await texting.find(TEXT, timedelta(seconds=1))
    assert [text.form["Body"] for text in twilio.texts.sent] == ["an earlier text", TEXT.words]
    assert found == twilio.texts.sent[-1].sid


async def test_the_same_words_of_long_ago_are_another_text(twilio: TwilioStandIn) -> None:
    texting = texts(twilio)
    assert await texting.find(TEXT, timedelta(hours=1)) is None
    sent = await texting.send(TEXT, HOUR)
    twilio.texts.sent[0].created -= timedelta(minutes=5)
    assert await texting.find(TEXT, timedelta(minutes=1)) is None
    assert await texting.find(TEXT, timedelta(minutes=10)) == sent


@pytest.mark.parametrize("language", CODES)
def test_a_code_is_one_segment_and_says_nothing_else(language: str) -> None:
    words = CODES[language].format(code="481927")
    assert len(words) <= (160 if set(words) <= GSM_7 else 70)
    assert words.endswith("481927")
    assert "http" not in words


def test_there_are_words_in_every_language_of_our_calls() -> None:
    assert ENGLISH in CODES
    assert set(CODES) == set(SPOKEN)


def test_neither_number_nor_words_are_in_what_is_logged_of_a_text() -> None:
    assert not any(secret in repr(TEXT) for secret in ("481927", SELLER))
