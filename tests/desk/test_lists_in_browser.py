"""The lists in a real browser: refreshed without losing one's place, and readable by all."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from runtime.desk_settings import Role
from tests.desk.served import ListsDesk, desk_in, listed, until
from tests.page.accessibility import violations
from tests.page.seller_states import contacting, escalated, plan_review
from workflows.case.issue_case import IssueCase


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(tmp_path_factory: pytest.TempPathFactory, server: str) -> AsyncIterator[ListsDesk]:
    async with desk_in(tmp_path_factory.mktemp("desk"), server) as running:
        for number in range(12):
            await plan_review(running.engine, f"ROW{number:02}", name=f"Seller {number}")
        async with running.person(Role.LEAD) as lead:
            await until(lead, "review", lambda page: len(listed(page)) == 12)
        yield running


def watched(page: Page) -> list[str]:
    """What goes wrong in a page from now on."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    return problems


async def test_a_list_is_refreshed_without_losing_focus_selection_or_scroll(
    desk: ListsDesk, browser: Browser
) -> None:
    page = await desk.page(
        browser, Role.LEAD, "/desk/?queue=review", viewport={"width": 1280, "height": 500}
    )
    problems = watched(page)
    await page.check("#select-US-ROW08")
    await page.focus("#select-US-ROW09")
    scrolled = await page.evaluate("window.scrollY")
    assert scrolled > 0
    await plan_review(desk.engine, "NEWROW")
    # It is there within five seconds of the change, without anybody's doing.
    await expect(page.locator('[data-case="case/US/NEWROW"]')).to_be_attached(timeout=5_000)
    await expect(page.locator('#queues [aria-current="page"] b')).to_have_text("13")
    assert await page.is_checked("#select-US-ROW08")
    assert await page.evaluate("document.activeElement.id") == "select-US-ROW09"
    assert await page.evaluate("window.scrollY") == scrolled
    assert problems == []


async def test_a_row_that_leaves_hands_the_focus_to_the_next_one(
    desk: ListsDesk, browser: Browser
) -> None:
    case = await plan_review(desk.engine, "LEAVES")
    page = await desk.page(browser, Role.LEAD, "/desk/?queue=review")
    await page.focus("#open-US-LEAVES")
    await case.tell(IssueCase.withdraw, {"by": "monitor", "note": "Raised in error"})
    await expect(page.locator('[data-case="case/US/LEAVES"]')).to_have_count(0)
    assert (await page.evaluate("document.activeElement.id")).startswith("open-US-")


async def test_a_form_that_is_open_is_left_alone_while_counts_go_on(
    desk: ListsDesk, browser: Browser
) -> None:
    page = await desk.page(browser, Role.LEAD, "/desk/?queue=review")
    before = await page.locator('#queues [aria-current="page"] b').inner_text()
    await page.click("#open-hand-US-ROW01")
    await page.fill("#to-US-ROW01", "specialist.chen")
    await expect(page.locator("#paused")).to_be_visible()
    await plan_review(desk.engine, "MEANWHILE")
    count = page.locator('#queues [aria-current="page"] b')
    await expect(count).to_have_text(str(int(before) + 1), timeout=5_000)
    assert await page.input_value("#to-US-ROW01") == "specialist.chen"
    await page.fill("#note-US-ROW01", "They asked for you")
    await page.click("#hand-US-ROW01 button")
    await expect(page.locator(".notice.good")).to_have_text("specialist.chen has US/ROW01 now.")
    await expect(page.locator("#paused")).to_be_hidden()


async def test_two_people_see_who_has_a_case(desk: ListsDesk, browser: Browser) -> None:
    one = await desk.page(browser, Role.REVIEWER, "/desk/?queue=review")
    other = await desk.page(browser, Role.SPECIALIST, "/desk/?queue=review")
    await one.click("#take-US-ROW05")
    await expect(one.locator(".notice.good")).to_have_text("You have US/ROW05 now.")
    row = other.locator('[data-case="case/US/ROW05"]')
    await expect(row).to_contain_text("reviewer.okafor", timeout=6_000)
    await expect(other.locator("#take-US-ROW05")).to_have_count(0)


