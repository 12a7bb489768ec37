"""A case in the Temporal Web UI: what the desk sees there without asking anybody."""

from playwright.async_api import Browser, expect

from domain.events import RequestCall
from runtime.dev_server import DevServer
from tests.portal.site import Site


async def test_a_case_shows_status_attempts_and_what_comes_next(
    site: Site, browser: Browser
) -> None:
    case = await site.open("IN-WEB-UI", time_zone="Africa/Abidjan")
    await case.tell("request_call", RequestCall(by="seller"))
    view = await case.settled()
    address, ui = (site.engine.folder / "temporal" / "server").read_text().split()
    server = DevServer(address, ui)
    run_id = view.id.rpartition("/")[2]
    context = await browser.new_context(viewport={"width": 1400, "height": 1000})
    page = await context.new_page()
    workflow_id = case.handle.id.replace("/", "%2F")
    await page.goto(
        f"{server.ui}/namespaces/default/workflows/{workflow_id}/{run_id}/user-metadata"
    )
    # The details are markdown, which the Web UI shows in a frame of its own.
    shown = page.frame_locator("main iframe").locator("body")
    await expect(shown).to_contain_text("Working: the seller was reached")
    await expect(shown).to_contain_text("call (requested): no answer")
    await expect(shown).to_contain_text("Next: e-mail")
    await context.close()
