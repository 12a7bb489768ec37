"""What a seller has typed is kept, whatever happens meanwhile (docs/page.md)."""

import pytest
from playwright.async_api import Browser, expect

from domain.appeal.events import Verdict
from tests.page.site import Site, links, page_without_temporal, requests_to
from tests.page.test_seller import MARKUP, fill, said, send
from tests.workflows.appeals import appeal_of, deactivated
from tests.workflows.events import WITHDRAW


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_plan_stays_when_the_language_changes(
    site: Site, browser: Browser, javascript: bool
) -> None:
    seller = f"POLYGLOT-{javascript}"
    case = await site.open(seller)
    page = await site.visit(browser, seller, java_script_enabled=javascript)
    await fill(page, root_causes=MARKUP, corrective_actions="b", preventive_measures="c")
    for name, heading in (("Français", "Votre plan"), ("简体中文", "您的计划")):
        await page.get_by_role("button", name=name).click()
        await expect(page.locator("#plan-title")).to_have_text(heading)
        assert await page.input_value("#root_causes-1") == MARKUP
    other = await page.context.new_page()
    await other.goto(site.settings.url or "")
    await expect(other.locator("html")).to_have_attribute("lang", "zh-Hans")
    await page.get_by_role("button", name="提交计划").click()
    await expect(page.locator(".notice.good")).to_be_visible()
    assert (await case.view()).plans[0].plan.root_causes == (MARKUP,)


async def test_with_nothing_typed_the_language_changes_as_by_a_link(
    site: Site, browser: Browser
) -> None:
    await site.open("TOURIST")
    page = await site.visit(browser, "TOURIST")
    await page.get_by_role("button", name="Español").click()
    await expect(page.locator("html")).to_have_attribute("lang", "es")
    assert page.url == f"{site.settings.url}/"


async def test_a_plan_that_comes_when_the_case_has_closed_is_there_to_be_copied(
    site: Site, browser: Browser
) -> None:
    case = await site.open("TOO-LATE")
    page = await site.visit(browser, "TOO-LATE")
    await fill(page, root_causes=MARKUP)  # not even whole: there is nothing to correct it for
    await case.tell("withdraw", WITHDRAW)
    await case.end()
    # What cannot be done any more goes, and what was typed stays.
    await page.evaluate("refresh()")
    await expect(page.locator("h1")).to_contain_text("The case was withdrawn")
    assert await page.get_by_role("button", name="Contact me now").count() == 0
    assert await page.input_value("#root_causes-1") == MARKUP
    await send(page)
    await expect(page.locator("main [role=alert]:visible")).to_contain_text("The case has changed")
    assert "It has not been sent. You can copy it from here." in await said(page)
    assert MARKUP in await said(page)
    assert "please correct this" not in await said(page)


async def test_a_form_stays_good_when_the_same_sellers_link_is_followed_again(
    site: Site, browser: Browser
) -> None:
    case = await site.open("AGAIN")
    page = await site.visit(browser, "AGAIN", java_script_enabled=False)
    await fill(page, root_causes="a", corrective_actions="b", preventive_measures="c")
    other = await page.context.new_page()
    await other.goto(site.link("AGAIN"))
    await send(page)
    await expect(page.locator(".notice.good")).to_contain_text("We have received your plan")
    assert len((await case.view()).plans) == 1


async def test_a_visit_that_is_over_is_said_to_be_and_goes_on_by_the_link(
    site: Site, browser: Browser
) -> None:
    case = await site.open("OVER")
    page = await site.visit(browser, "OVER")
    await fill(page, root_causes=MARKUP, corrective_actions="b", preventive_measures="c")
    await page.context.clear_cookies()
    await page.evaluate("refresh()")
    await expect(page.get_by_text("Your visit is over")).to_be_visible()
    await expect(page.locator("#offline")).to_be_hidden()
    other = await page.context.new_page()
    await other.goto(site.link("OVER"))
    await page.evaluate("refresh()")
    await expect(page.get_by_text("Your visit is over")).to_be_hidden()
    await send(page)
    await expect(page.locator(".notice.good")).to_contain_text("We have received your plan")
    assert (await case.view()).plans[0].plan.root_causes == (MARKUP,)


