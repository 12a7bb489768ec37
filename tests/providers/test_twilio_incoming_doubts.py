"""What is told of a call to our number is checked, counts once, and fails without harm."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from domain.shared.names import typed_reference
from providers.twilio.incoming_calls import ANSWERED, ENDED, INCOMING, TYPED
from runtime.connection import connect
from tests.engine import Engine
from tests.page.site import TLS_URL
from tests.providers.calling_back import signature
from tests.providers.calling_in import CallingIn, Incoming, long_ago
from tests.providers.incoming_stage import EN, STRANGER, contacts, opened, page
from tests.providers.twilio_calls import DESK, SELLER, TOKEN
from tests.providers.twilio_stand_in import Answer, TwilioStandIn


@pytest.mark.parametrize("answered", [0, 1, 3])
async def test_however_often_and_in_whatever_order_it_is_told_a_call_counts_once(
    engine: Engine, calling: CallingIn, answered: int
) -> None:
    number, (case,) = await opened(engine)
    call = await calling.call(number)
    call.leg_status = "in-progress"
    await calling.tell(call, "answered", answered)  # 0: it is lost
    await calling.hangs_up(call, times=2)
    assert await calling.tell(call, "answered") == {204}
    assert len(await contacts(case)) == 1

    again = await calling.call(number)
    await calling.answers(again)
    assert len(await contacts(case)) == 2


@pytest.mark.parametrize(
    ("verified", "recognised"),
    [
        ("TN-Validation-Failed-A", False),
        ("TN-Validation-Failed", False),
        ("No-TN-Validation", True),
        ("TN-Validation-Passed-C", True),
        ("TN-Validation-Passed-A", True),
    ],
)
async def test_a_number_that_the_carriers_know_to_be_forged_stops_no_clock(
    engine: Engine, calling: CallingIn, verified: str, recognised: bool
) -> None:
    number, (case,) = await opened(engine)
    call = await calling.call(number, StirVerstat=verified)
    assert (EN.not_recognised not in call.said) is recognised
    if not recognised:
        await calling.types(call, "")
    await calling.answers(call)
    await calling.hangs_up(call)
    assert len(await contacts(case)) == recognised


async def test_what_is_unsigned_or_malformed_is_refused(engine: Engine, calling: CallingIn) -> None:
    number, (case,) = await opened(engine)
    call = await calling.call(number)
    call.leg_status = "in-progress"
    form = calling.of_leg(call) | {"DialCallStatus": "completed"}
    form |= {"Digits": "12345678901"}
    for path in (INCOMING, TYPED, ANSWERED, ENDED + "?language=en"):
        url = TLS_URL + path
        local = url.replace(calling.public, calling.local)
        elsewhere = f"{TLS_URL}/telephone/twilio"
        for signed in (
            "",
            signature(url, form, "another token"),
            signature(local, form),
            signature(elsewhere, form),
            signature(url, form | {"From": STRANGER}),
        ):
            assert (await calling.post(url, form, signed=signed)).status_code == 403
        assert (await calling.post(url, {})).status_code == 400
    for broken in ({"CallSid": "CA1"}, {"ParentCallSid": "../Calls"}, {"ParentCallSid": ""}):
        assert (await calling.post(TLS_URL + ANSWERED, form | broken)).status_code == 400
    for url in (ENDED, ENDED + "?language=xx", ANSWERED + "?Digits=1", ANSWERED + "?a=1"):
        assert (await calling.post(TLS_URL + url, form)).status_code == 400
    assert await contacts(case) == []


def _rings(call: Incoming) -> None:
    call.leg_status = "ringing"


def _calls_another(call: Incoming) -> None:
    call.leg_to = STRANGER


def _of_another_call(call: Incoming) -> None:
    call.leg_parent = "CA" + "9" * 32


def _is_a_call_of_ours(call: Incoming) -> None:
    call.direction = "outbound-api"


@pytest.mark.parametrize(
    "differs", [_rings, _calls_another, _of_another_call, _is_a_call_of_ours, long_ago]
)
async def test_what_twilio_says_of_the_call_counts_and_not_the_request(
    engine: Engine, calling: CallingIn, differs: object
) -> None:
    assert callable(differs)
    number, (case,) = await opened(engine)
    call = await calling.call(number)
    call.leg_status = "completed"
    differs(call)
    assert await calling.tell(call, "answered") == {204}
    assert await contacts(case) == []


async def test_a_case_that_opened_after_the_call_is_not_reached_by_it(
    engine: Engine, calling: CallingIn
) -> None:
    number, (case,) = await opened(engine)
    call = await calling.call(number)
    call.dialled = (await case.view()).opened_at - timedelta(minutes=1)
    assert await calling.answers(call) == {204}
    assert await contacts(case) == []


async def test_while_temporal_is_away_the_caller_is_joined_all_the_same(
    engine: Engine, calling: CallingIn, twilio: TwilioStandIn
) -> None:
    number, (case,) = await opened(engine)
    async with page(await connect("127.0.0.1:1", lazy=True), twilio) as alone:
        call = await alone.call(number)
        assert call.said == EN.calls_us  # nobody says that we do not know them
        assert call.leg_to == DESK
        assert await alone.answers(call) == {503}
        withheld = await alone.call("anonymous")
        await alone.types(withheld, typed_reference(number, (await case.view()).id))
        assert EN.calls_us in withheld.said
    assert await contacts(case) == []
    assert await calling.hangs_up(call) == {204}  # by now it is back
    assert await calling.hangs_up(withheld) == {204}
    assert len(await contacts(case)) == 2


async def test_while_twilio_cannot_say_nothing_is_recorded(
    engine: Engine, calling: CallingIn, twilio: TwilioStandIn
) -> None:
    number, (case,) = await opened(engine)
    call = await calling.call(number)
    twilio.down = Answer(503, "")
    assert await calling.answers(call) == {503}
    twilio.down = None
    assert await contacts(case) == []
    assert await calling.hangs_up(call) == {204}
    assert len(await contacts(case)) == 1


async def test_logs_and_ids_name_nobody(
    engine: Engine, calling: CallingIn, twilio: TwilioStandIn
) -> None:
    number, (case,) = await opened(engine)
    with capture_logs() as logged:
        call = await calling.call(number)
        await calling.answers(call)
        await calling.hangs_up(call)
        twilio.down = Answer(200, {"from": number, "sid": number})
        assert await calling.tell(call, "answered") == {503}
        await calling.call(SELLER)
    told = str(logged) + str((await case.handle.describe()).raw_description)
    assert {entry["event"] for entry in logged} >= {"called us", "not recorded", "request"}
    for secret in (number[1:], SELLER[1:], DESK[1:], TOKEN):
        assert secret not in told
