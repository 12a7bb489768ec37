"""What cannot be taken is refused by the validator, without a history event (docs/api.md)."""

from datetime import datetime
from typing import Any

import pytest
from temporalio.service import RPCError

from domain.case.events import ChangeContact, Decision, Withdraw
from domain.case.status import Status
from tests.engine import Engine
from tests.workflows.events import ACCEPT, ASK, CALL_ME, CONTACT, PLAN, WITHDRAW, decided
from tests.workflows.refusing import refusal, refused
from workflows.case.issue_case import IssueCase


async def test_an_event_that_the_status_does_not_take_is_refused_with_the_reason(
    engine: Engine,
) -> None:
    case = await engine.open()
    assert "no plan is under review" in await refused(case, IssueCase.review_plan, ACCEPT)
    assert "not escalated" in await refused(case, IssueCase.decide, decided(Decision.RESOLVE))
    unknown = Withdraw(by="marketplace", note="raised in error", issue="ISS-9")
    assert "no issue ISS-9" in await refused(case, IssueCase.withdraw, unknown)
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_a_plan_is_not_accepted_before_the_conversation_was_held(engine: Engine) -> None:
    case = await engine.open()
    await case.tell(IssueCase.submit_plan, PLAN)
    await case.tell(IssueCase.review_plan, ASK)
    await case.tell(IssueCase.submit_plan, PLAN)
    await case.settled()
    assert "conversation" in await refused(case, IssueCase.review_plan, ACCEPT)
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_contact_me_now_is_refused_within_five_minutes(engine: Engine) -> None:
    case = await engine.open()
    await case.tell(IssueCase.request_call, CALL_ME)
    await case.settled()
    assert "just now" in await refused(case, IssueCase.request_call, CALL_ME)
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_a_refusal_carries_its_code_and_values(engine: Engine) -> None:
    case = await engine.open()
    error = await refusal(case, IssueCase.decide, decided(Decision.RESOLVE))
    assert (error.type, error.message) == (
        "Refused",
        "there is nothing to decide: the case is contacting, not escalated",
    )
    assert error.details == ({"code": "not_escalated", "values": {"status": "contacting"}},)
    satellite = ChangeContact(by="seller", emergency_phone="+881612345678")
    (detail,) = (await refusal(case, IssueCase.change_contact, satellite)).details
    assert (detail["code"], detail["values"]["field"]) == ("does_not_exist", "emergency_phone")
    await case.tell(IssueCase.request_call, CALL_ME)
    (detail,) = (await refusal(case, IssueCase.request_call, CALL_ME)).details
    assert detail["code"] == "call_too_soon"
    assert datetime.fromisoformat(detail["values"]["again_from"]).tzinfo is not None
    await case.tell(IssueCase.withdraw, WITHDRAW)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (ChangeContact(by="seller", emergency_phone="+10615550101"), "emergency_phone"),
        (ChangeContact(by="seller", emergency_phone="+19005550101"), "premium-rate"),
        (ChangeContact(by="seller", emergency_phone="+447012345678"), "costly"),
        (ChangeContact(by="seller", emergency_phone="+881612345678"), "satellite"),
        (ChangeContact(by="seller", email="two@bluekettle-.example"), "email"),
    ],
)
async def test_a_number_or_address_that_is_none_is_refused(
    engine: Engine, change: ChangeContact, field: str
) -> None:
    case = await engine.open()
    reason = await refused(case, IssueCase.change_contact, change)
    assert field in reason
    assert "+1" not in reason
    assert "bluekettle" not in reason
    await case.tell(IssueCase.withdraw, WITHDRAW)


@pytest.mark.parametrize(
    ("update", "argument", "names"),
    [
        ("report_contact", {"channel": "phone", "note": "called"}, "by"),
        ("report_contact", {"by": "lee", "channel": "fax", "note": "called"}, "channel"),
        ("submit_plan", {"by": "seller", "root_causes": ["x"]}, "corrective_actions"),
        ("review_plan", {"by": "kim", "decision": "reject", "note": None}, "note"),
        ("withdraw", {"by": "shop", "note": "x" * 2000}, "note"),
        ("decide", {"by": "lead", "decision": "resume", "note": "a\x00b"}, "note"),
        ("request_call", {"by": "seller", "number": "+12065550101"}, "number"),
    ],
)
async def test_a_malformed_update_is_refused_naming_the_field(
    engine: Engine, update: str, argument: dict[str, Any], names: str
) -> None:
    case = await engine.open()
    reason = await refused(case, update, argument)
    assert names in reason
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_a_closed_case_takes_nothing(engine: Engine) -> None:
    case = await engine.open()
    await case.tell(IssueCase.withdraw, WITHDRAW)
    await case.end()
    before = await case.events()
    with pytest.raises(RPCError, match="completed"):
        await case.tell(IssueCase.report_contact, CONTACT)
    assert await case.events() == before


async def test_a_case_on_its_way_out_says_how_it_ended(engine: Engine) -> None:
    # The closing e-mail cannot be delivered for now, so the workflow still runs.
    case = await engine.open(email="outage@bluekettle.example", wait=False)
    await case.tell(IssueCase.withdraw, WITHDRAW)
    await case.reaches(Status.WITHDRAWN)
    await case.when(lambda v: [a.result for a in v.attempts].count(None) == 1)
    reason = await refused(case, IssueCase.report_contact, CONTACT)
    assert "withdrawn (raised_in_error)" in reason
    assert "a further issue opens a new case" in reason
