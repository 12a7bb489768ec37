"""What a seller does on the page, in a browser, and what the workflows make of it."""

import asyncio
import re

from playwright.async_api import Browser, Page, expect

from domain.case.attempt import Purpose
from domain.case.events import Review, ReviewPlan
from domain.case.status import Status
from domain.enrollment.status import EnrollmentStatus
from tests.engine import KnownSeller, OpenCase, issue
from tests.page.accessibility import violations
from tests.page.site import Site

MARKUP = '<script>alert(1)</script> & "quotes" {{ 7*7 }} %(x)s \u202eabc 😀'


async def fill(page: Page, **texts: str) -> None:
    """Type into the first row of parts of the plan."""
    for part, text in texts.items():
        await page.fill(f"#{part}-1", text)


async def send(page: Page) -> None:
    """Press the form's button."""
    await page.get_by_role("button", name="Send the plan").click()


async def said(page: Page) -> str:
    """All that the page says."""
    return await page.inner_text("main")


async def test_the_button_calls_at_once_and_says_from_when_on_it_does_again(
    site: Site, browser: Browser
) -> None:
    case = await site.open("PRESS")
    page, other = await site.visit(browser, "PRESS"), await site.visit(browser, "PRESS")
    await page.get_by_role("button", name="Contact me now").click()
    await expect(page.locator(".notice.good")).to_contain_text("We are calling you now")
    view = await case.when(lambda v: any(a.about is Purpose.REQUESTED for a in v.attempts))
    assert view.status is Status.WORKING
    assert page.url[len(site.settings.url or "") :] == "/"
    # The other tab still shows the button: the case refuses, and the page says it kindly.
    await other.get_by_role("button", name="Contact me now").click()
    await expect(other.locator("main [role=alert]:visible")).to_contain_text(
        "You asked for a call already"
    )
    assert await other.get_by_role("button", name="Contact me now").count() == 0
    assert len([a for a in (await case.view()).attempts if a.about is Purpose.REQUESTED]) == 1


async def test_a_plan_with_a_mistake_keeps_everything_and_goes_through_when_right(
    site: Site, browser: Browser
) -> None:
    case = await site.open("PLANNER")
    page = await site.visit(browser, "PLANNER")
    await fill(page, root_causes=MARKUP, preventive_measures="y" * 1001)
    await send(page)
    await expect(page.locator("#problems li")).to_have_count(2)  # missing, and too long
    await fill(page, preventive_measures="Two people check")
    await page.get_by_role("button", name="Add a preventive measure").click()
    assert await page.evaluate("document.activeElement.id") == "preventive_measures-2"
    await page.keyboard.insert_text("x" * 1001)
    await send(page)
    problems = page.locator("#problems li")
    await expect(problems).to_have_text(
        [
            "Please name at least one corrective action.",
            "This text is too long: 1000 characters at most, and it has 1001.",
        ]
    )
    assert await page.input_value("#root_causes-1") == MARKUP
    assert await page.input_value("#preventive_measures-2") == "x" * 1001
    for field in ("corrective_actions-1", "preventive_measures-2"):
        box = page.locator(f"#{field}")
        assert await box.get_attribute("aria-invalid") == "true"
        assert f"{field}-problem" in (await box.get_attribute("aria-describedby") or "")
    assert await violations(page) == []
    assert (await case.view()).plans == ()

    await problems.first.get_by_role("link").click()
    assert await page.evaluate("document.activeElement.id") == "corrective_actions-1"
    await page.keyboard.type("Removed the listing")
    await (
        page.locator(".row", has=page.locator("#preventive_measures-2"))
        .get_by_role("button")
        .click()
    )
    await send(page)
    await expect(page.locator(".notice.good")).to_contain_text("We have received your plan")
    (plan,) = (await case.view()).plans
    assert plan.plan.root_causes == (MARKUP,)
    assert plan.plan.preventive_measures == ("Two people check",)
    assert (plan.plan.by, plan.plan.evidence) == ("seller", ())
    await page.locator("#version-1 summary").click()
    assert MARKUP in await said(page)


