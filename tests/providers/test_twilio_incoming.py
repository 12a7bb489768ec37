"""Who calls our number is joined to the desk, and it is a contact once the desk has answered."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from temporalio.client import Client

from domain.case.status import Status
from domain.case.timeline import TimelineEntry
from domain.shared.names import typed_reference
from page.app import build
from page.incoming_calls import incoming_routes
from page.server import serving
from providers.call_wording import SPOKEN
from providers.twilio.api import Account
from providers.twilio.incoming_calls import ANSWERED, ENDED, INCOMING, TYPED, IncomingCalls
from providers.twilio.telephone import Numbers
from runtime.connection import connect
from tests.cli.case.test_contact_everywhere import found
from tests.engine import Engine, OpenCase
from tests.page.site import TLS_URL, on_a_port
from tests.providers.calling_back import signature
from tests.providers.calling_in import CallingIn, Incoming, long_ago
from tests.providers.twilio_calls import DESK, OURS, SELLER, SID, TOKEN
from tests.providers.twilio_stand_in import Answer, TwilioStandIn
from tests.providers.twiml import the
from workflows.case.issue_case import IssueCase

_numbers = itertools.count(2_066_000_010, 100)
"""The tests share an engine, so that each has numbers of its own. Nobody answers them."""
STRANGER = "+12065551499"
EN = SPOKEN["en"]


@asynccontextmanager
async def page(client: Client, twilio: TwilioStandIn) -> AsyncIterator[CallingIn]:
    """A page behind a proxy that ends TLS, which Twilio asks."""
    calls = IncomingCalls(Account(SID, TOKEN, twilio.url), Numbers(OURS, DESK), TLS_URL)
    settings, listener = on_a_port()
    local = settings.url or ""
    settings = settings.model_copy(update={"url": TLS_URL})
    app = build(client, settings, telephone=incoming_routes(client, calls, TOKEN))
    async with serving(app, settings, listener):
        yield CallingIn(twilio, TLS_URL, local)


@pytest.fixture
async def calling(engine: Engine, twilio: TwilioStandIn) -> AsyncIterator[CallingIn]:
    async with page(engine.client, twilio) as running:
        yield running


async def opened(engine: Engine, count: int = 1, **options: Any) -> tuple[str, list[OpenCase]]:
    """Open cases of one number, which the search finds."""
    number = f"+1{next(_numbers)}"
    cases = [await engine.open(emergency_phone=number, **options) for _ in range(count)]
    await found(engine, number, count)
    return number, cases


async def contacts(case: OpenCase) -> list[TimelineEntry]:
    return [entry for entry in (await case.view()).timeline if entry.what == "contact"]


async def test_a_seller_who_calls_back_is_reached_once_the_desk_has_answered(
    engine: Engine, calling: CallingIn
) -> None:
    number, (case,) = await opened(engine, language="fr-CA")
    call = await calling.call(number)
    assert call.said == SPOKEN["fr"].calls_us
    assert call.leg_to == DESK
    assert "callerId" not in the("Dial", call.verbs).attributes  # the desk sees who calls
    assert await calling.tell(call, "answered") == {204}  # it rings: what is told is not believed
    assert (await case.view()).status is Status.CONTACTING

    assert await calling.answers(call) == {204}
    assert (await case.view()).status is Status.WORKING
    assert await calling.hangs_up(call) == {204}
    assert call.said == SPOKEN["fr"].calls_us
    (contact,) = await contacts(case)
    assert contact.by == "telephone"
    assert number not in (contact.note or "")


async def test_it_counts_for_every_open_case_of_the_number(
    engine: Engine, calling: CallingIn
) -> None:
    number, cases = await opened(engine, 3)
    _, (other,) = await opened(engine)
    withdrawal = {"by": "monitor", "note": "Raised in error"}
    await cases[0].tell(IssueCase.withdraw, withdrawal)
    await cases[0].end()
    call = await calling.call(number)
    assert await calling.answers(call) == {204}
    assert [len(await contacts(case)) for case in cases] == [0, 1, 1]
    assert await contacts(other) == []


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


@pytest.mark.parametrize("leg", ["no-answer", "busy", "failed", "canceled"])
async def test_while_nobody_at_the_desk_answers_nothing_is_recorded(
    engine: Engine, calling: CallingIn, leg: str
) -> None:
    number, (case,) = await opened(engine)
    call = await calling.call(number)
    assert await calling.hangs_up(call, leg) == {204}
    assert call.said == EN.calls_us + EN.call_later
    assert (await case.view()).status is Status.CONTACTING


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("typed", ["", "12", "99999999999", "00000000000", "1*345678901"])
async def test_who_is_not_recognised_hears_so_and_is_joined_to_the_desk(
    calling: CallingIn, typed: str
) -> None:
    call = await calling.call(STRANGER)
    assert call.leg_to is None
    await calling.types(call, typed)
    assert call.said == EN.not_recognised + EN.tell_the_desk
    assert call.leg_to == DESK
    assert "statusCallback" not in the("Number", call.verbs).attributes
    await calling.hangs_up(call)
    assert EN.call_later not in call.said


@pytest.mark.usefixtures("engine")
async def test_who_is_not_recognised_hears_the_language_of_their_country(
    calling: CallingIn,
) -> None:
    call = await calling.call("+525512345678")
    assert call.said.startswith(SPOKEN["es"].not_recognised)


@pytest.mark.parametrize("caller", ["anonymous", "Restricted", "", "sip:a@b.example", "+", "+1'"])
@pytest.mark.usefixtures("engine")
async def test_who_withholds_the_number_is_joined_under_ours(
    calling: CallingIn, caller: str
) -> None:
    call = await calling.call(caller)
    assert EN.not_recognised in call.said
    assert the("Dial", call.verbs).attributes["callerId"] == OURS


@pytest.mark.parametrize(
    ("caller", "verified"),
    [(STRANGER, ""), ("anonymous", ""), (STRANGER, "TN-Validation-Failed-A")],
)
async def test_from_another_telephone_the_e_mails_reference_is_typed(
    engine: Engine, calling: CallingIn, caller: str, verified: str
) -> None:
    number, cases = await opened(engine, 2, language="es")
    case, other = cases
    reference = typed_reference(number, (await case.view()).id)
    call = await calling.call(caller, StirVerstat=verified)
    await calling.types(call, reference, StirVerstat=verified)
    assert SPOKEN["es"].calls_us in call.said
    assert await contacts(case) == []
    assert await calling.answers(call, times=2) == {204}
    await calling.hangs_up(call)
    (contact,) = await contacts(case)
    assert "reference" in (contact.note or "")
    assert await contacts(other) == []  # each case has its own


async def test_a_reference_of_a_number_that_has_changed_finds_nothing(
    engine: Engine, calling: CallingIn
) -> None:
    number, (case,) = await opened(engine)
    reference = typed_reference(number, (await case.view()).id)
    new = {"by": "seller", "emergency_phone": f"+1{next(_numbers)}"}
    await case.tell(IssueCase.change_contact, new)
    call = await calling.call(STRANGER)
    await calling.types(call, reference)
    assert EN.tell_the_desk in call.said


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
