"""Who calls our number is joined to the desk, and it is a contact once the desk has answered."""

import pytest

from domain.case.status import Status
from domain.shared.names import typed_reference
from providers.call_wording import SPOKEN
from tests.engine import Engine
from tests.providers.calling_in import CallingIn
from tests.providers.incoming_stage import EN, STRANGER, contacts, fresh_number, opened
from tests.providers.twilio_calls import DESK, OURS
from tests.providers.twiml import the
from workflows.case.issue_case import IssueCase


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
    new = {"by": "seller", "emergency_phone": fresh_number()}
    await case.tell(IssueCase.change_contact, new)
    call = await calling.call(STRANGER)
    await calling.types(call, reference)
    assert EN.tell_the_desk in call.said