async def test_what_a_reviewer_answers_is_shown_and_the_next_version_begins_with_the_last(
    site: Site, browser: Browser
) -> None:
    case = await site.open("REVISER")
    page = await site.visit(browser, "REVISER")
    await fill(page, root_causes="a", corrective_actions="b", preventive_measures="c")
    await send(page)
    await expect(page.locator("h1")).to_have_text("There is nothing you must do now")
    answer = ReviewPlan(by="reviewer.kim", decision=Review.REJECT, note=MARKUP)
    await case.tell("review_plan", answer)
    await page.reload()
    assert MARKUP in await page.inner_text("#answer")
    assert await page.input_value("#root_causes-1") == "a"
    assert "reviewer.kim" not in await page.content()
    await fill(page, root_causes="a, since May")
    await send(page)
    await expect(page.locator("h1")).to_have_text("There is nothing you must do now")
    assert [p.plan.root_causes for p in (await case.view()).plans] == [("a",), ("a, since May",)]


async def test_without_javascript_rows_come_and_go_and_a_plan_is_sent(
    site: Site, browser: Browser
) -> None:
    case = await site.open("NOSCRIPT")
    page = await site.visit(browser, "NOSCRIPT", java_script_enabled=False)
    await fill(page, root_causes="first", corrective_actions="done")
    await page.get_by_role("button", name="Add a root cause").click()
    await page.fill("#root_causes-2", "second")
    await page.get_by_role("button", name="Add a root cause").click()
    await page.fill("#root_causes-3", "third")
    await page.get_by_role("button", name="Remove: Root cause 2").click()
    assert await page.input_value("#root_causes-2") == "third"
    assert await page.input_value("#corrective_actions-1") == "done"
    assert (await case.view()).plans == ()
    await fill(page, preventive_measures="checked", evidence="INV-1")
    await send(page)
    await expect(page.locator(".notice.good")).to_contain_text("We have received your plan")
    (plan,) = (await case.view()).plans
    assert plan.plan.root_causes == ("first", "third")
    assert plan.plan.evidence == ("INV-1",)


async def test_the_same_form_sent_twice_is_one_plan(site: Site, browser: Browser) -> None:
    case = await site.open("TWICE")
    page = await site.visit(browser, "TWICE")
    await fill(page, root_causes="a", corrective_actions="b", preventive_measures="c")
    form = await page.evaluate(
        "Object.fromEntries(new FormData(document.querySelector('[data-plan]')))"
    )
    answers = await asyncio.gather(
        *(page.context.request.post(f"{site.settings.url}/plan", form=form) for _ in range(2))
    )
    assert [answer.status for answer in answers] == [200, 200]
    assert len((await case.view()).plans) == 1


async def test_two_tabs_that_write_keep_what_they_wrote_while_the_page_goes_on(
    site: Site, browser: Browser
) -> None:
    case = await site.open("TABS")
    writing, sending = await site.visit(browser, "TABS"), await site.visit(browser, "TABS")
    await fill(writing, root_causes="half a thought")
    await fill(sending, root_causes="a", corrective_actions="b", preventive_measures="c")
    await send(sending)
    await expect(sending.locator("h1")).to_have_text("There is nothing you must do now")
    await writing.evaluate("refresh()")
    await expect(writing.locator("h1")).to_have_text("There is nothing you must do now")
    await expect(writing.locator("#changed")).to_contain_text("This page has changed")
    assert await writing.input_value("#root_causes-1") == "half a thought"
    await fill(writing, corrective_actions="d", preventive_measures="e")
    await send(writing)
    await expect(writing.locator(".notice.good")).to_contain_text("We have received your plan")
    assert len((await case.view()).plans) == 2


async def test_a_form_for_a_case_that_has_ended_goes_to_no_other(
    site: Site, browser: Browser
) -> None:
    case = await site.open("ENDED")
    page = await site.visit(browser, "ENDED")
    await fill(page, root_causes="a", corrective_actions="b", preventive_measures="c")
    await case.tell("withdraw", {"by": "monitor", "note": "wrong seller"})
    await case.end()
    again = await site.engine.open(seller_id="ENDED", issues=(issue("ISS-9"),))
    await send(page)
    await expect(page.locator("main [role=alert]:visible")).to_contain_text("The case has changed")
    assert (await again.view()).plans == ()
    assert "The case that your link was for" not in await said(page)


