"""Temporal gone under an open page: killed and brought back on its file, or never there."""

import asyncio
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from domain.case.status import Status
from page.app import build
from runtime.connection import connect, register_search_attributes
from runtime.page_settings import PageSettings, on_this_machine
from runtime.web_server import open_socket
from tests.engine import know
from tests.killable_server import killable_server
from tests.page.site import Site, page_without_temporal
from tests.page.test_seller import MARKUP, fill, send
from tests.patience import PATIENCE
from tests.test_crashes import Host, opened
from web.server import serving

REFRESHES_EVERY_MS = 12_000


async def recovered(page: Page) -> None:
    """Let the page's own timer go off until it has refreshed itself."""
    async with asyncio.timeout(PATIENCE):
        while await page.locator("#offline").is_visible():
            await page.clock.fast_forward(REFRESHES_EVERY_MS)
            await asyncio.sleep(0.2)


async def test_a_killed_temporal_is_said_and_a_page_that_stayed_open_recovers_by_itself(
    tmp_path: Path, browser: Browser
) -> None:
    async with killable_server(tmp_path) as server:
        client = await connect(server.address)
        await register_search_attributes(client)
        host = Host(tmp_path, server.address)
        settings, listener = on_this_machine(PageSettings(), tmp_path)
        try:
            await host.start()
            await know(client, "KILLED")
            case = await opened(client, "KILLED")
            await case.settled()
            context = await browser.new_context()
            writing, sending = await context.new_page(), await context.new_page()
            async with serving(build(client, settings), settings, listener):
                await writing.clock.install()
                for page in (writing, sending):
                    await page.goto(settings.links().link("case/US/KILLED"))
                deadline = await writing.inner_text("h1")
                await fill(writing, root_causes="half a thought")
                await fill(
                    sending, root_causes=MARKUP, corrective_actions="b", preventive_measures="c"
                )

                await server.kill()
                await writing.clock.fast_forward(REFRESHES_EVERY_MS)
                away = writing.get_by_text("You see how things stood at")
                await expect(away).to_be_visible()
                assert await writing.inner_text("h1") == deadline
                assert await writing.input_value("#root_causes-1") == "half a thought"
                await send(sending)
                await expect(sending.locator("h1")).to_have_text(
                    "Please send your plan again in a moment"
                )
                assert await sending.input_value("#root_causes-1") == MARKUP

                await server.start()
                await recovered(writing)
                assert await writing.inner_text("h1") == deadline
                assert await writing.input_value("#root_causes-1") == "half a thought"
                await send(sending)
                await expect(sending.locator(".notice.good")).to_contain_text(
                    "We have received your plan"
                )
                await writing.clock.fast_forward(REFRESHES_EVERY_MS)
                await expect(writing.locator("h1")).to_have_text("There is nothing you must do now")
                assert await writing.input_value("#root_causes-1") == "half a thought"
            view = await case.view()
            assert view.status is Status.PLAN_REVIEW
            assert [p.plan.root_causes for p in view.plans] == [(MARKUP,)]
        finally:
            await host.stop()


async def test_while_temporal_is_away_an_open_page_says_so_and_nothing_typed_is_lost(
    site: Site, browser: Browser
) -> None:
    case = await site.open("OUTAGE-SEEN")
    page = await site.visit(browser, "OUTAGE-SEEN")
    await fill(page, root_causes=MARKUP, corrective_actions="b", preventive_measures="c")
    listener = open_socket("127.0.0.1", 0)
    port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    settings = PageSettings.model_validate(site.settings.model_dump() | {"url": url, "port": port})
    # The same page, of a server whose Temporal has gone.
    async with serving(await page_without_temporal(settings), settings, listener):
        form = await page.evaluate(
            "Object.fromEntries(new FormData(document.querySelector('[data-plan]')))"
        )
        answer = await page.context.request.post(f"{url}/plan", form=form)
        assert answer.status == 503
        elsewhere = await page.context.new_page()
        await elsewhere.set_content(await answer.text())
        assert await elsewhere.input_value("#root_causes-1") == MARKUP
        await elsewhere.close()
    await page.route("**/", lambda route: route.fulfill(status=503, body="away"))
    await page.evaluate("refresh()")
    await expect(page.get_by_text("You see how things stood at")).to_be_visible()
    assert await page.input_value("#root_causes-1") == MARKUP
    await page.unroute("**/")
    await page.evaluate("refresh()")
    await expect(page.locator("#offline")).to_be_hidden()
    await send(page)
    await expect(page.locator(".notice.good")).to_contain_text("We have received your plan")
    assert (await case.view()).plans[0].plan.root_causes == (MARKUP,)
