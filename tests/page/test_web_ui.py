"""A case in the Temporal Web UI: what the desk sees there without asking anybody."""

import pytest
from playwright.async_api import Browser, FrameLocator, Page, expect

from domain.case.events import RequestCall, Review, ReviewPlan, SubmitPlan
from runtime.dev_server import DevServer
from tests.engine import OpenCase
from tests.page.site import Site
from tests.patience import PATIENCE

HOSTILE = (
    "<b>B</b> <img src=x onerror=alert(1)> [x](http://evil.example) ![x](http://evil.example/x.png)"
    " https://evil.example *it* _it_ ~~out~~ `code` $x$ \\[y](http://evil.example) &lt;i&gt; \\"
)
"""All that markdown, as the Web UI reads it, would take for its own."""
NAME = "Home/Garden & Co. (US) #1, R&D: 5*3"


async def details_of(page: Page, case: OpenCase) -> FrameLocator:
    """The case's details in the Web UI, which shows the markdown in a frame of its own."""
    run_id = (await case.view()).id.rpartition("/")[2]
    workflow_id = case.handle.id.replace("/", "%2F")
    await page.goto(f"workflows/{workflow_id}/{run_id}/user-metadata")
    return page.frame_locator("main iframe")


@pytest.fixture
async def page(browser: Browser, site: Site, temporal: DevServer) -> Page:
    """A browser at the Web UI, in the namespace of the site."""
    context = await browser.new_context(
        viewport={"width": 1400, "height": 1000},
        base_url=f"{temporal.ui}/namespaces/{site.engine.client.namespace}/",
    )
    context.set_default_timeout(PATIENCE * 1000)
    return await context.new_page()


async def test_a_case_shows_status_attempts_and_what_comes_next(site: Site, page: Page) -> None:
    case = await site.open("IN-WEB-UI", time_zone="Africa/Abidjan")
    await case.tell("request_call", RequestCall(by="seller"))
    await case.settled()
    shown = (await details_of(page, case)).locator("body")
    await expect(shown).to_contain_text("Working: the seller was reached")
    await expect(shown).to_contain_text("call (requested): no answer")
    await expect(shown).to_contain_text("Next: e-mail")


async def test_a_reviewer_reads_the_plan_and_the_answer_there_as_they_were_written(
    site: Site, page: Page
) -> None:
    case = await site.open("READ-THERE", name=NAME)
    plan = SubmitPlan(
        by="seller",
        root_causes=(HOSTILE, "A supplier\nchanged the product"),
        corrective_actions=("Listing removed",),
        preventive_measures=("x" * 1000,),
    )
    await case.tell("submit_plan", plan)
    review = ReviewPlan(by="kim", decision=Review.REJECT, note=f"Which supplier? {HOSTILE}")
    await case.tell("review_plan", review)
    await case.tell("submit_plan", plan)
    frame = await details_of(page, case)
    shown = frame.locator("body")
    await expect(shown).to_contain_text(f"{NAME} (US READ-THERE)")
    for text in (
        "Version 2",
        f"1: {HOSTILE}",
        "2: A supplier changed the product",
        "Listing removed",
        "x" * 1000,
        f"reject (by kim): Which supplier? {HOSTILE}",
    ):
        await expect(shown).to_contain_text(text)
    for tag in ("b", "img", "a", "em", "del", "code", ".math"):
        await expect(frame.locator(f"main {tag}")).to_have_count(0)
