"""No credential, number or answer's text gets into a failure or a log, however it fails."""

import io
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from providers.protocols import ProviderFailed
from providers.twilio.api import Account
from providers.twilio.followed_call import FollowedCall
from providers.twilio.telephone import Numbers, TwilioTelephone
from tests.providers.test_twilio_telephone import CALL, MINUTE
from tests.providers.twilio_calls import DESK, OURS, SELLER, SID, TOKEN
from tests.providers.twilio_stand_in import Answer, TwilioStandIn, refused, twilio_stand_in

SECRETS = (SELLER, SELLER[1:], OURS[1:], DESK[1:], TOKEN, SID, "Basic ", "is no good")
ANSWERS = [
    refused(400, 21212),
    refused(401, 20003),
    refused(429, 20429, ("Retry-After", "7")),
    Answer(500, f"trace of {SELLER}"),
    Answer(200, f"<html>{SELLER}</html>"),
    Answer(200, {"sid": SELLER, "status": TOKEN}),
    Answer(200, {"calls": [{"sid": SELLER, "date_created": SELLER}]}),
    Answer(200, '{"sid": "\\ud800'),
    Answer(302, "", (("Location", f"http://127.0.0.1:1/{SELLER}"),)),
    Answer(200, "x", (("Content-Encoding", "gzip"),)),
    Answer(200, "", takes=5),
    Answer(lost=True),
]
A_CALL = FollowedCall(sid="CA" + "0" * 32).encoded()
ASKED: list[Callable[[TwilioTelephone], Awaitable[object]]] = [
    lambda t: t.dial(CALL),
    lambda t: t.find(CALL, MINUTE),
    lambda t: t.look(A_CALL),
    lambda t: t.hang_up(A_CALL),
]


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, by anybody and at any level."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setLevel(logging.DEBUG)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.removeHandler(handler)
    root.setLevel(level)


def nothing_told(failure: BaseException, logged: io.StringIO) -> None:
    told = "".join(traceback.format_exception(failure)) + repr(failure) + logged.getvalue()
    assert failure.__cause__ is None
    assert failure.__context__ is None or failure.__suppress_context__
    for secret in SECRETS:
        assert secret not in told


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("ask", ASKED)
async def test_a_failure_is_told_in_our_own_words(
    answer: Answer,
    ask: Callable[[TwilioTelephone], Awaitable[object]],
    logged: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("providers.twilio.api._CREATE_SECONDS", 0.3)
    monkeypatch.setattr("providers.twilio.api._ASK_SECONDS", 0.3)
    async with twilio_stand_in(down=answer) as twilio:
        with pytest.raises(ProviderFailed) as failure:
            await ask(twilio.telephone())
    nothing_told(failure.value, logged)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://no-such-host.invalid"])
async def test_nobody_there_is_told_in_our_own_words(url: str, logged: io.StringIO) -> None:
    telephone = TwilioTelephone(Account(SID, TOKEN, url), Numbers(OURS, DESK))
    with pytest.raises(ProviderFailed, match="no connection") as failure:
        await telephone.dial(CALL)
    nothing_told(failure.value, logged)


async def test_what_works_is_not_logged_with_numbers_either(logged: io.StringIO) -> None:
    async with twilio_stand_in() as twilio:
        telephone = twilio.telephone()
        call = (await telephone.dial(CALL)).call
        await telephone.find(CALL, timedelta(0))
        await telephone.look(call)
        await telephone.hang_up(call)
    for secret in SECRETS:
        assert secret not in logged.getvalue()
    assert SELLER not in repr(CALL)
    assert TOKEN not in repr(Account(SID, TOKEN, ""))


async def test_a_wrong_token_is_refused(logged: io.StringIO) -> None:
    async with twilio_stand_in() as twilio:
        assert isinstance(twilio, TwilioStandIn)
        with pytest.raises(ProviderFailed, match="refused, 401 20003"):
            await twilio.telephone(token="wrong").dial(CALL)
