"""Appeals at the desk, in a browser and by plain requests (docs/rules.md, sections 8 and 9)."""

import re
from dataclasses import replace
from typing import Any, NoReturn

import pytest
from playwright.async_api import Browser, expect

from domain.appeal.deactivation import Unreached
from domain.appeal.events import AppealEventKind, Verdict
from domain.appeal.status import AppealStatus
from domain.appeal.view import AppealView
from domain.case.events import ReceiveBounce
from domain.shared.result import Result
from runtime.desk_settings import Role
from temporal_client.failures import NoAnswer
from temporal_client.workflows import Workflows
from tests.desk.cases import ServedDesk, form_of
from tests.engine import Engine
from tests.page.accessibility import violations
from tests.workflows.appeals import ADDED, AGAIN, FIRST, deactivated, submit
from workflows.appeal.seller_appeal import SellerAppeal

UPHELD = {"verdict": "uphold", "sure": "yes"}


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
    note = page.get_by_label("Reason, or question")
    await expect(note).to_have_attribute("aria-invalid", "true")
    await expect(note).to_have_accessible_description("The seller reads it. Please fill this in.")
    assert await violations(page) == []
    await page.get_by_label("Reinstate the account").check()
    await note.fill("The invoice is in order")
    await page.get_by_role("button", name="Send the answer").click()
    sure = page.get_by_role("main")
    await expect(sure).to_contain_text("The account service is told to activate the account.")
    await expect(sure).to_contain_text("This cannot be taken back.")
    assert await violations(page) == []
    await page.get_by_role("button", name="Go back").click()
    assert await note.input_value() == "The invoice is in order"
    await page.get_by_role("button", name="Send the answer").click()
    await page.get_by_role("button", name="Reinstate the account").click()
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
        first = form_of((await reviewer.get(at)).text, "decide", note="No invoice", **UPHELD)
        assert (await reviewer.post(f"{at}/decide", data=first, headers=origin)).status_code == 303
        await appeal.reaches(AppealStatus.UPHELD)
        await submit(engine, "BEFORE", AGAIN)
        page = (await reviewer.get(at)).text
        assert "You answered the first appeal" in page
        assert 'id="decide"' not in page
        again = first | {"seen": str((await appeal.view()).events), "note": "Still no"}
        refused = await reviewer.post(f"{at}/decide", data=again, headers=origin)
        assert refused.status_code == 409
        assert "You answered the first appeal" in refused.text
        assert "Still no" in refused.text, "what was typed stays"
    assert (await appeal.view()).status is AppealStatus.SUBMITTED


async def test_an_outage_that_came_to_light_stands_beside_the_appeal(
    desk: ServedDesk, engine: Engine
) -> None:
    await deactivated(engine, "OUT")
    await submit(engine, "OUT")
    async with desk.signed_in(Role.SPECIALIST) as person:
        at, origin = "/desk/appeal/US/OUT", {"origin": desk.origin}
        page = (await person.get(at)).text
        empty = await person.post(
            f"{at}/outage", data=form_of(page, "outage", note=""), headers=origin
        )
        assert empty.status_code == 422
        form = form_of(page, "outage", note="The mail server lost messages")
        assert (await person.post(f"{at}/outage", data=form, headers=origin)).status_code == 303
        page = (await person.get(at)).text
    assert "An outage of ours has come to light since." in page
    assert "The account was not deactivated for silence." in page
    assert "The mail server lost messages" in page


async def test_after_both_answers_an_outage_is_refused_in_words_that_say_what_to_do_instead(
    desk: ServedDesk, engine: Engine
) -> None:
    await deactivated(engine, "BOTH")
    appeal = await submit(engine, "BOTH")
    await appeal.decide(Verdict.UPHOLD)
    await submit(engine, "BOTH", AGAIN)
    await appeal.decide(Verdict.UPHOLD, "lead.diaz")
    async with desk.signed_in(Role.SPECIALIST) as person:
        at, origin = "/desk/appeal/US/BOTH", {"origin": desk.origin}
        form = form_of((await person.get(at)).text, "outage", note="The mail server lost messages")
        refused = await person.post(f"{at}/outage", data=form, headers=origin)
    assert refused.status_code == 409
    assert "Both appeals are answered, and no third is taken." in refused.text
    assert "The mail server lost messages" in refused.text, "what was typed stays"
    assert (await appeal.view()).outages == ()


async def test_a_decision_on_what_was_not_read_is_refused(desk: ServedDesk, engine: Engine) -> None:
    await deactivated(engine, "UNREAD")
    appeal = await submit(engine, "UNREAD")
    async with desk.signed_in(Role.REVIEWER) as person:
        at, origin = "/desk/appeal/US/UNREAD", {"origin": desk.origin}
        form = form_of((await person.get(at)).text, "decide", note="No", **UPHELD)
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


