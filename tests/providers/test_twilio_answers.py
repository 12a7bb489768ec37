"""What Twilio answers to being asked: refusals, lost and broken answers, too many requests."""

from datetime import timedelta

import pytest

from providers.protocols import Dial, PerhapsDialled, ProviderFailed
from providers.twilio.followed_call import FollowedCall
from tests.providers.twilio_calls import SELLER
from tests.providers.twilio_stand_in import Answer, TwilioStandIn, refused

CALL = Dial("case/US/A1/r/2", "case/US/A1/r", SELLER)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"code": ' + "9" * 4000 + "}", "x" * 2_000_000, '{"code": [1]}']
)
async def test_an_answer_made_to_break_us_is_a_failure_in_few_words(
    twilio: TwilioStandIn, body: str
) -> None:
    twilio.creates.append(Answer(400, body))
    with pytest.raises(ProviderFailed) as failure:
        await twilio.telephone().dial(CALL)
    assert len(str(failure.value)) < 80


@pytest.mark.parametrize("answer", [refused(400, 21204), Answer(409, {}), Answer(425, "")])
async def test_what_twilio_says_may_have_been_done_is_looked_up(
    twilio: TwilioStandIn, answer: Answer
) -> None:
    twilio.creates.append(answer)
    with pytest.raises(PerhapsDialled):
        await twilio.telephone().dial(CALL)


@pytest.mark.parametrize(
    ("status", "code"),
    # Our number, our login, our account, too many, an address that is not there; countries that we
    # may not call, numbers that Twilio blocks, or that its carriers do not reach; and numbers that
    # Twilio's own copy of the numbering plans does not know, which is no carrier's word.
    [
        (400, 21211),
        (400, 21217),
        (400, 21210),
        (400, 21212),
        (400, 21219),
        (401, 20003),
        (403, 10001),
        (429, 20429),
        (404, 0),
        (400, 21203),
        (400, 21215),
        (403, 21215),
        (400, 13227),
        (400, 32205),
        (400, 21216),
        (403, 21216),
        (400, 21202),
        (400, 21214),
        (400, 13224),
    ],
)
async def test_a_refusal_over_something_of_ours_is_our_failure(
    twilio: TwilioStandIn, status: int, code: int
) -> None:
    twilio.creates.append(refused(status, code))
    with pytest.raises(ProviderFailed) as failure:
        await twilio.telephone().dial(CALL)
    assert not isinstance(failure.value, PerhapsDialled)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, {}, done=True),
        Answer(503, "busy", done=True),
        Answer(201, "{", done=True),
        Answer(201, {"sid": 5}, done=True),
        Answer(201, ["CA"], done=True),
        Answer(lost=True, done=True),
        Answer(201, {}, takes=3, done=True),
    ],
)
async def test_where_nobody_knows_whether_it_was_dialled_it_is_looked_up(
    twilio: TwilioStandIn, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if answer.takes:
        monkeypatch.setattr("providers.twilio.api._CREATE_SECONDS", 1)
    twilio.creates.append(answer)
    telephone = twilio.telephone()
    with pytest.raises(PerhapsDialled):
        await telephone.dial(CALL)
    found = FollowedCall(sid=twilio.placed[0].sid, is_found=True)
    assert await telephone.find(CALL, MINUTE) == found.encoded()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30), ("0", 1), ("86400", 300), ("soon", None), ("-1", None), ("", None)],
)
async def test_it_is_left_alone_for_as_long_as_it_asks(
    twilio: TwilioStandIn, header: str, seconds: int | None
) -> None:
    twilio.creates.append(refused(429, 20429, ("Retry-After", header)))
    with pytest.raises(ProviderFailed) as failure:
        await twilio.telephone().dial(CALL)
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert failure.value.retry_after == expected


async def test_a_date_to_be_left_alone_until_is_understood(twilio: TwilioStandIn) -> None:
    later = ("Retry-After", "Fri, 31 Dec 2100 23:59:59 GMT")
    twilio.down = Answer(503, "", (later,))
    with pytest.raises(ProviderFailed) as failure:
        await twilio.telephone().find(CALL, MINUTE)
    assert failure.value.retry_after == timedelta(minutes=5)
