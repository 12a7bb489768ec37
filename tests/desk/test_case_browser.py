"""The case page in a real browser: each state, the keys, and what others do meanwhile."""

import re
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from domain.case.events import (
    ConversationOutcome,
    Decide,
    Decision,
    EventKind,
    RecordConversation,
    Review,
)
from domain.case.status import Status
from runtime.desk_settings import Role
from tests.desk.cases import ServedDesk, address
from tests.domain.case.build import ASK_MORE, REJECT, a_plan
from tests.engine import Engine, OpenCase
from tests.page.accessibility import violations
from workflows.case.issue_case import IssueCase

State = Callable[[Engine], Coroutine[Any, Any, OpenCase]]  # Any: as Python types them
TWO_LEADS = {"maximum_rejections": 1, "second_person": True}
SPOKE = RecordConversation(
    by="specialist.chen", outcome=ConversationOutcome.PLAN_EXPECTED, note="They call back."
)


async def contacting(engine: Engine) -> OpenCase:
    return await engine.open()


async def reviewed(engine: Engine) -> OpenCase:
    """A second version waits, and the conversation that the first one required was not held."""
    case = await engine.open()
    await engine.know((await case.view()).account.seller_id)
    await case.tell(IssueCase.submit_plan, a_plan("We did not look"))
    await case.tell(IssueCase.review_plan, ASK_MORE)
    await case.tell(IssueCase.submit_plan, a_plan("We did not look at the certificate"))
    return case


async def escalated(engine: Engine) -> OpenCase:
    case = await engine.open(rules=TWO_LEADS)
    await case.tell(IssueCase.submit_plan, a_plan())
    await case.tell(IssueCase.review_plan, REJECT)
    return case


async def proposed(engine: Engine) -> OpenCase:
    case = await escalated(engine)
    decision = Decide(by="lead.kim", decision=Decision.DEACTIVATE, note="Nothing has changed.")
    await case.tell(IssueCase.decide, decision)
    return case


async def deactivated(engine: Engine) -> OpenCase:
    case = await engine.open(rules={"maximum_rejections": 1})
    await case.tell(IssueCase.submit_plan, a_plan())
    await case.tell(IssueCase.review_plan, REJECT)
    decision = Decide(by="lead.kim", decision=Decision.DEACTIVATE, note="Nothing has changed.")
    await case.tell(IssueCase.decide, decision)
    await case.end()
    return case


STATES: dict[State, str] = {
    contacting: "Time left",
    reviewed: "What changed since version 1",
    escalated: "Your decision",
    proposed: "A deactivation is proposed",
    deactivated: "deactivated: the lead decided",
}