async def test_a_number_goes_to_the_open_case_and_a_refusal_stands_beside_the_field(
    site: Site, browser: Browser
) -> None:
    known = await site.engine.know("NUMBER")
    case = await site.engine.open(seller_id="NUMBER")
    page = await site.visit(browser, "NUMBER")
    await page.get_by_text("Change the number").last.click()
    for wrong, says in (
        ("nonsense", "This is not a telephone number"),
        ("911", "emergency number"),
        ("+1 206 111 0101", "No number of that country"),
        ("+44 70 1234 5678", "costly kind"),
        ("+881 6 1234 5678", "satellite"),
        ("+1 900 555 0100", "premium-rate"),
    ):
        await page.fill("#emergency_phone", wrong)
        await page.get_by_role("button", name="Save the number").click()
        await expect(page.locator("#emergency_phone-problem")).to_contain_text(says)
        assert await page.input_value("#emergency_phone") == wrong
    await page.fill("#emergency_phone", "(206) 555-0111")
    await page.get_by_role("button", name="Save the number").click()
    await expect(page.locator("#number .known")).to_have_text("+1 206-555-0111")
    assert (await case.view()).account.emergency_phone == "+12065550111"
    await known.when(lambda v: v.account.emergency_phone == "+12065550111")


async def test_a_seller_who_is_invited_gives_a_number_and_is_enrolled(
    site: Site, browser: Browser
) -> None:
    known: KnownSeller = await site.engine.know("GUEST", emergency_phone=None)
    page = await site.visit(browser, "GUEST")
    await page.fill("#emergency_phone", "+1 206 555 0101")
    await page.get_by_role("button", name="Save the number").click()
    await expect(page.locator("h1")).to_contain_text("You are enrolled")
    assert (await known.view()).status is EnrollmentStatus.ENROLLED


async def test_one_sellers_link_shows_nothing_of_anothers(site: Site, browser: Browser) -> None:
    await site.open("MINE", name="Mine Alone", email="mine@shop.example")
    theirs = await site.open("THEIRS", name="Theirs Only", email="theirs@shop.example")
    page = await site.visit(browser, "MINE")
    source = await page.content()
    assert "Mine Alone" in source
    assert "Theirs" not in source
    case_id = (await theirs.view()).id
    await page.evaluate("id => document.querySelector('.ask [name=case]').value = id", case_id)
    await page.get_by_role("button", name="Contact me now").click()
    assert "not sent from your page" in await said(page)
    assert (await theirs.view()).status is Status.CONTACTING


async def test_a_case_that_opens_shows_itself_and_its_countdown_runs(
    site: Site, browser: Browser
) -> None:
    await site.engine.know("WATCHER")
    page = await site.visit(browser, "WATCHER")
    await expect(page.locator("h1")).to_contain_text("You are enrolled")
    case: OpenCase = await site.engine.open(seller_id="WATCHER")
    await page.evaluate("refresh()")
    await expect(page.locator("h1")).to_contain_text("Get in touch by")
    await expect(page.locator("[data-part=days]")).to_have_text("3")
    await page.evaluate("document.querySelector('[data-until]').dataset.until -= 90000; tick()")
    await expect(page.locator("[data-part=days]")).to_have_text("1")
    await expect(page.locator("[data-part=hours]")).to_have_text("23")
    await case.tell("withdraw", {"by": "monitor", "note": "wrong seller"})
    await case.end()
    await page.evaluate("refresh()")
    await expect(page.locator("h1")).to_contain_text("The case was withdrawn")


async def test_leaving_ends_the_visit(site: Site, browser: Browser) -> None:
    await site.engine.know("LEAVER")
    page = await site.visit(browser, "LEAVER")
    await page.get_by_role("button", name="Leave this page").click()
    await expect(page.locator("h1")).to_have_text("You have left the page")
    await page.goto(site.settings.url or "")
    await expect(page.locator("h1")).to_contain_text("Please come in by the link")


async def test_the_link_of_the_first_email_opens_the_sellers_own_page(
    site: Site, browser: Browser
) -> None:
    await site.open("MAILED", email="mailed@bluekettle.example")
    (notice,) = [
        m for m in site.engine.mails("mailed@bluekettle.example") if "Contact us" in m["Subject"]
    ]
    text = notice.get_body(("plain",))
    assert text is not None
    (link,) = re.findall(r"http://127\.0\.0\.1:\d+/enter/\S+", text.get_content())
    page = await (await browser.new_context()).new_page()
    await page.goto(link)
    assert page.url == f"{site.settings.url}/"
    assert "Restricted product listed" in await said(page)
    html = notice.get_body(("html",))
    assert html is not None
    assert f'href="{link}"' in html.get_content()
