"""Appeals at the desk, in a browser and by plain requests (docs/rules.md, sections 8 and 9)."""

import re

import pytest
from playwright.async_api import Browser, expect

from domain.appeal.status import AppealStatus
from domain.appeal.view import AppealView
from domain.case.events import ReceiveBounce
from domain.shared.result import Result
from runtime.desk_settings import Role
from tests.desk.cases import ServedDesk, form_of
from tests.engine import Engine
from tests.page.accessibility import violations
from tests.workflows.appeals import ADDED, AGAIN, FIRST, deactivated, submit
from workflows.appeal.seller_appeal import SellerAppeal


async def test_a_reviewer_finds_an_appeal_and_reinstates_the_account(
    desk: ServedDesk, engine: Engine, browser: Browser
) -> None:
    await deactivated(engine, "FOUND")
    appeal = await submit(engine, "FOUND", AGAIN)
    page = await desk.page(browser, Role.REVIEWER, "/desk/")
    await expect(page.locator("#queues")).to_contain_text("Appeals")
    await page.goto("/desk/appeals")
    row = page.get_by_role("link", name="US/FOUND")
    await expect(row).to_be_visible()
    assert await violations(page) == []
    await row.click()
    await expect(page.get_by_role("main")).to_contain_text("Invoice INV-77 of the supplier")
    await expect(page.get_by_role("main")).to_contain_text("reviewer.kim")  # who had a part
    assert await violations(page) == []
    for width in (390, 1280):
        await page.set_viewport_size({"width": width, "height": 900})
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    await page.get_by_role("button", name="Send the answer").click()
    await expect(page.get_by_role("alert")).to_contain_text("Please choose one.")
    await page.get_by_label("Reinstate the account").check()
    await page.get_by_label("Reason, or question").fill("The invoice is in order")
    await page.get_by_role("button", name="Send the answer").click()
    await expect(page.get_by_role("status")).to_contain_text("Your answer is taken.")
    ended = await appeal.end()
    assert ended.status is AppealStatus.REINSTATED
    answer = ended.submissions[-1].answer
    assert answer is not None
    assert (answer.said.by, answer.said.note) == ("reviewer.okafor", "The invoice is in order")
    assert await engine.providers.accounts.is_active("US", "FOUND")


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.SPECIALIST])
async def test_who_may_not_decide_sees_the_appeal_without_the_form(
    desk: ServedDesk, engine: Engine, role: Role
) -> None:
    seller = f"ROLE{role.name}"
    await deactivated(engine, seller)
    appeal = await submit(engine, seller)
    async with desk.signed_in(role) as person:
        page = (await person.get(f"/desk/appeal/US/{seller}")).text
        assert FIRST.what_happened in page
        assert 'id="decide"' not in page
        csrf = re.search(r'name="csrf" value="([^"]+)"', page)
        assert csrf is not None
        form = {"csrf": csrf[1], "run": "x", "verdict": "uphold", "note": "No"}
        refused = await person.post(
            f"/desk/appeal/US/{seller}/decide", data=form, headers={"origin": desk.origin}
        )
        assert refused.status_code == 403
    assert (await appeal.view()).status is AppealStatus.SUBMITTED


async def test_who_answered_the_first_appeal_is_told_and_the_workflow_refuses_the_form(
    desk: ServedDesk, engine: Engine
) -> None:
    await deactivated(engine, "BEFORE")
    appeal = await submit(engine, "BEFORE")
    async with desk.signed_in(Role.REVIEWER) as reviewer:
        at, origin = "/desk/appeal/US/BEFORE", {"origin": desk.origin}
        first = form_of(
            (await reviewer.get(at)).text, "decide", verdict="uphold", note="No invoice"
        )
        assert (await reviewer.post(f"{at}/decide", data=first, headers=origin)).status_code == 303
        await submit(engine, "BEFORE", AGAIN)
        page = (await reviewer.get(at)).text
        assert "You answered the first appeal" in page
        assert 'id="decide"' not in page
        again = first | {"seen": str((await appeal.view()).events), "note": "Still no"}
        refused = await reviewer.post(f"{at}/decide", data=again, headers=origin)
        assert refused.status_code == 409
        assert "You answered the first appeal" in refused.text
    assert (await appeal.view()).status is AppealStatus.SUBMITTED


async def test_an_outage_that_came_to_light_stands_beside_the_appeal(
    desk: ServedDesk, engine: Engine
) -> None:
    await deactivated(engine, "OUT")
    await submit(engine, "OUT")
    async with desk.signed_in(Role.SPECIALIST) as person:
        at, origin = "/desk/appeal/US/OUT", {"origin": desk.origin}
        page = (await person.get(at)).text
        empty = await person.post(f"{at}/outage", data=form_of(page, "outage"), headers=origin)
        assert empty.status_code == 422
        form = form_of(page, "outage", outage="The mail server lost messages")
        assert (await person.post(f"{at}/outage", data=form, headers=origin)).status_code == 303
        page = (await person.get(at)).text
    assert "An outage of ours has come to light since." in page
    assert "The mail server lost messages" in page


async def test_a_decision_on_what_was_not_read_is_refused(desk: ServedDesk, engine: Engine) -> None:
    await deactivated(engine, "UNREAD")
    appeal = await submit(engine, "UNREAD")
    async with desk.signed_in(Role.REVIEWER) as person:
        at, origin = "/desk/appeal/US/UNREAD", {"origin": desk.origin}
        form = form_of((await person.get(at)).text, "decide", verdict="uphold", note="No")
        await appeal.tell(SellerAppeal.add_information, ADDED)
        refused = await person.post(f"{at}/decide", data=form, headers=origin)
        assert refused.status_code == 409
        assert "The appeal has changed since you looked" in refused.text
        assert ">No</textarea>" in refused.text.replace("\n", ""), "what was typed stays"


async def test_a_question_that_came_back_can_be_asked_again_in_the_same_words(
    desk: ServedDesk, engine: Engine
) -> None:
    await deactivated(engine, "TWICE")
    appeal = await submit(engine, "TWICE")
    async with desk.signed_in(Role.REVIEWER) as person:
        at, origin = "/desk/appeal/US/TWICE", {"origin": desk.origin}
        for _ in range(2):
            page = (await person.get(at)).text
            form = form_of(page, "decide", verdict="more_information", note="Which invoice?")
            assert (await person.post(f"{at}/decide", data=form, headers=origin)).status_code == 303
            view = await appeal.when(lambda v: v.seller_by)
            assert view.status is AppealStatus.MORE_INFORMATION
            asked = ReceiveBounce(by="mail", attempt=_newest_letter(view), code="5.1.1")
            await appeal.tell(SellerAppeal.receive_bounce, asked)
    assert (await appeal.view()).status is AppealStatus.SUBMITTED


def _newest_letter(view: AppealView) -> int:
    return sum(entry.result is Result.ACCEPTED for entry in view.timeline)


async def test_there_is_no_page_of_no_appeal(desk: ServedDesk) -> None:
    async with desk.signed_in(Role.LEAD) as lead:
        for path in ("/desk/appeal/US/NOBODY", "/desk/appeal/XX/NOBODY", "/desk/appeal/US/a%20b"):
            assert (await lead.get(path)).status_code == 404
