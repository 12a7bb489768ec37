"""What the page shows is so, at the time it shows it (docs/page.md)."""

import re
from datetime import timedelta

from playwright.async_api import Browser, Page, expect

from domain.case.attempt import Purpose
from domain.case.events import AddIssue, Review, ReviewPlan
from domain.case.status import Status
from tests.engine import issue
from tests.page.seller_states import A_PLAN
from tests.page.site import Site
from tests.page.test_seller import fill, said, send
from tests.workflows.events import FRAUD
from workflows.case.issue_case import IssueCase


async def test_we_are_calling_is_said_no_longer_than_the_call(site: Site, browser: Browser) -> None:
    case = await site.open("RINGING")
    page = await site.visit(browser, "RINGING")
    await page.get_by_role("button", name="Contact me now").click()
    await expect(page.locator("h1")).to_contain_text("Send us your plan")
    await case.when(
        lambda v: any(a.about is Purpose.REQUESTED and a.result is not None for a in v.attempts)
    )
    await page.evaluate("refresh()")
    await expect(page.locator("#ringing")).to_have_count(0)
    assert "We are calling" not in await said(page)
    assert "You asked for a call. You can ask again from" in await said(page)


async def test_a_call_that_ended_before_the_page_was_shown_is_not_said_to_ring(
    site: Site, browser: Browser
) -> None:
    case = await site.open("RANG")
    page = await site.visit(browser, "RANG", java_script_enabled=False)
    await case.tell("request_call", {"by": "seller"})
    await case.settled()
    url = site.settings.url or ""
    await page.context.add_cookies([{"name": "case72-news", "value": "call", "url": url}])
    await page.reload()
    assert "We are calling" not in await said(page)


async def test_an_escalated_case_without_a_plan_asks_for_a_plan_not_for_a_newer_one(
    site: Site, browser: Browser
) -> None:
    case = await site.open("NO-PLAN")
    await case.tell("report_contact", {"by": "desk", "channel": "phone", "note": "called in"})
    await case.play(timedelta(hours=73))
    assert (await case.view()).status is Status.ESCALATED
    page = await site.visit(browser, "NO-PLAN")
    assert "newer version" not in await page.inner_text("#plan summary")
    await page.get_by_text("Send a plan").click()
    assert "It takes the place" not in await said(page)
    await fill(page, root_causes="a", corrective_actions="b", preventive_measures="c")
    await send(page)
    await expect(page.locator(".notice.good")).to_contain_text("the person who decides sees it")
    await expect(page.locator("#plan summary")).to_have_text("Send a newer version")


async def test_the_plan_under_review_sent_again_unchanged_is_no_new_version(
    site: Site, browser: Browser
) -> None:
    case = await site.open("UNCHANGED")
    await case.tell(IssueCase.submit_plan, A_PLAN)
    page = await site.visit(browser, "UNCHANGED")
    await page.locator("#newer summary").click()
    await send(page)
    await expect(page.locator(".notice.good")).to_contain_text("We have received your plan")
    assert len((await case.view()).plans) == 1


async def test_the_same_plan_for_an_issue_that_joined_since_is_taken_though_sent_twice_before(
    site: Site, browser: Browser
) -> None:
    case = await site.open("THRICE")
    page = await site.visit(browser, "THRICE")
    await fill(page, root_causes="a", corrective_actions="b", preventive_measures="c")
    await send(page)
    await expect(page.locator("#newer summary")).to_have_count(1)
    await page.locator("#newer summary").click()
    await send(page)
    await expect(page.locator(".notice.good")).to_contain_text("We have received your plan")
    assert len((await case.view()).plans) == 1
    await case.tell(IssueCase.add_issue, AddIssue(by="monitor", issue=issue("ISS-2")))
    await page.reload()
    await send(page)
    await expect(page.locator(".notice.good")).to_contain_text("We have received your plan")
    view = await case.view()
    assert (len(view.plans), view.status) == (2, Status.PLAN_REVIEW)


async def test_an_old_page_sent_again_is_not_said_to_have_been_received(
    site: Site, browser: Browser
) -> None:
    case = await site.open("OLD-PAGE")
    page = await site.visit(browser, "OLD-PAGE")
    other = await page.context.new_page()
    await other.goto(page.url)
    for tab in (page, other):
        await fill(tab, root_causes="a", corrective_actions="b", preventive_measures="c")
    await send(page)
    await expect(page.locator(".notice.good")).to_contain_text("We have received your plan")
    more = ReviewPlan(by="reviewer.kim", decision=Review.MORE_INFORMATION, note="Since when?")
    await case.tell(IssueCase.review_plan, more)
    await send(other)
    await expect(other.locator("main [role=alert]:visible")).to_contain_text("has changed")
    await expect(other.locator(".notice.good")).to_have_count(0)
    await expect(other.locator("#root_causes-1")).to_have_value("a")
    await send(other)
    await expect(other.locator(".notice.good")).to_contain_text("We have received your plan")
    assert len((await case.view()).plans) == 2


async def test_a_rejected_plan_is_not_sent_again_by_a_slip(site: Site, browser: Browser) -> None:
    case = await site.open("SLIP")
    await case.tell(IssueCase.submit_plan, A_PLAN)
    no = ReviewPlan(by="reviewer.kim", decision=Review.REJECT, note="The cause is not named")
    await case.tell(IssueCase.review_plan, no)
    page = await site.visit(browser, "SLIP")
    await send(page)
    await expect(page.locator("#problems li")).to_contain_text("unchanged")
    assert len((await case.view()).plans) == 1
    await fill(page, root_causes="A supplier changed the product, since May")
    await send(page)
    await expect(page.locator("h1")).to_have_text("There is nothing you must do now")
    assert len((await case.view()).plans) == 2


