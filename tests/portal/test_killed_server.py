"""The Temporal server dies under an open page, and comes back."""

from pathlib import Path

from playwright.async_api import Browser, expect

from domain.names import case_workflow_id
from portal.app import build
from portal.server import serving
from runtime.connection import connect, register_search_attributes
from runtime.portal_settings import PortalSettings, on_this_machine
from tests.killable_server import killable_server
from tests.portal.test_seller import MARKUP, fill, send
from tests.test_crashes import Host, opened

BY_ITSELF = 40_000
"""Milliseconds: the page asks every 12 s, and the SDK takes a while to find its server again."""


async def test_a_plan_written_while_the_server_dies_is_kept_and_sent_when_it_is_back(
    tmp_path: Path, browser: Browser
) -> None:
    settings = on_this_machine(PortalSettings(), tmp_path)
    async with killable_server(tmp_path) as server:
        client = await connect(server.address)
        await register_search_attributes(client)
        host = Host(tmp_path, server.address)
        try:
            await host.start()
            case = await opened(client, "KILLED")
            await case.when(lambda v: v.deadline)
            async with serving(build(client, settings), settings):
                page = await (await browser.new_context()).new_page()
                page.set_default_timeout(8000)
                await page.goto(settings.entry().link(case_workflow_id("US", "KILLED")))
                await fill(page, root_causes=MARKUP, corrective_actions="b")
                await server.kill()
                offline, typed = page.locator("#offline"), page.locator("#root_causes-1")
                await expect(offline).to_contain_text("You see how things stood", timeout=BY_ITSELF)
                await expect(typed).to_have_value(MARKUP)
                await fill(page, preventive_measures="c")
                await send(page)
                await expect(page.locator("h1")).to_have_text(
                    "Please send your plan again in a moment"
                )
                await expect(typed).to_have_value(MARKUP)
                await server.start()
                await send(page)
                good = page.locator(".notice.good")
                await expect(good).to_contain_text("We have received your plan", timeout=BY_ITSELF)
            (sent,) = (await case.view()).plans
            assert sent.plan.root_causes == (MARKUP,)
        finally:
            await host.stop()
