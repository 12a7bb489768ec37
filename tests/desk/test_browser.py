"""Signing in and out at the desk in a real browser, by a real OpenID provider."""

from playwright.async_api import Browser, ConsoleMessage, Page, expect

from desk.app import desk_routes
from desk.dev_people import DevPeople
from desk.openid import SIGNED_OUT
from page.app import build
from runtime.desk_settings import DeskSettings, Role
from tests.desk.site import settings_of, without_cases
from tests.desk.test_sign_in import real_provider
from tests.page.accessibility import violations
from tests.page.site import on_a_port
from tests.patience import PATIENCE
from web.server import serving


async def opened(browser: Browser, origin: str, faults: list[str]) -> Page:
    """A page of a browser of its own. What goes wrong at the desk is added to `faults`."""
    context = await browser.new_context()
    context.set_default_timeout(PATIENCE * 1000)
    page = await context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))

    def told(line: ConsoleMessage) -> None:
        if line.type == "error" and page.url.startswith(origin):
            faults.append(line.text)

    page.on("console", told)
    return page


async def test_somebody_signs_in_and_out_at_a_real_provider(browser: Browser) -> None:
    """All the browser's own rules hold: the cookies', and those of Content-Security-Policy."""
    page_settings, listener = on_a_port()
    origin = str(page_settings.url)
    faults: list[str] = []
    with real_provider() as issuer:
        client = await without_cases()
        desk = desk_routes(client, settings_of(issuer), origin)
        app = build(client, page_settings, desk=desk)
        async with serving(app, page_settings, listener):
            page = await opened(browser, origin, faults)
            await page.goto(f"{origin}/desk/?from=bookmark")
            await page.get_by_role("button", name="7f3c").click()
            await expect(page).to_have_url(f"{origin}/desk/?from=bookmark")
            await expect(page.get_by_role("banner")).to_contain_text("lead.ortiz · lead")
            await page.wait_for_load_state()
            assert await page.evaluate("htmx.config.allowEval") is False
            assert await violations(page) == []
            # The language is chosen, and one stays where one is.
            await page.get_by_role("link", name="简体中文").click()
            await expect(page).to_have_url(f"{origin}/desk/?from=bookmark")
            await expect(page.get_by_role("banner")).to_contain_text("lead.ortiz · 主管")
            assert await violations(page) == []
            await page.get_by_role("link", name="English").click()
            # Signing out leads to the provider by itself, and from there back.
            await page.get_by_role("button", name="Sign out").click()
            await page.wait_for_url(f"{issuer}/oauth2/end_session?*")
            await page.get_by_role("button").first.click()
            await expect(page).to_have_url(f"{origin}{SIGNED_OUT}")
            await expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
            assert await violations(page) == []
            await page.goto(f"{origin}/desk/")
            await expect(page.get_by_role("button", name="7f3c")).to_be_visible()
    assert faults == []


async def test_one_of_four_people_signs_in_by_one_click_in_development(browser: Browser) -> None:
    page_settings, listener = on_a_port()
    origin = str(page_settings.url)
    faults: list[str] = []
    client = await without_cases()
    settings = DeskSettings.model_validate({"secrets": page_settings.keys})
    settings = settings.model_copy(update={"roles": {role.value: role for role in Role}})
    app = build(
        client, page_settings, desk=desk_routes(client, settings, origin, DevPeople(origin))
    )
    async with serving(app, page_settings, listener):
        page = await opened(browser, origin, faults)
        await page.goto(f"{origin}/desk")
        assert await violations(page) == []
        await page.get_by_role("link", name="reviewer.okafor").click()
        await expect(page.get_by_role("banner")).to_contain_text("reviewer.okafor · reviewer")
        # The first page is loaded again, once the reader's zone is known.
        await expect(page.locator("body")).not_to_have_attribute("data-zone", "")
        for width in (390, 1920):
            await page.set_viewport_size({"width": width, "height": 900})
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width
    assert faults == []