async def overflows(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
async def test_each_state_can_be_read_by_everybody(
    desk: ServedDesk,
    engine: Engine,
    browser: Browser,
    state: State,
) -> None:
    case = await state(engine)
    faults: list[str] = []
    at = address(await case.handle.query(IssueCase.case))
    page = await desk.page(browser, Role.LEAD, at)
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(page.url)
    await expect(page.get_by_role("main")).to_contain_text(STATES[state])
    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    for width in (390, 768, 1280, 1920):
        await page.set_viewport_size({"width": width, "height": 900})
        assert not await overflows(page), width
        if width in (390, 1280):
            assert await violations(page) == []
    assert faults == []


async def test_a_plan_is_answered_by_keys(
    desk: ServedDesk, engine: Engine, browser: Browser
) -> None:
    case = await reviewed(engine)
    page = await desk.page(browser, Role.REVIEWER, address(await case.view()))
    await page.keyboard.press("?")
    keys = page.get_by_role("dialog")
    await expect(keys).to_contain_text("Next case")
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await page.keyboard.press("t")
    await expect(page.get_by_role("status").first).to_have_text("The case is yours.")
    assert (await case.view()).assignee == "reviewer.okafor"
    # In the note the same letters are letters.
    await page.keyboard.press("r")
    await page.keyboard.type("more trees, a note?")
    await expect(page.get_by_label("Reject")).to_be_checked()
    await page.get_by_role("button", name="Send the answer").click()
    await expect(page.get_by_role("status").first).to_have_text("The answer is sent.")
    plan = (await case.view()).plans[-1]
    assert (plan.decision, plan.note) == (Review.REJECT, "more trees, a note?")
    await page.keyboard.press("o")
    await expect(page.locator("#note-note")).to_be_focused()


async def test_keys_can_be_switched_off(desk: ServedDesk, engine: Engine, browser: Browser) -> None:
    case = await contacting(engine)
    page = await desk.page(browser, Role.SPECIALIST, address(await case.view()))
    await page.get_by_role("button", name="Keys").click()
    await page.get_by_role("button", name="Switch keys off").click()
    await page.get_by_role("button", name="Close").click()
    await page.reload()
    await page.keyboard.press("t")
    await page.keyboard.press("o")
    await expect(page.locator("#note-note")).to_be_hidden()
    assert (await case.view()).assignee is None
    await page.get_by_role("button", name="Keys").click()
    await expect(page.get_by_role("button", name="Switch keys on")).to_be_visible()


async def test_what_others_do_is_told_and_nothing_typed_is_lost(
    desk: ServedDesk, engine: Engine, browser: Browser
) -> None:
    case = await reviewed(engine)
    page = await desk.page(browser, Role.REVIEWER, address(await case.view()))
    note = page.get_by_label("Note (optional)")
    await note.fill("Half a sentence")
    await case.tell(IssueCase.record_conversation, SPOKE)
    news = page.locator("#changed")
    await expect(news).to_contain_text("A conversation was recorded")
    await expect(news).to_contain_text("by specialist.chen")
    await expect(note).to_have_value("Half a sentence")
    assert await violations(page) == []


async def test_without_scripts_a_deactivation_is_asked_for_again(
    desk: ServedDesk, engine: Engine, browser: Browser
) -> None:
    case = await escalated(engine)
    page = await desk.page(
        browser, Role.LEAD, address(await case.view()), java_script_enabled=False
    )
    await page.get_by_label("Deactivate", exact=True).check()
    await page.locator("#decide-note").fill("It goes on.")
    await page.get_by_role("button", name="Decide").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your decision: Deactivate")
    await page.get_by_role("button", name="Go back").click()
    await expect(page.locator("#decide-note")).to_have_value("It goes on.")
    assert EventKind.PROPOSED not in {e.what for e in (await case.view()).timeline}
    await page.get_by_role("button", name="Decide").click()
    await page.get_by_role("button", name="Deactivate").click()
    await expect(page.get_by_role("main")).to_contain_text("A deactivation is proposed")
    assert (await case.view()).status is Status.ESCALATED


async def test_times_are_the_readers_with_the_sellers_beside(
    desk: ServedDesk, engine: Engine, browser: Browser
) -> None:
    case = await engine.open(time_zone="America/Los_Angeles")
    page = await desk.page(
        browser, Role.OBSERVER, address(await case.view()), timezone_id="Asia/Shanghai"
    )
    main = page.get_by_role("main")
    await expect(main).to_contain_text("Times are in China Standard Time")
    await expect(main).to_contain_text("Pacific Standard Time")


async def test_a_session_that_ends_takes_no_words_along(
    desk: ServedDesk, engine: Engine, browser: Browser
) -> None:
    case = await contacting(engine)
    page = await desk.page(browser, Role.SPECIALIST, address(await case.view()))
    await page.locator("#note > summary").click()
    await page.locator("#note-note").fill("Half a sentence")
    await page.context.clear_cookies()
    async with page.expect_response(lambda answer: answer.status == 401):
        pass
    await expect(page.locator("#note-note")).to_have_value("Half a sentence")
    await page.get_by_role("button", name="Keep the note").click()
    await expect(page.get_by_role("main")).to_contain_text("Your session has ended")
    await expect(page.get_by_role("main")).to_contain_text("Half a sentence")


async def test_the_page_is_in_chinese_from_head_to_foot(
    desk: ServedDesk, engine: Engine, browser: Browser
) -> None:
    for state in STATES:
        case = await state(engine)
        at = address(await case.handle.query(IssueCase.case))
        page = await desk.page(browser, Role.LEAD, at, locale="zh-CN", timezone_id="Asia/Shanghai")
        # What people wrote stays as they wrote it.
        shown = await page.evaluate(
            """() => {
                const main = document.querySelector("main").cloneNode(true);
                const theirs = main.querySelectorAll(".kept, bdi, option, [dir=auto]");
                for (const one of theirs) one.remove();
                return main.textContent;
            }"""
        )
        assert re.findall(r"[A-Za-z]+ [a-z]+", shown) == [], state.__name__
        await page.context.close()