async def test_a_tab_does_not_become_another_accounts_page(site: Site, browser: Browser) -> None:
    await site.open("FIRST-SHOP", name="First Shop")
    second = await site.open("SECOND-SHOP", name="Second Shop")
    page = await site.visit(browser, "FIRST-SHOP")
    other = await page.context.new_page()
    await other.goto(site.link("SECOND-SHOP"))
    await page.evaluate("refresh()")
    await expect(page.get_by_text("The page of another account was opened")).to_be_visible()
    await page.get_by_role("button", name="Contact me now").click()
    assert "not sent from your page" in await said(page)
    assert (await second.view()).call_again_from is None


async def test_what_was_typed_is_shown_again_also_when_an_address_sends_too_much() -> None:
    form = {"root_causes": "kept"}
    async with requests_to(await page_without_temporal()) as client:
        await client.get(links().link("case/US/A2EXAMPLE"))
        answers = [await client.post("/plan", data=form) for _ in range(330)]
    assert {answer.status_code for answer in answers[:300]} == {403}
    too_often = [answer for answer in answers if answer.status_code == 429]
    assert too_often
    assert all("kept" in answer.text for answer in too_often)


async def test_a_plan_that_was_begun_outlasts_a_call_a_new_number_and_coming_in_again(
    site: Site, browser: Browser
) -> None:
    case = await site.open("BEGUN")
    page = await site.visit(browser, "BEGUN")
    await fill(page, root_causes=MARKUP, corrective_actions="b")
    await page.get_by_role("button", name="Add a corrective action").click()
    await page.keyboard.type("and more")
    await page.get_by_role("button", name="Contact me now").click()
    await expect(page.locator(".notice.good")).to_contain_text("We are calling you now")
    assert await page.input_value("#root_causes-1") == MARKUP
    await page.get_by_text("Change the number").last.click()
    await page.fill("#emergency_phone", "+1 206 555 0110")
    await page.get_by_role("button", name="Save the number").click()
    await expect(page.locator(".notice.good")).to_contain_text("Your emergency number is saved")
    await page.goto(site.link("BEGUN"))
    assert await page.input_value("#corrective_actions-2") == "and more"
    await fill(page, preventive_measures="c")
    await send(page)
    await expect(page.locator(".notice.good")).to_contain_text("We have received your plan")
    (plan,) = (await case.view()).plans
    assert plan.plan.root_causes == (MARKUP,)
    assert plan.plan.corrective_actions == ("b", "and more")
    # Sent is sent: the form of a newer version stays folded.
    assert not await page.locator("#newer").evaluate("fold => fold.open")
    await page.locator("#newer summary").click()
    await fill(page, root_causes="a newer thought")
    await page.get_by_role("button", name="Leave this page").click()
    await page.goto(site.link("BEGUN"))
    assert await page.input_value("#root_causes-1") == MARKUP


async def test_an_appeal_that_was_begun_outlasts_a_new_number_and_coming_in_again(
    site: Site, browser: Browser
) -> None:
    await deactivated(site.engine, "BEGUN-APPEAL")
    page = await site.visit(browser, "BEGUN-APPEAL")
    await page.fill("#what_happened", MARKUP)
    await page.get_by_text("Change the number").last.click()
    await page.fill("#emergency_phone", "+1 206 555 0110")
    await page.get_by_role("button", name="Save the number").click()
    await expect(page.locator(".notice.good")).to_contain_text("Your emergency number is saved")
    assert await page.input_value("#what_happened") == MARKUP
    await page.goto(site.link("BEGUN-APPEAL"))
    await page.fill("#grounds", "The listing is gone")
    await page.get_by_role("button", name="Send the appeal").click()
    await expect(page.locator(".notice.good")).to_contain_text("We have received your appeal")
    appeal = appeal_of(site.engine, "BEGUN-APPEAL")
    assert (await appeal.view()).submissions[0].said.what_happened == MARKUP
    await appeal.decide(Verdict.UPHOLD)
    await page.reload()
    assert await page.input_value("#what_happened") == "", "sent is sent"
