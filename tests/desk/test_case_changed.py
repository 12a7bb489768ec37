"""A form that is sent after the case has changed, has closed, or is another one."""

import re

import pytest

from domain.case.events import Review
from domain.case.status import Status
from runtime.desk_settings import Role
from tests.desk.cases import ServedDesk, address, form_of
from tests.domain.case.build import a_plan
from tests.engine import Engine
from tests.workflows.events import WITHDRAW
from workflows.case.issue_case import IssueCase

LOOK_AGAIN = "The case has changed since you looked"


async def test_a_prepared_text_is_not_put_beside_a_plan_that_nobody_has_read(
    desk: ServedDesk, engine: Engine
) -> None:
    case = await engine.open()
    await case.tell(IssueCase.submit_plan, a_plan("The first cause"))
    at = address(await case.view())
    wording = {"insert": "yes", "wording": "reject/No invoice"}
    async with desk.signed_in(Role.REVIEWER) as reviewer:
        form = form_of((await reviewer.get(at)).text, "review", note="")
        answer = await reviewer.post(f"{at}/review", data=form | wording)
        assert LOOK_AGAIN not in answer.text
        await case.tell(IssueCase.submit_plan, a_plan("Another cause"))
        answer = await reviewer.post(f"{at}/review", data=form | wording)
        assert LOOK_AGAIN in answer.text
        assert "Another cause" in answer.text


async def test_what_was_taken_is_not_said_to_have_failed_once_the_case_has_closed(
    desk: ServedDesk, engine: Engine
) -> None:
    case = await engine.open()
    await case.tell(IssueCase.submit_plan, a_plan())
    at = address(await case.view())
    async with desk.signed_in(Role.REVIEWER) as reviewer:
        accept = {"decision": Review.ACCEPT.value, "note": "Good", "sure": "yes"}
        form = form_of((await reviewer.get(at)).text, "review") | accept
        assert (await reviewer.post(f"{at}/review", data=form)).status_code == 303
        assert (await case.end()).status is Status.RESOLVED
        again = await reviewer.post(f"{at}/review", data=form)
        assert again.status_code == 303


async def test_what_was_typed_for_a_closed_case_is_not_offered_for_the_next_one(
    desk: ServedDesk, engine: Engine
) -> None:
    first = await engine.open(seller_id="NEXTCASE")
    at = address(await first.view())
    async with desk.signed_in(Role.SPECIALIST) as specialist:
        form = form_of((await specialist.get(at)).text, "note", note="They called about ISS-1")
        await first.tell(IssueCase.withdraw, WITHDRAW)
        await first.end()
        second = await engine.open(seller_id="NEXTCASE")
        answer = await specialist.post(f"{at}/note", data=form)
        assert answer.status_code == 409
        assert "the account has another one by now" in answer.text
        # It is there to be copied, and in no form of the other case.
        assert '<p class="kept" dir="auto">They called about ISS-1</p>' in answer.text
        assert "They called about ISS-1</textarea>" not in answer.text
        assert not [e for e in (await second.view()).timeline if e.what == "note"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("change-contact", {"emergency_phone": "+1 206 555 0199"}),
        ("issue", {"id": "ISS-2", "code": "SAFETY", "summary": "Recalled"}),
        ("harm", {"category": "fraud", "evidence": "INV-77", "sure": "yes"}),
        ("contact", {"channel": "phone", "note": "They call back"}),
    ],
)
async def test_what_a_closed_case_did_not_take_is_not_said_to_be_done(
    desk: ServedDesk, engine: Engine, name: str, typed: dict[str, str]
) -> None:
    case = await engine.open()
    at = address(await case.view())
    async with desk.signed_in(Role.LEAD) as lead:
        page = (await lead.get(at)).text
        # The same person did something else: without a note, and with the same one.
        assert (await lead.post(f"{at}/take", data=form_of(page, "take"))).status_code == 303
        note = form_of(page, "note", note="They call back")
        assert (await lead.post(f"{at}/note", data=note)).status_code == 303
        await case.tell(IssueCase.withdraw, WITHDRAW)
        await case.end()
        answer = await lead.post(f"{at}/{name}", data=form_of(page, name, **typed))
        assert answer.status_code == 409
        assert "The case has closed. Nothing was done." in answer.text


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("change-contact", {"emergency_phone": "+1 206 555 0199"}),
        ("issue", {"id": "ISS-2", "code": "SAFETY", "summary": "Recalled"}),
        ("contact", {"channel": "phone", "note": "They call back"}),
    ],
)
async def test_what_a_case_took_before_it_closed_is_said_to_be_done(
    desk: ServedDesk, engine: Engine, name: str, typed: dict[str, str]
) -> None:
    case = await engine.open()
    at = address(await case.view())
    async with desk.signed_in(Role.LEAD) as lead:
        form = form_of((await lead.get(at)).text, name, **typed)
        assert (await lead.post(f"{at}/{name}", data=form)).status_code == 303
        await case.tell(IssueCase.withdraw, WITHDRAW)
        await case.end()
        assert (await lead.post(f"{at}/{name}", data=form)).status_code == 303


async def test_a_note_that_is_too_long_is_not_cut(desk: ServedDesk, engine: Engine) -> None:
    at = address(await (await engine.open()).view())
    note = "x" * 1000 + " the end"
    async with desk.signed_in(Role.SPECIALIST) as specialist:
        page = (await specialist.get(at)).text
        assert not re.search("<textarea[^>]*maxlength", page)  # a browser cuts what is pasted
        answer = await specialist.post(f"{at}/note", data=form_of(page, "note", note=note))
        assert answer.status_code == 422
        assert "This is too long." in answer.text
        assert f"{note}</textarea>" in answer.text


async def test_a_number_that_no_page_would_send_is_no_fault_of_ours(
    desk: ServedDesk, engine: Engine
) -> None:
    at = address(await (await engine.open()).view())
    endless = "9" * 5000
    async with desk.signed_in(Role.SPECIALIST) as specialist:
        form = form_of((await specialist.get(at)).text, "note", note="They called")
        form |= {"seen": endless, "version": endless}
        assert (await specialist.post(f"{at}/note", data=form)).status_code == 303
        asked = await specialist.get(f"{at}/changed", params={"mark": "", "seen": endless})
        assert asked.status_code == 400