async def test_a_final_answer_is_asked_again_and_until_then_nothing_is_done(
    desk: ServedDesk, engine: Engine
) -> None:
    await deactivated(engine, "SURE")
    appeal = await submit(engine, "SURE")
    async with desk.signed_in(Role.REVIEWER) as person:
        at, origin = "/desk/appeal/US/SURE", {"origin": desk.origin}
        form = form_of((await person.get(at)).text, "decide", verdict="uphold", note="No invoice")
        asked = await person.post(f"{at}/decide", data=form, headers=origin)
        assert "they can appeal once more, with new evidence" in asked.text
        assert "No invoice" in asked.text
        assert (await appeal.view()).status is AppealStatus.SUBMITTED
        sure = form_of(asked.text, "decide", sure="yes")
        assert (await person.post(f"{at}/decide", data=sure, headers=origin)).status_code == 303
    await appeal.reaches(AppealStatus.UPHELD)


@pytest.mark.parametrize("arrives", [False, True])
async def test_an_answer_is_kept_and_counts_once_where_temporal_did_not_answer(
    desk: ServedDesk, engine: Engine, monkeypatch: pytest.MonkeyPatch, arrives: bool
) -> None:
    seller = f"AWAY{arrives}".upper()
    await deactivated(engine, seller)
    appeal = await submit(engine, seller)
    execute = Workflows.execute_update

    async def unanswered(self: Workflows, *sent: Any) -> NoReturn:
        if arrives:
            await execute(self, *sent)
        raise NoAnswer("no answer in time")

    async def away(self: Workflows, name: Any) -> NoReturn:
        raise NoAnswer("no answer in time")

    async with desk.signed_in(Role.REVIEWER) as person:
        at, origin = f"/desk/appeal/US/{seller}", {"origin": desk.origin}
        form = form_of((await person.get(at)).text, "decide", note="No invoice", **UPHELD)
        with monkeypatch.context() as no_temporal:
            no_temporal.setattr(Workflows, "execute_update", unanswered)
            no_temporal.setattr(Workflows, "view", away)
            kept = await person.post(f"{at}/decide", data=form, headers=origin)
        assert kept.status_code == 503
        assert "The appeal cannot be reached" in kept.text
        assert "If it was taken after all, it counts once." in kept.text
        again = form_of(kept.text, "decide", note="No invoice", **UPHELD)
        assert "No invoice</textarea>" in kept.text
        assert (await person.post(f"{at}/decide", data=again, headers=origin)).status_code == 303
    view = await appeal.reaches(AppealStatus.UPHELD)
    assert [e.what for e in view.timeline].count(AppealEventKind.DECIDED) == 1


async def test_an_answer_that_arrived_though_nobody_said_so_is_looked_up_and_shown_as_taken(
    desk: ServedDesk, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deactivated(engine, "UNSAID")
    await submit(engine, "UNSAID")
    execute = Workflows.execute_update

    async def unanswered(self: Workflows, *sent: Any) -> NoReturn:
        await execute(self, *sent)
        raise NoAnswer("no answer in time")

    async with desk.signed_in(Role.REVIEWER) as person:
        at, origin = "/desk/appeal/US/UNSAID", {"origin": desk.origin}
        form = form_of((await person.get(at)).text, "decide", note="No invoice", **UPHELD)
        with monkeypatch.context() as slow:
            slow.setattr(Workflows, "execute_update", unanswered)
            taken = await person.post(f"{at}/decide", data=form, headers=origin)
        assert taken.status_code == 303
        assert "Your answer is taken." in (await person.get(at)).text


async def test_a_reply_to_our_mail_is_no_sign_that_we_were_at_fault(
    desk: ServedDesk, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deactivated(engine, "REPLIED")
    await submit(engine, "REPLIED")
    snapshot = Workflows.snapshot

    async def with_message(self: Workflows, name: Any) -> Any:
        found = await snapshot(self, name)
        view = found.view.model_copy(update={"unreached": (Unreached.MESSAGE_WAITING,)})
        return replace(found, view=view)

    monkeypatch.setattr(Workflows, "snapshot", with_message)
    async with desk.signed_in(Role.REVIEWER) as person:
        page = (await person.get("/desk/appeal/US/REPLIED")).text
    assert "it may be a reply to our e-mail, and says nothing about us" in page
    assert "it may have been us" not in page


async def test_the_page_of_the_closed_case_leads_to_its_appeal(
    desk: ServedDesk, engine: Engine
) -> None:
    await deactivated(engine, "LEADS")
    link = 'href="/desk/appeal/US/LEADS"'
    async with desk.signed_in(Role.REVIEWER) as person:
        assert link not in (await person.get("/desk/case/US/LEADS")).text
        await submit(engine, "LEADS")
        page = (await person.get("/desk/case/US/LEADS")).text
    assert link in page
    assert "It waits for the desk" in page


def _newest_letter(view: AppealView) -> int:
    return sum(entry.result is Result.ACCEPTED for entry in view.timeline)


async def test_there_is_no_page_of_no_appeal(desk: ServedDesk) -> None:
    async with desk.signed_in(Role.LEAD) as lead:
        for path in ("/desk/appeal/US/NOBODY", "/desk/appeal/XX/NOBODY", "/desk/appeal/US/a%20b"):
            assert (await lead.get(path)).status_code == 404
