"""How long a session lasts, and what ends it (docs/desk.md)."""

import asyncio

import pytest

from tests.desk.provider import TestProvider
from tests.desk.site import desk_of, sign_in, status

HOUR = 3600
POLL = {"hx-request": "true"}
"""What a part of a page sends that asks for itself."""


# --- the provider's word --------------------------------------------------------------------------


@pytest.mark.parametrize("groups_in", ["id_token", "userinfo"])
async def test_a_role_that_is_taken_away_is_gone_within_five_minutes(
    provider: TestProvider, groups_in: str
) -> None:
    provider.groups_in = groups_in
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        assert (await sign_in(browser)).status_code == 303
        assert "· lead</span>" in (await browser.get("/desk/")).text
        provider.claims["groups"] = ["ah-observers"]
        desk.later = 5 * 60
        assert "· observer</span>" in (await browser.get("/desk/")).text
        provider.claims["groups"] = ["all-staff"]
        desk.later += 5 * 60
        answer = await browser.get("/desk/")
        assert answer.status_code == 403
        assert "You have no role at the desk" in answer.text
        # Neither the browser nor a copy of its cookie gets in again.
        provider.claims["groups"] = ["ah-leads"]
        assert await status(browser) == 303


async def test_who_is_thrown_out_at_the_provider_is_out_within_five_minutes(
    provider: TestProvider,
) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        provider.tokens.clear()
        desk.later = 5 * 60
        assert await status(browser) == 303


async def test_without_refresh_tokens_the_access_token_is_what_is_asked_with(
    provider: TestProvider,
) -> None:
    provider.refreshes, provider.groups_in = False, "userinfo"
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        desk.later = 5 * 60
        assert await status(browser) == 200
        provider.tokens.clear()
        desk.later += 5 * 60
        assert await status(browser) == 303


async def test_while_the_provider_is_away_a_session_goes_on_for_five_minutes_and_no_longer(
    provider: TestProvider,
) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        provider.away = True
        desk.later = 299 - 1
        assert await status(browser) == 200
        desk.later = 301
        answer = await browser.get("/desk/")
        assert answer.status_code == 503
        assert "Sign-in is away" in answer.text
        assert "retry-after" in answer.headers
        provider.away = False
        desk.later = 330
        assert await status(browser) == 200


async def test_a_provider_that_is_away_is_not_asked_by_every_request(
    provider: TestProvider,
) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        provider.away, desk.later = True, 250
        before = len(provider.asked)
        assert {await status(browser) for _ in range(20)} == {200}
        assert len(provider.asked) == before + 1


async def test_requests_at_once_use_a_refresh_token_once(provider: TestProvider) -> None:
    """A provider that rotates ends the session of whoever uses one twice."""
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        desk.later = 250
        provider.asked.clear()
        answers = await asyncio.gather(*(status(browser) for _ in range(10)))
        assert set(answers) == {200}
        assert provider.asked == ["/token"]
        desk.later = 500
        assert await status(browser) == 200


async def test_a_cookie_from_before_a_check_still_counts(provider: TestProvider) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        async with desk.browser(dict(browser.cookies)) as slow_tab:
            desk.later = 250
            assert await status(browser) == 200
            assert await status(slow_tab) == 200
            desk.later = 500
            assert await status(slow_tab) == 200


async def test_an_error_page_hands_on_a_new_refresh_token_too(provider: TestProvider) -> None:
    """Else a browser that was refused something, and then asks another copy, would be out."""
    desk, other = await desk_of(provider), await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        before = browser.cookies["case72-desk"]
        desk.later = 250
        assert (await browser.post("/desk/sign-out", data={"csrf": "wrong"})).status_code == 403
        assert browser.cookies["case72-desk"] != before
        other.later = 500
        async with other.browser(dict(browser.cookies)) as elsewhere:
            assert await status(elsewhere) == 200


# --- time -----------------------------------------------------------------------------------------


async def test_a_session_without_a_sign_of_its_person_ends_after_an_hour(
    provider: TestProvider,
) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        for _ in range(3):
            desk.later += 0.9 * HOUR
            assert await status(browser) == 200
        desk.later += 1.1 * HOUR
        assert await status(browser) == 303


async def test_a_page_that_is_left_open_is_no_sign_of_anybody(provider: TestProvider) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        desk.later = 0.9 * HOUR
        assert await status(browser, **POLL) == 200
        desk.later = 1.1 * HOUR
        answer = await browser.get("/desk/", headers=POLL)
        assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/desk/signed-out")


async def test_a_session_ends_after_twelve_hours_however_busy_it_is(
    provider: TestProvider,
) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        while desk.later < 11.5 * HOUR:
            desk.later += 0.5 * HOUR
            assert await status(browser) == 200
        desk.later = 12 * HOUR + 1
        assert await status(browser) == 303