async def test_each_text_and_the_whole_plan_are_counted(site: Site, browser: Browser) -> None:
    await site.open("COUNTED")
    page = await site.visit(browser, "COUNTED")
    count, whole = page.locator("#root_causes-1-count"), page.locator("#plan-count")
    await expect(count).to_be_hidden()
    await fill(page, root_causes=" \n😀é" + "x" * 998 + " ")
    await expect(count).to_have_text("1,000 of 1,000 characters")
    await expect(count).not_to_have_class(re.compile("over"))
    await page.get_by_role("button", name="Add a root cause").click()
    await page.keyboard.insert_text("y" * 1001)
    second = page.locator("#root_causes-2-count")
    await expect(second).to_have_text("1,001 of 1,000 characters")
    await expect(second).to_have_class(re.compile("over"))
    await expect(whole).to_have_text("The whole plan: 2,001 of 12,000 characters")
    described = await page.get_attribute("#root_causes-2", "aria-describedby")
    assert described == "root_causes-hint root_causes-2-count"
    await page.get_by_role("button", name="Remove: Root cause 1").click()
    await expect(count).to_have_text("1,001 of 1,000 characters")
    await expect(whole).to_have_text("The whole plan: 1,001 of 12,000 characters")


async def _left(page: Page, minutes: float) -> str:
    """The countdown with so much time left."""
    await page.evaluate(
        "left => { const c = document.querySelector('[data-until]');"
        " c.dataset.until = Math.round((Date.now() + serverAhead) / 1000 + left * 60); tick(); }",
        minutes,
    )
    return " ".join((await page.inner_text(".countdown")).split())


async def test_time_left_names_no_part_of_which_there_is_none(site: Site, browser: Browser) -> None:
    await site.open("COUNTDOWN")
    page = await site.visit(browser, "COUNTDOWN", viewport={"width": 390, "height": 844})
    for minutes, words in (
        (119.9, "Time left 2 hours"),
        (1499.9, "Time left 1 day 1 hour"),
        (61, "Time left 1 hour 1 minute"),
        (4319, "Time left 2 days 23 hours 59 minutes"),
    ):
        assert await _left(page, minutes - 0.05) == words
    # Each part keeps its word beside it.
    for part in await page.locator(".countdown .part").all():
        box = await part.bounding_box()
        assert box is not None
        assert box["height"] < 60
    case = await site.open("COUNTDOWN-2")
    static = await site.visit(browser, "COUNTDOWN-2", java_script_enabled=False)
    assert " ".join((await static.inner_text(".countdown")).split()) in (
        "Time left 3 days",
        "Time left 2 days 23 hours 59 minutes",
    )
    await case.tell("withdraw", {"by": "monitor", "note": "wrong seller"})


async def test_when_no_time_is_left_the_page_is_asked_for_anew(
    site: Site, browser: Browser
) -> None:
    await site.open("ZERO")
    page = await site.visit(browser, "ZERO")
    await _left(page, 5)
    await page.evaluate("warn('over')")  # which a page that was fetched takes away
    await page.evaluate("document.querySelector('[data-until]').dataset.until = 0; tick();")
    await expect(page.locator("#over")).to_be_hidden()
    await expect(page.locator(".countdown")).to_contain_text("Time left")


async def test_on_a_desktop_what_comes_next_stands_beside_and_within_sight(
    site: Site, browser: Browser
) -> None:
    await site.open("DESKTOP")
    page = await site.visit(browser, "DESKTOP", viewport={"width": 1280, "height": 900})
    next_box = await page.get_by_role("heading", name="What comes next").bounding_box()
    hero = await page.locator(".hero").bounding_box()
    assert next_box is not None
    assert hero is not None
    assert next_box["y"] < 900
    assert next_box["x"] > hero["x"] + hero["width"]


async def test_the_charts_label_covers_nothing_of_it(site: Site, browser: Browser) -> None:
    await site.engine.know("LABEL")
    for width in (390, 1280):
        page = await site.visit(browser, "LABEL", viewport={"width": width, "height": 900})
        label = await page.locator(".chart .beside").bounding_box()
        chart = await page.locator(".chart .back").bounding_box()
        card = await page.locator(".card", has=page.locator(".chart")).bounding_box()
        assert label
        assert chart
        assert card
        assert card["x"] < label["x"]
        assert label["x"] + label["width"] <= chart["x"]
        assert chart["x"] + chart["width"] <= card["x"] + card["width"]


async def test_whose_case_ends_while_they_write_a_plan_finds_the_form_of_an_appeal(
    site: Site, browser: Browser
) -> None:
    case = await site.open("WRITING")
    page = await site.visit(browser, "WRITING")
    await fill(page, root_causes="half a plan")
    await case.tell(IssueCase.report_harm, FRAUD)
    await case.end()
    await page.evaluate("refresh()")
    await expect(page.locator("#headline")).to_contain_text("You can appeal")
    await page.get_by_role("link", name="Write your appeal").click()
    await expect(page.locator("#appeal")).to_be_in_viewport()
    assert await page.input_value("#root_causes-1") == "half a plan"
    await page.evaluate("refresh()")
    await expect(page.locator("#appeal-form")).to_have_count(1)