async def test_what_became_of_a_form_is_not_hidden_by_the_next_refresh(
    desk: ListsDesk, browser: Browser
) -> None:
    page = await desk.page(browser, Role.LEAD, "/desk/?queue=review")
    await page.route("**/take?*", lambda route: route.continue_(post_data="case="))
    await page.click("#take-US-ROW04")
    away = page.locator("#away")
    await expect(away).to_have_text("The desk did not take it. Nothing was done.")
    for _ in range(2):  # by the second one, the page has dealt with the first
        async with page.expect_response("**/desk/?queue=review") as refreshed:
            pass
        assert (await refreshed.value).ok
    await expect(away).to_be_visible()
    await page.unroute_all()
    await page.click("#take-US-ROW04")
    await expect(page.locator(".notice.good")).to_have_text("You have US/ROW04 now.")
    await expect(away).to_be_hidden()


async def test_what_became_of_a_form_is_said_though_the_list_is_refreshed_meanwhile(
    desk: ListsDesk, browser: Browser
) -> None:
    page = await desk.page(
        browser, Role.LEAD, "/desk/?queue=review", viewport={"width": 1280, "height": 500}
    )
    await page.click("#take-US-ROW06")
    await expect(page.locator(".notice.good")).to_have_text("You have US/ROW06 now.")

    async def away_after_a_refresh(route: Route) -> None:
        async with page.expect_response("**/desk/?queue=review"):
            pass
        await asyncio.sleep(0.5)
        await route.fulfill(status=503)

    await page.route("**/take?*", away_after_a_refresh)
    await page.click("#take-US-ROW07")
    said = page.locator("#away")
    await expect(said).to_have_text(
        "It did not answer. It may have been done; to send it again is safe."
    )
    await expect(page.locator(".notice.good")).to_have_count(0)
    await page.evaluate("window.scrollTo(0, 0)")
    await expect(said).to_be_in_viewport()


async def test_it_works_without_a_script(desk: ListsDesk, browser: Browser) -> None:
    page = await desk.page(browser, Role.LEAD, "/desk/?queue=review", java_script_enabled=False)
    await page.click("#take-US-ROW10")
    await expect(page.locator(".notice.good")).to_have_text("You have US/ROW10 now.")
    await page.check("#select-US-ROW11")
    await page.click(
        'button[formaction="/desk/bulk/assign?"], button[formaction="/desk/bulk/assign"]'
    )
    await page.fill("#to", "specialist.chen")
    await page.click("button.primary")
    await page.click('#results button:has-text("Send")')
    await expect(page.locator(".result-done")).to_have_text("Assigned.")


async def test_everybody_can_read_it(desk: ListsDesk, browser: Browser) -> None:
    await escalated(desk.engine, "DECIDE")
    await contacting(desk.engine, "SILENT")
    page = await desk.page(browser, Role.LEAD, "/desk/")
    for path in ("?queue=review", "?queue=decision", "?queue=seller", "?queue=address"):
        await page.goto(f"/desk/{path}")
        assert await violations(page) == []
    await page.goto("/desk/?queue=review")
    await page.click("#open-hand-US-ROW02")
    assert await violations(page) == []
    for width in (390, 1920):
        await page.set_viewport_size({"width": width, "height": 900})
        assert await violations(page) == []
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
    await page.fill("#find", "nobody at all")
    await page.press("#find", "Enter")
    await expect(page.locator(".nothing")).to_be_visible()
    assert await violations(page) == []
    await page.goto("/desk/?queue=decision")
    await page.check("#select-US-DECIDE")
    await page.click('button[formaction="/desk/bulk/deactivate"]')
    assert await violations(page) == []
